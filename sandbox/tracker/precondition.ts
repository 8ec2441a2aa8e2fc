import { RequestProblem } from './problem';

/** Says whether a record in this version may still be written. */
export type Precondition = (version: number) => boolean;

/** The `ETag` of a record (RFC 9110, section 8.8.3): its version as a strong validator, e.g. `"3"`. */
export function entityTag(version: number): string {
	return `"${version}"`;
}

/** One entity tag, weak or strong. */
const TAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/;

/**
 * Reads an `If-Match` header (RFC 9110, section 13.1.1): `"3"`, a list of such tags, or `*` for any version. Weak tags
 * never match. Undefined without the header: then the write has no condition. Throws a 400 for what is no tag, so that
 * a forgotten quote does not pass for a condition.
 */
export function ifMatch(header: string | undefined): Precondition | undefined {
	if (header === undefined) return undefined;
	const tags = header.split(',').map((tag) => tag.trim());
	if (tags.length === 1 && tags[0] === '*') return () => true;
	if (tags.every((tag) => TAG.test(tag))) return (version) => tags.includes(entityTag(version));
	throw new RequestProblem(
		400,
		'invalid_if_match',
		'If-Match must be the ETag of the record, such as "3" with quotes.',
	);
}

/** The condition of one item of a batch, from its `version`; undefined when it names none. Throws a 422. */
export function ifVersion(version: unknown): Precondition | undefined {
	if (version === undefined) return undefined;
	if (Number.isInteger(version)) return (current) => current === version;
	throw new RequestProblem(
		422,
		'invalid_field',
		'version must be the whole number the record was read with.',
		'version',
	);
}
