import type { FieldValue } from '../adapters/adapter';
import { literalsV2, literalsV4, type Literals } from './literals';
import { isObject, plainV2, plainV4 } from './values';

/** One entity as it came, with what the protocol says about it. */
export interface ODataEntity {
	/** Property values in plain JSON; nested entities and lists where they were expanded. */
	values: Record<string, FieldValue>;
	/** Byte for byte what goes back in `If-Match`; undefined where the type has none. */
	etag: string | undefined;
}

export interface ODataList {
	entities: ODataEntity[];
	/** Where the server goes on, to be followed as it stands. */
	next: string | undefined;
	/** Of all matches, where it was asked for. */
	count: number | undefined;
}

/** What differs between the two versions of OData that are spoken. */
export interface Protocol {
	version: 2 | 4;
	literals: Literals;
	/** Sent with every call. */
	headers: Readonly<Record<string, string>>;
	/** Query option that makes a list answer with `count`. */
	countOption: string;
	/** @throws SyntaxError-like Error for a body of another shape */
	readEntity(body: unknown, etagHeader?: string): ODataEntity;
	readList(body: unknown): ODataList;
	/** What a function import or action returned: one object, a list, or a value. */
	readResult(body: unknown): FieldValue;
}

export const protocolV2: Protocol = {
	version: 2,
	literals: literalsV2,
	headers: { accept: 'application/json', dataserviceversion: '2.0', maxdataserviceversion: '2.0' },
	countOption: '$inlinecount=allpages',
	readEntity: (body, etagHeader) => entityV2(within(body, 'd'), etagHeader),
	readList: (body) => {
		const d = within(body, 'd');
		// Gateway writes lists under `results`; services of other makers write the list itself.
		const rows = Array.isArray(d) ? d : isObject(d) ? d['results'] : undefined;
		if (!Array.isArray(rows)) throw new Error('no list under "d"');
		const head = isObject(d) ? d : {};
		return {
			entities: rows.map((row) => entityV2(row)),
			next: textIn(head, '__next'),
			count: countOf(head['__count']),
		};
	},
	readResult: (body) => plainV2(within(body, 'd')),
};

export const protocolV4: Protocol = {
	version: 4,
	literals: literalsV4,
	headers: { accept: 'application/json', 'odata-version': '4.0', 'odata-maxversion': '4.0' },
	countOption: '$count=true',
	readEntity: (body, etagHeader) => entityV4(body, etagHeader),
	readList: (body) => {
		const rows = isObject(body) ? body['value'] : undefined;
		if (!isObject(body) || !Array.isArray(rows)) throw new Error('no list under "value"');
		return {
			entities: rows.map((row) => entityV4(row)),
			next: textIn(body, '@odata.nextLink'),
			count: countOf(body['@odata.count']),
		};
	},
	readResult: (body) => plainV4(isObject(body) && 'value' in body ? body['value'] : body),
};

function entityV2(row: unknown, etagHeader?: string): ODataEntity {
	if (!isObject(row)) throw new Error('no entity');
	const metadata = isObject(row['__metadata']) ? row['__metadata'] : {};
	return { values: plainV2(row) as Record<string, FieldValue>, etag: textIn(metadata, 'etag') ?? etagHeader };
}

function entityV4(row: unknown, etagHeader?: string): ODataEntity {
	if (!isObject(row)) throw new Error('no entity');
	return { values: plainV4(row) as Record<string, FieldValue>, etag: textIn(row, '@odata.etag') ?? etagHeader };
}

function within(body: unknown, name: string): unknown {
	if (!isObject(body) || !(name in body)) throw new Error(`no "${name}"`);
	return body[name];
}

function textIn(object: Record<string, unknown>, name: string): string | undefined {
	const value = object[name];
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function countOf(value: unknown): number | undefined {
	const count = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
	return Number.isSafeInteger(count) ? count : undefined;
}
