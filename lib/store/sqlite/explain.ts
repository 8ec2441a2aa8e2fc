import { CrosslinkError } from '../../errors';
import { driverErrorOf, storeFailure, unforeseenFailure, type FailureKind } from '../failures';

/** Primary result codes: https://www.sqlite.org/rescode.html */
const BUSY = 5;
const BY_RESULT: Readonly<Record<number, FailureKind>> = {
	3: 'folder',
	[BUSY]: 'busy',
	6: 'busy',
	8: 'readOnly',
	10: 'disk',
	11: 'corrupt',
	13: 'full',
	14: 'folder',
	18: 'valueRefused',
	20: 'valueRefused',
	26: 'notADatabase',
};

/** Codes of the file system, before SQLite is asked. */
const BY_SYSTEM_CODE: Readonly<Record<string, FailureKind>> = {
	EACCES: 'folder',
	EPERM: 'folder',
	EROFS: 'folder',
	ENOTDIR: 'folder',
	EEXIST: 'folder',
	EISDIR: 'folder',
	ENOENT: 'folder',
	ENAMETOOLONG: 'folder',
	ENOSPC: 'full',
	EDQUOT: 'full',
	ERR_UNKNOWN_BUILTIN_MODULE: 'embeddedUnavailable',
};

/** The lower eight bits are the primary code; 517 (BUSY_SNAPSHOT) and 261 (BUSY_RECOVERY) are BUSY too. */
function resultOf(thrown: unknown): number | undefined {
	const { errcode } = driverErrorOf(thrown);
	return errcode === undefined ? undefined : errcode & 0xff;
}

export function isBusy(thrown: unknown): boolean {
	return resultOf(thrown) === BUSY;
}

export function explainSqlite(thrown: unknown, location: string): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	const { code, message, cause } = driverErrorOf(thrown);
	const kind =
		BY_RESULT[resultOf(thrown) ?? -1] ??
		BY_SYSTEM_CODE[code ?? ''] ??
		(/no such (table|column)|has no column named/.test(message) ? 'tableMissing' : undefined);
	return kind ? storeFailure(kind, location, message, cause) : unforeseenFailure(location, message, cause);
}
