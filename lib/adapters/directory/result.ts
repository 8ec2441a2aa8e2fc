/** What a server said of an operation that it did not do; RFC 4511, 4.1.9. */
export class ResultError extends Error {
	constructor(
		readonly code: number,
		/** The server's own words; Active Directory's hold the reason of a refused bind. */
		readonly diagnostic: string,
	) {
		super(diagnostic.trim() === '' ? `result code ${code}` : `${diagnostic.trim()} (result code ${code})`);
	}
}

/** The connection is of no more use: nothing is known of the operation that was under way. */
export class LostError extends Error {}

/** The server did not answer in time. */
export class LateError extends Error {}

export const CODES = {
	success: 0,
	timeLimit: 3,
	sizeLimit: 4,
	noSuchAttribute: 16,
	noSuchObject: 32,
	invalidCredentials: 49,
	insufficientAccess: 50,
	unwilling: 53,
} as const;
