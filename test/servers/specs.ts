import { existsSync } from 'node:fs';
import path from 'node:path';
import { leftOut } from './left-out';

/**
 * Where a vendor's published specification lies: beside the checkout in `shared/specs`, or where CROSSLINK_SPECS says. They
 * are the vendors' own, and no part of this repository.
 * @param name e.g. `slack/slack_web_openapi_v2_without_examples.json`
 * @returns undefined where it is not there, which is said by name
 */
export function specFile(name: string): string | undefined {
	const root = path.resolve(__dirname, '../..');
	const folders = [
		process.env['CROSSLINK_SPECS'],
		path.resolve(root, '../shared/specs'),
		// A worktree lies one folder deeper.
		path.resolve(root, '../../shared/specs'),
	];
	const found = folders.filter((folder) => folder !== undefined).find((folder) => existsSync(path.join(folder, name)));
	if (found !== undefined) return path.join(found, name);
	leftOut(`the check against ${name}`, 'it is neither in ../shared/specs nor in the folder that CROSSLINK_SPECS names');
	return undefined;
}
