import { textsOf, textOf } from './entry';
import type { Reach } from './directory';
import { readEntry } from './search';

export interface AttributeType {
	names: string[];
	description: string;
	syntax: string;
	single: boolean;
	/** The server alone writes it. */
	operational: boolean;
	superior: string | undefined;
}

export interface ObjectClass {
	names: string[];
	superiors: string[];
	attributes: string[];
	/** Classes that add attributes to entries of this one. */
	auxiliaries: string[];
}

export interface Schema {
	/** By name in lower case. */
	attributes: Map<string, AttributeType>;
	classes: Map<string, ObjectClass>;
}

/** The schema as the server publishes it; RFC 4512, 4.1. */
export async function loadSchema(reach: Reach): Promise<Schema> {
	const place = textOf(reach.profile.root, 'subschemaSubentry') ?? 'cn=Subschema';
	const kinds = ['attributeTypes', 'objectClasses', 'dITContentRules'];
	const entry = await readEntry(reach, place, kinds);
	const [types, classes, rules] = kinds.map((kind) => (entry === undefined ? [] : textsOf(entry, kind)));
	const schema: Schema = { attributes: new Map(), classes: new Map() };
	for (const text of types ?? []) {
		const type = toAttributeType(text);
		for (const name of type.names) schema.attributes.set(name.toLowerCase(), type);
	}
	for (const text of [...(classes ?? []), ...(rules ?? [])]) {
		const found = toObjectClass(text);
		for (const name of found.names) {
			const known = schema.classes.get(name.toLowerCase());
			schema.classes.set(name.toLowerCase(), known === undefined ? found : merged(known, found));
		}
	}
	return schema;
}

/** Names of all attributes that an entry of these classes may have. */
export function attributesOf({ classes }: Schema, names: readonly string[]): string[] {
	const found = new Set<string>();
	const seen = new Set<string>();
	const waiting = names.map((name) => name.toLowerCase());
	for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
		const one = classes.get(name);
		if (seen.has(name) || one === undefined) continue;
		seen.add(name);
		for (const attribute of one.attributes) found.add(attribute);
		waiting.push(...[...one.superiors, ...one.auxiliaries].map((other) => other.toLowerCase()));
	}
	return [...found];
}

/** Syntax and whether it takes one value, from what it is made of where it does not say so itself. */
export function resolved({ attributes }: Schema, name: string): AttributeType | undefined {
	let type = attributes.get(name.toLowerCase());
	const named = type;
	for (let depth = 0; type !== undefined && type.syntax === '' && depth < 10; depth++) {
		type = type.superior === undefined ? undefined : attributes.get(type.superior.toLowerCase());
	}
	return named === undefined ? undefined : { ...named, syntax: type?.syntax ?? '' };
}

const words = (text: string): string[] => [...text.matchAll(/[A-Za-z0-9;.-]+/g)].map(([word]) => word);
/** `KEY 'a'`, `KEY ( 'a' 'b' )`, `KEY ( a $ b )` or `KEY a`. */
const after = (text: string, key: string): string[] => {
	const [, list, one] = new RegExp(`\\s${key}\\s+(?:\\(([^)]*)\\)|'?([^'\\s)]+)'?)`).exec(text) ?? [];
	return words(list ?? one ?? '');
};

function toAttributeType(text: string): AttributeType {
	return {
		names: after(text, 'NAME'),
		description: /\sDESC\s+'([^']*)'/.exec(text)?.[1] ?? '',
		syntax: after(text, 'SYNTAX')[0] ?? '',
		single: /\sSINGLE-VALUE\b/.test(text),
		operational: /\sNO-USER-MODIFICATION\b/.test(text),
		superior: after(text, 'SUP')[0],
	};
}

function toObjectClass(text: string): ObjectClass {
	return {
		names: after(text, 'NAME'),
		superiors: after(text, 'SUP'),
		attributes: [...after(text, 'MUST'), ...after(text, 'MAY')],
		auxiliaries: after(text, 'AUX'),
	};
}

function merged(a: ObjectClass, b: ObjectClass): ObjectClass {
	return {
		names: a.names,
		superiors: [...a.superiors, ...b.superiors],
		attributes: [...a.attributes, ...b.attributes],
		auxiliaries: [...a.auxiliaries, ...b.auxiliaries],
	};
}
