/**
 * What kind of failure this is decides what happens next: retry, wait, park the connection, or ask a person.
 * - `transient`: try again soon; nothing is known to have happened
 * - `throttled`: the vendor asked us to slow down; `retryAfterMs` says how long
 * - `auth`: the connection is refused; no further call makes sense until a person changes it
 * - `rejected`: this record (or this setting) will never be taken as it is
 * - `conflict`: both sides claim the same thing; a person or a policy decides
 * - `unknown`: the call may or may not have taken effect; look it up before repeating
 * - `bug`: our own mistake
 */
export type ErrorClass = 'transient' | 'throttled' | 'auth' | 'rejected' | 'conflict' | 'unknown' | 'bug';

export interface CrosslinkErrorOptions {
	class: ErrorClass;
	/** Stable, greppable, lower-case words joined by `_`, e.g. `property_unknown`. */
	code: string;
	/** What failed and for which record, in plain English, without secrets. */
	message: string;
	/** What the reader can do now. */
	remedy: string;
	/** How long to wait before the next try, in milliseconds. */
	retryAfterMs?: number;
	/** The status of the vendor's answer, where there was one. */
	httpStatus?: number;
	cause?: unknown;
}

/** The one error type of the library: always names what failed, why, and the remedy. */
export class CrosslinkError extends Error {
	readonly class: ErrorClass;
	readonly code: string;
	readonly remedy: string;
	readonly retryAfterMs?: number;
	readonly httpStatus?: number;

	constructor(options: CrosslinkErrorOptions) {
		super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'CrosslinkError';
		this.class = options.class;
		this.code = options.code;
		this.remedy = options.remedy;
		this.retryAfterMs = options.retryAfterMs;
		this.httpStatus = options.httpStatus;
	}

	/** The form that goes into output items and the store: no stack, no cause. */
	toPlain(): PlainError {
		return { class: this.class, code: this.code, message: this.message, remedy: this.remedy };
	}
}

/** The same error with the record's own name before its text; adapters know records by their own ids only. */
export function namedFor(record: string, error: CrosslinkError): CrosslinkError {
	if (error.message.includes(record)) return error;
	return new CrosslinkError({
		class: error.class,
		code: error.code,
		message: `${record}: ${error.message}`,
		remedy: error.remedy,
		retryAfterMs: error.retryAfterMs,
		httpStatus: error.httpStatus,
		cause: error.cause,
	});
}

/** A {@link CrosslinkError} as data. */
export interface PlainError {
	class: ErrorClass;
	code: string;
	message: string;
	remedy: string;
}

/**
 * Turns anything thrown into a {@link CrosslinkError}. What is not ours is a `bug`: a part that expects
 * foreign errors (a driver, an HTTP client) classifies them itself, where it knows what they mean.
 */
export function asCrosslinkError(thrown: unknown): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return new CrosslinkError({
		class: 'bug',
		code: 'unexpected',
		message: `Crosslink failed in a way it did not foresee: ${message}`,
		remedy: 'Run it again; if it stays, report it with this text and the execution id.',
		cause: thrown,
	});
}
