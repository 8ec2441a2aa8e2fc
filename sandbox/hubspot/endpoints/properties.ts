import type { PropertyDefinition, PropertyOption, PropertyType } from '../account/property-definition';
import { objectTypeOf } from '../account/object-types';
import { batchAnswer, itemError } from '../http/batch-answer';
import { flag, versioned, type Endpoint, type VendorCall } from '../http/endpoint';
import {
	asArray,
	asObject,
	asString,
	batchInputs,
	optionalBoolean,
	optionalString,
	type JsonObject,
} from '../http/reading';
import { invalid } from '../http/vendor-error';
import { typeOf } from './object-lookup';

const TYPES: PropertyType[] = ['string', 'number', 'date', 'datetime', 'enumeration', 'bool'];

const FIELD_TYPES: Record<PropertyType, string[]> = {
	string: ['text', 'textarea', 'file', 'html', 'phonenumber'],
	number: ['number'],
	date: ['date'],
	datetime: ['date'],
	enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox'],
	bool: ['booleancheckbox'],
};

const scope =
	(right: 'read' | 'write') =>
	({ objectType = '' }: Record<string, string>) => [
		`crm.schemas.${objectTypeOf(objectType).name}.${right}`,
		// Reading definitions is allowed with the objects' own scope as well.
		...(right === 'read' ? [`crm.objects.${objectTypeOf(objectType).name}.read`] : []),
	];

const all = versioned('properties', '/:objectType', ['v3']);
const one = versioned('properties', '/:objectType/:propertyName', ['v3']);
const batch = (verb: string) => versioned('properties', `/:objectType/batch/${verb}`, ['v3']);

const numberOr = (value: unknown, fallback: number) => (typeof value === 'number' ? value : fallback);

const readOptions = (value: unknown): PropertyOption[] =>
	asArray(value ?? [], 'options').map((entry, index) => {
		const option = asObject(entry, `options[${index}]`);
		const description = optionalString(option.description, `options[${index}].description`);
		return {
			label: asString(option.label, `options[${index}].label`),
			value: asString(option.value, `options[${index}].value`),
			displayOrder: numberOr(option.displayOrder, index),
			hidden: optionalBoolean(option.hidden, `options[${index}].hidden`) ?? false,
			...(description === undefined ? {} : { description }),
		};
	});

/** A custom property as a caller describes it. */
function readDefinition(body: JsonObject, at: string): PropertyDefinition {
	const type = asString(body.type, 'type') as PropertyType;
	if (!TYPES.includes(type)) throw invalid(`type must be one of [${TYPES.join(', ')}]: ${type}`);
	const fieldType = asString(body.fieldType, 'fieldType');
	if (!FIELD_TYPES[type].includes(fieldType)) {
		throw invalid(`Invalid fieldType "${fieldType}" for type "${type}": allowed are [${FIELD_TYPES[type].join(', ')}]`);
	}
	return {
		name: asString(body.name, 'name'),
		label: asString(body.label, 'label'),
		description: optionalString(body.description, 'description') ?? '',
		groupName: asString(body.groupName, 'groupName'),
		type,
		fieldType,
		options: readOptions(body.options),
		displayOrder: numberOr(body.displayOrder, -1),
		hasUniqueValue: optionalBoolean(body.hasUniqueValue, 'hasUniqueValue') ?? false,
		hidden: optionalBoolean(body.hidden, 'hidden') ?? false,
		formField: optionalBoolean(body.formField, 'formField') ?? false,
		calculated: false,
		externalOptions: false,
		hubspotDefined: false,
		archived: false,
		createdAt: at,
		updatedAt: at,
		modificationMetadata: {
			archivable: true,
			readOnlyDefinition: false,
			readOnlyValue: false,
			...(type === 'enumeration' ? { readOnlyOptions: false } : {}),
		},
	};
}

const create = (call: VendorCall, body: JsonObject) =>
	call.state.catalog.create(typeOf(call).name, readDefinition(body, call.state.timestamp()));

const update = (call: VendorCall) => {
	const body = asObject(call.body);
	const label = optionalString(body.label, 'label');
	const description = optionalString(body.description, 'description');
	const changes: Partial<PropertyDefinition> = {
		...(label === undefined ? {} : { label }),
		...(description === undefined ? {} : { description }),
		...(body.options === undefined ? {} : { options: readOptions(body.options) }),
	};
	return call.state.catalog.update(typeOf(call).name, call.params.propertyName ?? '', changes, call.state.timestamp());
};

const readBatch = (call: VendorCall) => {
	const names = batchInputs(call.body, 100).map((input, index) => asString(input.name, `inputs[${index}].name`));
	const { catalog } = call.state;
	const object = typeOf(call).name;
	const results = names.map((name) => catalog.find(object, name)).filter((found) => found !== undefined);
	const errors = names
		.filter((name) => !catalog.find(object, name))
		.map((name) => itemError('OBJECT_NOT_FOUND', `property ${name} does not exist`, { name: [name] }));
	return batchAnswer(call, 200, results, errors);
};

const [read, write] = [scope('read'), scope('write')];

/** Property definitions and their groups. */
export const propertyEndpoints: Endpoint[] = [
	{
		method: 'GET',
		paths: all,
		scopes: read,
		handle: (call) => ({
			status: 200,
			body: { results: call.state.catalog.list(typeOf(call).name, flag(call.query, 'archived')) },
		}),
	},
	{
		method: 'POST',
		paths: all,
		scopes: write,
		handle: (call) => ({ status: 201, body: create(call, asObject(call.body)) }),
	},
	{
		method: 'GET',
		paths: one,
		scopes: read,
		handle: (call) => ({
			status: 200,
			body: call.state.catalog.get(typeOf(call).name, call.params.propertyName ?? '', flag(call.query, 'archived')),
		}),
	},
	{ method: 'PATCH', paths: one, scopes: write, handle: (call) => ({ status: 200, body: update(call) }) },
	{
		method: 'DELETE',
		paths: one,
		scopes: write,
		handle(call) {
			call.state.catalog.archive(typeOf(call).name, call.params.propertyName ?? '', call.state.timestamp());
			return { status: 204 };
		},
	},
	{
		method: 'GET',
		paths: versioned('properties', '/:objectType/groups', ['v3']),
		scopes: read,
		handle: (call) => ({ status: 200, body: { results: call.state.catalog.groups(typeOf(call).name) } }),
	},
	{
		method: 'POST',
		paths: batch('create'),
		scopes: write,
		handle: (call) =>
			batchAnswer(
				call,
				201,
				batchInputs(call.body, 100).map((input) => create(call, input)),
				[],
			),
	},
	{ method: 'POST', paths: batch('read'), scopes: read, handle: readBatch },
];
