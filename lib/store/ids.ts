import { CrosslinkError } from '../errors';

/** Longest local or external id, in UTF-16 units; keeps an index entry under PostgreSQL's 2,704 bytes. */
export const MAX_ID_LENGTH = 512;
/** Longest tenant, in UTF-16 units. */
export const MAX_TENANT_LENGTH = 128;

// A NUL is refused by PostgreSQL; a lone surrogate turns into U+FFFD there, so that two ids could become one.
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * Says what is wrong with an id, or nothing. Callers with many records check each one first, so that one bad id
 * fails one record and not the batch.
 * @param what how the id is called in the message, e.g. `local id`
 */
export function checkId(what: string, id: string, maxLength = MAX_ID_LENGTH): CrosslinkError | undefined {
	const reason = reasonAgainst(id, maxLength);
	if (reason === undefined) return undefined;
	return new CrosslinkError({
		class: 'rejected',
		code: 'id_invalid',
		message: `The ${what} ${JSON.stringify(String(id).slice(0, 60))} cannot be stored: ${reason}.`,
		remedy: `Give the record a non-empty text of at most ${maxLength} characters as its ${what}.`,
	});
}

/** @throws CrosslinkError `rejected` `id_invalid` for the first id that cannot be stored */
export function assertIds(what: string, ids: Iterable<string>): void {
	for (const id of ids) {
		const error = checkId(what, id);
		if (error) throw error;
	}
}

/** @throws CrosslinkError `rejected` `id_invalid` */
export function assertTenant(tenant: string): void {
	const error = checkId('tenant', tenant, MAX_TENANT_LENGTH);
	if (error) throw error;
}

function reasonAgainst(id: unknown, maxLength: number): string | undefined {
	if (typeof id !== 'string') return `it is ${id === null ? 'null' : typeof id}, not text`;
	if (id === '') return 'it is empty';
	if (id.length > maxLength) return `it has ${id.length} characters`;
	if (UNSTORABLE.test(id)) return 'it holds a NUL or half of a surrogate pair';
	return undefined;
}
