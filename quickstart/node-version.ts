import { Problem } from './problem';

/** n8n 2.41 and the pack's embedded store need it. */
const NEEDED_MAJOR = 24;

/** Throws a {@link Problem} on an older Node; `npm start` itself runs on the Node that the `node` package brings. */
export function requireNode(version: string = process.versions.node): void {
	if (Number(version.split('.')[0]) >= NEEDED_MAJOR) return;
	throw new Problem(
		`This runs on Node ${version}, but needs Node ${NEEDED_MAJOR}.`,
		'Run "npm ci" (it brings its own Node, unless install scripts are off), then "npm start" and not the file itself.',
	);
}
