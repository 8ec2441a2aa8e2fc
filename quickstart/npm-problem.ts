import { DISK_FULL_REMEDY, Problem } from './problem';

const UNREACHABLE = [
	...['ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'ENETUNREACH', 'EHOSTUNREACH'],
	...['ERR_SOCKET_TIMEOUT', 'FETCH_ERROR', 'EIDLETIMEOUT', 'ENETDOWN'],
];
const CERTIFICATE = [
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
];

/**
 * Turns what npm printed on its way out into a problem.
 * @param what what npm was to do, e.g. `Downloading n8n 2.41.1`
 * @param output npm's standard error
 * @param logFile where all of it can be read
 */
export function npmProblem(what: string, output: string, logFile: string): Problem {
	const errors = output
		.split('\n')
		.map((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line.trim())?.[1]?.trim() ?? '')
		.filter((line) => line !== '' && !line.startsWith('A complete log'));
	const code = errors.map((line) => /^code (\S+)$/.exec(line)?.[1]).find((found) => found !== undefined) ?? '';
	const all = errors.join('\n');
	if (code === 'ENOSPC' || lostFiles(output)) return new Problem(`${what} failed: the disk is full.`, DISK_FULL_REMEDY);
	if (UNREACHABLE.includes(code)) {
		const host = /(?:request to|connect to|timeout at:) (\S+)/.exec(all)?.[1] ?? /ENOTFOUND (\S+)/.exec(all)?.[1];
		return new Problem(
			`${what} failed: the npm registry does not answer (${code}${host ? `, ${origin(host)}` : ''}).`,
			'Check the network, and "npm config get registry" and "npm config get proxy"; then start again.',
		);
	}
	if (CERTIFICATE.includes(code)) {
		return new Problem(
			`${what} failed: the npm registry shows a certificate that is not trusted here (${code}).`,
			'Give npm the certificate of your proxy: npm config set cafile <file>.',
		);
	}
	if (code === 'ETARGET' || code === 'E404') {
		return new Problem(
			`${what} failed: the npm registry lacks a package (${missing(errors)}).`,
			'Check "npm config get registry": a mirror must carry it.',
		);
	}
	if (code === 'E401' || code === 'E403') {
		return new Problem(`${what} failed: the npm registry refuses you (${code}).`, 'Log in with: npm login.');
	}
	if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
		const path = errors.map((line) => /^path (.+)$/.exec(line)?.[1]).find((found) => found !== undefined);
		return new Problem(`${what} failed: no permission to write ${path ?? 'there'}.`, 'Give your user access to it.');
	}
	const first = errors.find((line) => !line.startsWith('code ')) ?? 'npm gave no reason';
	return new Problem(`${what} failed: ${first}.`, `All that npm said: ${logFile}`);
}

/** npm only warns when a file did not fit on the disk, and may go on to call the installation a success. */
export function lostFiles(output: string): boolean {
	return /TAR_ENTRY_ERROR ENOSPC/.test(output);
}

function missing(errors: string[]): string {
	const told = errors.map((line) => /(?:No matching version found for|404 Not Found - GET) (\S+)/.exec(line)?.[1]);
	return told.find((found) => found !== undefined)?.replace(/\.$/, '') ?? 'see "npm error" above';
}

function origin(host: string): string {
	return URL.canParse(host) ? new URL(host).host : host;
}
