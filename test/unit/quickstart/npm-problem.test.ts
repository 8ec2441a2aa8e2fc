import { lostFiles, npmProblem } from '../../../quickstart/npm-problem';

/** What npm 11 really printed, recorded with a registry that is wrong in each way. */
const SAID = {
	noName: `npm http fetch GET http://registry.invalid/left-pad attempt 2 failed with ENOTFOUND
npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to http://registry.invalid/left-pad failed, reason: getaddrinfo ENOTFOUND registry.invalid
npm error network This is a problem related to network connectivity.
npm error A complete log of this run can be found in: /home/me/.npm/_logs/debug-0.log`,
	refused: `npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/left-pad failed, reason: connect ECONNREFUSED 127.0.0.1:9
npm error     at ClientRequest.<anonymous> (/usr/lib/node_modules/npm/node_modules/minipass-fetch/lib/index.js:130:14)`,
	silent: `npm error code FETCH_ERROR
npm error errno FETCH_ERROR
npm error network timeout at: http://127.0.0.1:5999/left-pad`,
	full: `npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write
npm error code ENOSPC
npm error syscall write
npm error errno -28
npm error nospc ENOSPC: no space left on device, write
npm error nospc There appears to be insufficient space on your system to finish.`,
	noVersion: `npm http fetch GET 200 https://registry.example/n8n 124ms (cache miss)
npm error code ETARGET
npm error notarget No matching version found for n8n@99.1.1.
npm error notarget In most cases you or one of your dependencies are requesting a package version that doesn't exist.`,
	noPackage: `npm error code E404
npm error 404 Not Found - GET https://registry.example/no-such-thing
npm error 404
npm error 404  The requested resource 'no-such-thing@*' could not be found or you do not have permission to access it.`,
	readOnly: `npm error code EACCES
npm error syscall mkdir
npm error path /srv/cache/node_modules
npm error errno -13`,
};

it.each<[keyof typeof SAID, string, string]>([
	['noName', 'the npm registry does not answer (ENOTFOUND, registry.invalid)', 'Check the network'],
	['refused', 'the npm registry does not answer (ECONNREFUSED, 127.0.0.1:9)', 'Check the network'],
	['silent', 'the npm registry does not answer (FETCH_ERROR, 127.0.0.1:5999)', 'Check the network'],
	['full', 'the disk is full', 'Free some space'],
	['noVersion', 'the npm registry lacks a package (n8n@99.1.1)', 'npm config get registry'],
	['noPackage', 'lacks a package (https://registry.example/no-such-thing)', 'npm config get registry'],
	['readOnly', 'no permission to write /srv/cache/node_modules', 'Give your user access'],
])('explains %s in one line with the remedy', (name, what, remedy) => {
	const problem = npmProblem('Downloading n8n', SAID[name], '/tmp/npm.log');
	expect(problem.what).toContain(`Downloading n8n failed: `);
	expect(problem.what).toContain(what);
	expect(problem.remedy).toContain(remedy);
	expect(problem.message).not.toContain('\n');
	expect(problem.details).toEqual([]);
});

it('shows the first error, and where the rest is, for what it does not know', () => {
	const problem = npmProblem('Packing', 'npm error code EWEIRD\nnpm error the moon is in the way\n', '/tmp/npm.log');
	expect(problem.message).toBe('Packing failed: the moon is in the way. All that npm said: /tmp/npm.log');
	expect(npmProblem('Packing', '', '/tmp/npm.log').what).toBe('Packing failed: npm gave no reason.');
});

it('notices files that npm lost but only warned about', () => {
	expect(lostFiles('npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write\nadded 2105 packages')).toBe(
		true,
	);
	expect(lostFiles('added 2105 packages in 2m')).toBe(false);
});
