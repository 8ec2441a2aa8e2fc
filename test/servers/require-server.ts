import { leftOut } from './left-out';

/**
 * Whether what a test file needs is on this machine. Without it the file is left out with a line that says so, or fails
 * where a missing server must not pass (CI=true).
 */
export function requireServer(what: string, found: boolean, packages: string): boolean {
	if (found) return true;
	if (process.env.CI) {
		it(what, () => {
			throw new Error(`Install the packages ${packages}; .ci/run does that before the tests.`);
		});
		return false;
	}
	leftOut(what, `install ${packages}`);
	describe.skip(what, () => it.todo(`needs ${packages}`));
	return false;
}
