import { typeOfSet, type EdmSet, type EdmType, type ServiceModel } from '../metadata/model';
import { badRequest, notFound } from '../odata/gateway-error';
import { parseFilter } from '../odata/filter';
import { parsePath, type Step } from '../odata/path';
import { comparable, toJson, type Row } from '../odata/values';
import { etagOf } from '../system/write';
import type { Tables } from '../system/tables';

export interface ReadOptions {
	model: ServiceModel;
	tables: Tables;
	/** Base of links: `http://host/sap/opu/odata/sap/API_SALES_ORDER_SRV`. */
	root: string;
	/** Rows of one answer, whatever $top says. */
	pageSize: number;
	/** Rows that a list shows already; others are too new. */
	visible(row: Row): boolean;
}

/** What a path means: a set, one row of it, or the rows behind a navigation property. */
export interface Target {
	set: EdmSet;
	type: EdmType;
	rows: Row[];
	single: boolean;
	/** The key given, when it names a row of the set itself. */
	keys?: Row;
}

export function resolve({ model, tables }: Pick<ReadOptions, 'model' | 'tables'>, path: string): Target {
	const [first, ...rest] = parsePath(path);
	const set = model.sets.get(first?.name ?? '');
	if (!first || !set) throw notFound(`Resource not found for segment '${first?.name ?? ''}'`);
	const type = typeOfSet(model, set);
	let target: Target = { set, type, rows: tables.of(set.name), single: false };
	if (first.keys) target = oneOf(tables, target, first, rest.length > 0);
	for (const step of rest) target = along(model, tables, target, step);
	return target;
}

function oneOf(tables: Tables, target: Target, step: Step, goesOn: boolean): Target {
	const { type } = target;
	const keys: Row = {};
	for (const { name, value } of step.keys ?? []) {
		const key = name === '' ? type.keys[0] : name;
		if (!key || !type.keys.includes(key)) throw badRequest(`Invalid key predicate: ${name}`);
		keys[key] = value;
	}
	if (Object.keys(keys).length !== type.keys.length) throw badRequest(`Invalid key predicate for type ${type.name}`);
	const row = tables.find(target.set.name, type, keys);
	if (!row && goesOn) throw notFound(`Resource not found for entity ${target.set.name}`);
	return { ...target, rows: row ? [row] : [], single: true, keys };
}

function along(model: ServiceModel, tables: Tables, from: Target, step: Step): Target {
	const navigation = from.type.navigations.get(step.name);
	const [row] = from.rows;
	if (!navigation || !row) throw notFound(`Resource not found for segment '${step.name}'`);
	const type = model.types.get(navigation.target);
	const set = [...model.sets.values()].find((one) => one.type === navigation.target);
	if (!type || !set) throw notFound(`Resource not found for segment '${step.name}'`);
	const target = { set, type, rows: tables.related(model, from.type, navigation, row), single: !navigation.many };
	return step.keys ? oneOf(tables, target, step, false) : target;
}

/** The JSON body of a read. */
export function readTarget(options: ReadOptions, path: string, query: URLSearchParams): unknown {
	checkOptions(query);
	const target = resolve(options, path);
	if (target.single) {
		const [row] = target.rows;
		if (!row) throw notFound(`Resource not found for entity ${target.set.name}`);
		return { d: encodeRow(options, target.type, row, query.get('$select'), query.get('$expand')) };
	}
	const filter = query.get('$filter');
	// Only who looks for what changed meets the lag; a look-up by number or reference does not.
	let rows = filter?.includes('LastChangeDateTime') ? target.rows.filter((row) => options.visible(row)) : target.rows;
	if (filter) {
		const test = parseFilter(filter, target.type);
		rows = rows.filter(test);
	}
	rows = sorted(rows, target.type, query.get('$orderby'));
	const total = rows.length;
	const skipped = count(query, '$skiptoken') ?? count(query, '$skip') ?? 0;
	const top = count(query, '$top');
	rows = rows.slice(skipped, top === undefined ? undefined : skipped + top);
	const page = rows.slice(0, options.pageSize);
	const left = top === undefined ? rows.length > page.length : page.length < rows.length;
	const results = page.map((row) => encodeRow(options, target.type, row, query.get('$select'), query.get('$expand')));
	return {
		d: {
			...(query.get('$inlinecount') === 'allpages' ? { __count: String(total) } : {}),
			results,
			...(left ? { __next: nextLink(options.root, path, query, skipped + page.length, top && top - page.length) } : {}),
		},
	};
}

function nextLink(root: string, path: string, query: URLSearchParams, skip: number, top: number | undefined): string {
	const next = new URLSearchParams(query);
	next.delete('$skip');
	next.set('$skiptoken', String(skip));
	if (top) next.set('$top', String(top));
	return `${root}/${path}?${next.toString()}`;
}

const KNOWN = /^(\$(filter|orderby|top|skip|skiptoken|select|expand|inlinecount|format|count)|sap-.+|saml2)$/;

function checkOptions(query: URLSearchParams): void {
	for (const name of query.keys()) if (!KNOWN.test(name)) throw badRequest(`Query option '${name}' is not supported`);
}

function count(query: URLSearchParams, name: string): number | undefined {
	const text = query.get(name);
	if (text === null) return undefined;
	if (!/^\d+$/.test(text)) throw badRequest(`Invalid value for '${name}'`);
	return Number(text);
}

function sorted(rows: Row[], type: EdmType, orderBy: string | null): Row[] {
	if (!orderBy) return rows;
	const orders = orderBy.split(',').map((part) => {
		const [name = '', direction = 'asc'] = part.trim().split(/\s+/);
		const property = type.properties.get(name);
		if (!property) throw badRequest(`Property ${name} not found in type ${type.name}`);
		return { name, property, sign: direction === 'desc' ? -1 : 1 };
	});
	return [...rows].sort((a, b) => {
		for (const { name, property, sign } of orders) {
			const [left, right] = [comparable(property, a[name] ?? ''), comparable(property, b[name] ?? '')];
			if (left !== right) return (left ?? '') < (right ?? '') ? -sign : sign;
		}
		return 0;
	});
}

/** A row as JSON, with what was asked to come along. */
export function encodeRow(
	options: ReadOptions,
	type: EdmType,
	row: Row,
	select: string | null,
	expand: string | null,
): unknown {
	const wanted = select ? new Set(select.split(',').map((one) => one.trim())) : undefined;
	for (const name of wanted ?? []) {
		const [head = ''] = name.split('/');
		if (!type.properties.has(head) && !type.navigations.has(head))
			throw badRequest(`Property ${name} not found in type ${type.name}`);
	}
	const set = [...options.model.sets.values()].find((one) => one.type === type.name);
	const etag = etagOf(type, row);
	const encoded: Record<string, unknown> = {
		__metadata: {
			id: uriOf(options.root, set?.name ?? '', type, row),
			uri: uriOf(options.root, set?.name ?? '', type, row),
			type: `${options.model.namespace}.${type.name}`,
			...(etag === undefined ? {} : { etag }),
		},
	};
	for (const property of type.properties.values()) {
		if (wanted && !wanted.has(property.name)) continue;
		encoded[property.name] = toJson(
			property,
			row[property.name] ?? (property.type === 'Edm.String' ? '' : property.type === 'Edm.Boolean' ? false : null),
		);
	}
	const expanded = (expand ?? '')
		.split(',')
		.map((one) => one.trim())
		.filter(Boolean);
	for (const navigation of type.navigations.values()) {
		const inner = expanded.filter((one) => one.split('/')[0] === navigation.name);
		if (inner.length === 0) {
			if (!wanted)
				encoded[navigation.name] = {
					__deferred: { uri: `${uriOf(options.root, set?.name ?? '', type, row)}/${navigation.name}` },
				};
			continue;
		}
		const target = options.model.types.get(navigation.target);
		if (!target) throw badRequest(`Cannot expand ${navigation.name}`);
		const deeper = inner
			.map((one) => one.split('/').slice(1).join('/'))
			.filter(Boolean)
			.join(',');
		const rows = options.tables
			.related(options.model, type, navigation, row)
			.map((one) => encodeRow(options, target, one, null, deeper));
		encoded[navigation.name] = navigation.many ? { results: rows } : (rows[0] ?? null);
	}
	for (const name of expanded) {
		const [head = ''] = name.split('/');
		if (!type.navigations.has(head)) throw badRequest(`Navigation property ${name} not found in type ${type.name}`);
	}
	return encoded;
}

export function uriOf(root: string, set: string, type: EdmType, row: Row): string {
	const [only] = type.keys;
	const literal = (key: string) => `'${encodeURIComponent(String(row[key] ?? '').replaceAll("'", "''"))}'`;
	const keys =
		type.keys.length === 1 && only ? literal(only) : type.keys.map((key) => `${key}=${literal(key)}`).join(',');
	return `${root}/${set}(${keys})`;
}
