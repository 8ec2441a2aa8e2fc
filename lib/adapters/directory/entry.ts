import type { SearchEntry } from 'ldapts';

/** One attribute as the server spells it, its values as bytes. */
export interface AttributeValues {
	name: string;
	values: Buffer[];
}

/**
 * An entry with its values as bytes only: the library gives a value as text where it happens to be valid UTF-8, one value
 * without its list, and none as an empty list.
 */
export interface Entry {
	dn: string;
	/** By name in lower case, options included (`member;range=0-1499`). */
	attributes: Map<string, AttributeValues>;
}

export function toEntry({ name, attributes }: SearchEntry): Entry {
	return {
		dn: name,
		attributes: new Map(
			attributes.map((one) => [one.type.toLowerCase(), { name: one.type, values: one.parsedBuffers }]),
		),
	};
}

/** All values of an attribute as text; none = the attribute is not there, or may not be read. */
export function textsOf(entry: Entry, name: string): string[] {
	return (entry.attributes.get(name.toLowerCase())?.values ?? []).map((value) => value.toString('utf8'));
}

/** The first value as text. */
export function textOf(entry: Entry, name: string): string | undefined {
	return textsOf(entry, name)[0];
}

export function bytesOf(entry: Entry, name: string): Buffer | undefined {
	return entry.attributes.get(name.toLowerCase())?.values[0];
}
