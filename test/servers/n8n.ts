import { existsSync } from 'node:fs';

import { cacheFolder } from '../../quickstart/cache-folder';
import { N8N_VERSION, n8nFolder } from '../../quickstart/n8n-install';
import { leftOut } from './left-out';

/** The folder of the n8n that an earlier `npm start` has downloaded; undefined = none has. */
export function findN8n(): string | undefined {
	const folder = n8nFolder(cacheFolder());
	return existsSync(folder) ? folder : undefined;
}

/**
 * `describe` for what needs a real n8n. Without one it is left out with a line that says so, or fails where a missing
 * server must not pass (CI=true).
 */
export function describeWithN8n(what: string, body: (n8nFolder: string) => void): void {
	const found = findN8n();
	if (found !== undefined) {
		describe(what, () => body(found));
		return;
	}
	const missing = `n8n ${N8N_VERSION} is not in ${n8nFolder(cacheFolder())}`;
	if (process.env.CI) {
		it(what, () => {
			throw new Error(`${missing}. \`npm start -- --once\` brings it; .ci/run does that before the tests.`);
		});
		return;
	}
	leftOut(what, `${missing}; \`npm start\` brings it`);
	describe.skip(what, () => it.todo('needs n8n'));
}
