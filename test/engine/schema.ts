import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './harness';

export interface Schema {
	type?: string | string[];
	properties?: Record<string, Schema>;
	items?: Schema;
}

export const FOLDER = path.join(ROOT, 'dist/nodes/Crosslink/__schema__/v1.0.0');

/** Where a value has a key or a type that the schema does not name. */
export function mismatches(schema: Schema, value: unknown, at = '$'): string[] {
	const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
	const allowed = schema.type === undefined ? [] : [schema.type].flat();
	if (allowed.length > 0 && !allowed.includes(type) && !(type === 'number' && allowed.includes('integer'))) {
		return [`${at} is ${type}, not ${allowed.join(' or ')}`];
	}
	if (Array.isArray(value))
		return value.flatMap((one, index) => mismatches(schema.items ?? {}, one, `${at}[${index}]`));
	if (type !== 'object' || schema.properties === undefined) return [];
	return Object.entries(value as object).flatMap(([key, one]) => {
		const inner = schema.properties?.[key];
		// Columns of the integration's own come on top of a link's.
		if (inner === undefined) return at.endsWith('.link') ? [] : [`${at}.${key} is not in the schema`];
		return mismatches(inner, one, `${at}.${key}`);
	});
}

/** What the editor is told of an operation's items. */
export function schemaOf(resource: string, operation: string): Schema {
	return JSON.parse(readFileSync(path.join(FOLDER, resource, `${operation}.json`), 'utf8')) as Schema;
}
