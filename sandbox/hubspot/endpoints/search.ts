import type { ObjectType } from '../account/object-types';
import type { PropertyCatalog } from '../account/property-catalog';
import { indexedVersion, type IndexedRecord } from '../account/record';
import { versioned, type Endpoint, type VendorCall } from '../http/endpoint';
import { asArray, asObject, asString, optionalString, strings, type JsonObject } from '../http/reading';
import { readView } from '../http/record-view';
import { invalid } from '../http/vendor-error';
import { readScope, typeOf } from './object-lookup';
import { comparable, readFilterGroups } from './search-filters';

export const MAX_SEARCH_PAGE = 200;
export const MAX_SEARCH_RESULTS = 10_000;
/** Characters of a search body. */
export const MAX_SEARCH_BODY = 3_000;

type Order = (a: IndexedRecord, b: IndexedRecord) => number;

const byId: Order = (a, b) => Number(a.id) - Number(b.id);

function readSort(value: unknown, type: ObjectType, catalog: PropertyCatalog): Order {
	const sorts = value === undefined || value === null ? [] : asArray(value, 'sorts');
	if (sorts.length > 1) throw invalid('Only one sort is allowed');
	const [sort] = sorts;
	if (sort === undefined) return byId;
	const { name, down } = typeof sort === 'string' ? textSort(sort) : objectSort(asObject(sort, 'sorts[0]'));
	const definition = catalog.find(type.name, name);
	if (!definition) throw invalid(`Cannot sort by property "${name}": it does not exist`);
	const keyOf = (record: IndexedRecord) => {
		const value = record.properties.get(name);
		return value === undefined ? undefined : comparable(definition, value);
	};
	return (a, b) => {
		const [left, right] = [keyOf(a), keyOf(b)];
		if (left === right) return 0;
		if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
		return (left < right ? -1 : 1) * (down ? -1 : 1);
	};
}

const textSort = (sort: string) => ({ name: sort.replace(/^-/, ''), down: sort.startsWith('-') });

const objectSort = (sort: JsonObject) => ({
	name: asString(sort.propertyName, 'sorts[0].propertyName'),
	down: optionalString(sort.direction, 'sorts[0].direction') === 'DESCENDING',
});

function readPage(body: JsonObject): { limit: number; after: number } {
	const limit = body.limit ?? 10;
	if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0 || limit > MAX_SEARCH_PAGE) {
		throw invalid(`limit must be an integer between 0 and ${MAX_SEARCH_PAGE}`);
	}
	const after = body.after === undefined || body.after === '' ? '0' : String(body.after);
	if (!/^\d+$/.test(after)) throw invalid(`after must be an integer: ${after}`);
	if (Number(after) + limit > MAX_SEARCH_RESULTS) {
		throw invalid('There was a problem with the request.', {
			errors: [{ message: `The maximum number of results is ${MAX_SEARCH_RESULTS}`, in: 'after' }],
		});
	}
	return { limit, after: Number(after) };
}

const matchesText = (type: ObjectType, query: string) => {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	return (record: IndexedRecord) => {
		const text = type.searchedProperties
			.map((name) => record.properties.get(name) ?? '')
			.join(' ')
			.toLowerCase();
		return words.every((word) => text.includes(word));
	};
};

function search(call: VendorCall) {
	const type = typeOf(call);
	if (call.bodyLength > MAX_SEARCH_BODY) {
		throw invalid(`The request body is too long: the maximum is ${MAX_SEARCH_BODY} characters`);
	}
	const body = asObject(call.body);
	const { catalog, records } = call.state;
	const passes = readFilterGroups(body.filterGroups, type, catalog);
	const order = readSort(body.sorts, type, catalog);
	const { limit, after } = readPage(body);
	const asksFor = matchesText(type, optionalString(body.query, 'query') ?? '');
	const now = call.state.now();
	const found = records
		.all(type)
		.map((record) => indexedVersion(record, now))
		.filter((record) => record !== undefined)
		.filter((record) => !record.archived && passes(record) && asksFor(record))
		.sort(order);
	const results = found
		.slice(after, after + limit)
		.map((record) => readView(type, record, strings(body.properties, 'properties')));
	const next = after + limit < found.length && limit > 0 ? { paging: { next: { after: String(after + limit) } } } : {};
	return { status: 200, body: { total: found.length, results, ...next } };
}

/** Search over the index, which lags behind the records by `indexDelayMs`. */
export const searchEndpoints: Endpoint[] = [
	{
		method: 'POST',
		paths: versioned('objects', '/:objectType/search'),
		scopes: readScope,
		search: true,
		handle: search,
	},
];
