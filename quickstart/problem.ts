/** A failure the reader can do something about: one line that says what is wrong, and the remedy; never a stack trace. */
export class Problem extends Error {
	constructor(
		readonly what: string,
		readonly remedy: string,
		/** Lines worth seeing at once, such as the compiler's first errors. */
		readonly details: string[] = [],
	) {
		super(`${what} ${remedy}`);
		this.name = 'Problem';
	}
}

/** The system's own code of an error (`EADDRINUSE`, `ENOSPC`), or `''`. */
export function codeOf(error: unknown): string {
	if (typeof error !== 'object' || error === null) return '';
	if ('code' in error && typeof error.code === 'string') return error.code;
	return 'cause' in error ? codeOf(error.cause) : '';
}

export const DISK_FULL_REMEDY =
	'Free some space, or point XDG_CACHE_HOME and TMPDIR at a larger disk, then start again.';

/** What to print for anything thrown. */
export function explain(thrown: unknown): Problem {
	if (thrown instanceof Problem) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	const code = codeOf(thrown);
	if (code === 'ENOSPC') return new Problem('The disk is full.', DISK_FULL_REMEDY);
	if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
		return new Problem(`No permission: ${message}.`, 'Give your user access to it, or set XDG_CACHE_HOME and TMPDIR.');
	}
	return new Problem(
		`Something unforeseen happened: ${message}`,
		'Start again; if it stays, report it with this text.',
		thrown instanceof Error && thrown.stack ? [thrown.stack.split('\n')[1]?.trim() ?? ''] : [],
	);
}
