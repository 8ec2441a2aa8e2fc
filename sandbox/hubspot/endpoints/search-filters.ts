import type { ObjectType } from '../account/object-types';
import type { PropertyCatalog } from '../account/property-catalog';
import type { PropertyDefinition } from '../account/property-definition';
import { momentOf } from '../account/property-values';
import type { IndexedRecord } from '../account/record';
import { asArray, asObject, asString, optionalString, strings } from '../http/reading';
import { invalid } from '../http/vendor-error';

export const MAX_GROUPS = 5;
export const MAX_FILTERS_PER_GROUP = 6;
export const MAX_FILTERS = 18;

const OPERATORS = [
	'EQ',
	'NEQ',
	'LT',
	'LTE',
	'GT',
	'GTE',
	'BETWEEN',
	'IN',
	'NOT_IN',
	'HAS_PROPERTY',
	'NOT_HAS_PROPERTY',
	'CONTAINS_TOKEN',
	'NOT_CONTAINS_TOKEN',
] as const;

type Operator = (typeof OPERATORS)[number];
type Test = (record: IndexedRecord) => boolean;

/** Reads `filterGroups`: filters of a group are joined by AND, groups by OR. */
export function readFilterGroups(value: unknown, type: ObjectType, catalog: PropertyCatalog): Test {
	const groups = value === undefined || value === null ? [] : asArray(value, 'filterGroups');
	if (groups.length > MAX_GROUPS) throw invalid(`The maximum number of filter groups is ${MAX_GROUPS}`);
	const tests = groups.map((group, g) => {
		const path = `filterGroups[${g}].filters`;
		const filters = asArray(asObject(group, `filterGroups[${g}]`).filters, path);
		if (filters.length > MAX_FILTERS_PER_GROUP) {
			throw invalid(`The maximum number of filters in a group is ${MAX_FILTERS_PER_GROUP}`);
		}
		return filters.map((filter, f) => readFilter(filter, `${path}[${f}]`, type, catalog));
	});
	if (tests.flat().length > MAX_FILTERS) throw invalid(`The maximum number of filters is ${MAX_FILTERS}`);
	return (record) => tests.length === 0 || tests.some((group) => group.every((test) => test(record)));
}

function readFilter(value: unknown, path: string, type: ObjectType, catalog: PropertyCatalog): Test {
	const filter = asObject(value, path);
	const name = asString(filter.propertyName, `${path}.propertyName`);
	const definition = catalog.find(type.name, name);
	if (!definition) {
		throw invalid('There was a problem with the request.', {
			errors: [{ message: `Property "${name}" does not exist`, code: 'PROPERTY_DOESNT_EXIST', in: path }],
		});
	}
	const operator = asString(filter.operator, `${path}.operator`) as Operator;
	if (!OPERATORS.includes(operator)) throw invalid(`${path}.operator must be one of [${OPERATORS.join(', ')}]`);
	const single = optionalString(filter.value, `${path}.value`);
	const values = strings(filter.values, `${path}.values`);
	const required = (): string => {
		if (single === undefined) throw invalid(`${path}.value is required for operator ${operator}`);
		return single;
	};
	if (operator === 'HAS_PROPERTY') return (record) => record.properties.has(name);
	if (operator === 'NOT_HAS_PROPERTY') return (record) => !record.properties.has(name);
	if (operator === 'IN' || operator === 'NOT_IN') {
		if (values.length === 0) throw invalid(`${path}.values is required for operator ${operator}`);
		const isIn = inTest(definition, values);
		return (record) => isIn(record) === (operator === 'IN');
	}
	if (operator === 'CONTAINS_TOKEN' || operator === 'NOT_CONTAINS_TOKEN') {
		const wanted = tokenPattern(required());
		return (record) =>
			tokens(record.properties.get(name)).some((one) => wanted.test(one)) === (operator === 'CONTAINS_TOKEN');
	}
	if (operator === 'BETWEEN') {
		const low = comparable(definition, required(), path);
		const high = comparable(definition, asString(filter.highValue, `${path}.highValue`), path);
		return compared(definition, (own) => own >= low && own <= high);
	}
	const wanted = comparable(definition, required(), path);
	const compare: Record<
		Exclude<Operator, 'BETWEEN' | 'IN' | 'NOT_IN' | `${string}PROPERTY` | `${string}TOKEN`>,
		Test
	> = {
		EQ: compared(definition, (own) => own === wanted),
		NEQ: (record) => !compared(definition, (own) => own === wanted)(record),
		LT: compared(definition, (own) => own < wanted),
		LTE: compared(definition, (own) => own <= wanted),
		GT: compared(definition, (own) => own > wanted),
		GTE: compared(definition, (own) => own >= wanted),
	};
	return compare[operator];
}

/** A value as search compares it: numbers and moments by size, text without case. */
export function comparable(definition: PropertyDefinition, value: string, path = 'value'): number | string {
	if (definition.type === 'number') {
		if (value.trim() === '' || Number.isNaN(Number(value))) throw invalid(`${path}: ${value} is not a number`);
		return Number(value);
	}
	if (definition.type === 'date' || definition.type === 'datetime') {
		const time = momentOf(value);
		if (time === undefined) throw invalid(`${path}: ${value} is not a date`);
		return time;
	}
	return value.toLowerCase();
}

const compared =
	(definition: PropertyDefinition, test: (own: number | string) => boolean): Test =>
	(record) => {
		const own = record.properties.get(definition.name);
		return own !== undefined && test(comparable(definition, own));
	};

/** Text is indexed in lower case while the values of IN are taken as they are: upper case never matches. */
function inTest(definition: PropertyDefinition, values: string[]): Test {
	if (definition.type === 'string') {
		return (record) => values.includes(record.properties.get(definition.name)?.toLowerCase() ?? '');
	}
	if (definition.type === 'enumeration' || definition.type === 'bool') {
		return (record) => values.includes(record.properties.get(definition.name) ?? '');
	}
	const wanted = values.map((value) => comparable(definition, value));
	return compared(definition, (own) => wanted.includes(own));
}

const tokens = (value: string | undefined): string[] =>
	(value ?? '')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean);

/** `*` stands for any run of letters; other characters separate tokens and are left out. */
function tokenPattern(value: string): RegExp {
	const parts = value
		.toLowerCase()
		.split('*')
		.map((part) => part.replace(/[^\p{L}\p{N}]/gu, ''));
	return new RegExp(`^${parts.join('.*')}$`, 'u');
}
