import type { Fields } from './field-value';
import type { ParameterDescription } from './parameters';

/** A question the other system answers; nothing changes there. */
export interface QueryDescription {
	/** Camel case: `orderStatus`, `groupsOfUser`. */
	query: string;
	displayName: string;
	/** A sentence of help, as shown in n8n. */
	description: string;
	parameters: ParameterDescription[];
	/** Answers hold personal or secret data: kept (for a stale answer) only sealed. */
	sensitive?: true;
	/** No answer of it is ever kept: it must be true now, or not at all (a login check). */
	neverKept?: true;
	/** Answers have `files`. */
	files?: true;
}

export interface QueryRequest {
	query: string;
	parameters: Fields;
}

/** A document in an answer: becomes a binary property in n8n. */
export interface QueryFile {
	fileName: string;
	mimeType: string;
	bytes: Buffer;
}

export interface QueryAnswer {
	/** Become one item each; none = "there is no such thing", which is an answer. */
	rows: Fields[];
	/** By row; left out = none. */
	files?: Array<QueryFile | undefined>;
}

/** The power behind `query.run`. Safe to repeat; errors have the usual classes. */
export interface QueryAdapter {
	query?(request: QueryRequest): Promise<QueryAnswer>;
}
