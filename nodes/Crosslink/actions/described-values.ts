import type { IDataObject, IExecuteFunctions, INodeProperties, ResourceMapperValue } from 'n8n-workflow';
import type { ParameterDescription } from '../../../lib/adapters/parameters';
import { choiceFrom } from './parameter-values';

/** What a command or a query is given, as the node's form or its JSON field has it. */
export interface GivenValues {
	/** An object or JSON text. */
	given: unknown;
	/** The whole incoming item was meant: what is not known of it is left out, not refused. */
	wholeItem: boolean;
}

const INPUTS = ['form', 'json'] as const;

/** A choice between a form made of the description, and JSON. Parameter names: `<name>Input`, `<name>`, `<name>Json`. */
export function valuesProperties(
	name: 'payload' | 'parameters',
	{
		displayName,
		method,
		dependsOn,
		description,
	}: Record<'displayName' | 'method' | 'dependsOn' | 'description', string>,
): INodeProperties[] {
	const inJson = `${description} An expression may give the object itself, for example {{ $json.${name} }}.`;
	return [
		{
			displayName: `${displayName} As`,
			name: `${name}Input`,
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Form', value: 'form', description: 'One field for each, with what is required and allowed' },
				{ name: 'JSON', value: 'json', description: 'One object, for example from a node before this one' },
			],
			default: 'form',
			description: 'How the values are given',
		},
		{
			displayName,
			name,
			type: 'resourceMapper',
			noDataExpression: true,
			default: { mappingMode: 'defineBelow', value: null },
			displayOptions: { show: { [`${name}Input`]: ['form'] } },
			description,
			typeOptions: {
				loadOptionsDependsOn: ['integration', 'tenant', dependsOn],
				resourceMapper: {
					resourceMapperMethod: method,
					mode: 'add',
					fieldWords: { singular: 'value', plural: 'values' },
					addAllFields: true,
					multiKeyMatch: false,
					supportAutoMap: true,
				},
			},
		},
		{
			displayName: `${displayName} (JSON)`,
			name: `${name}Json`,
			type: 'json',
			default: '{}',
			displayOptions: { show: { [`${name}Input`]: ['json'] } },
			description: inJson,
		},
	];
}

/** The values of one item, as plain JSON: dates of expressions become ISO text. */
export function valuesAt(context: IExecuteFunctions, name: 'payload' | 'parameters', index: number): GivenValues {
	const input = choiceFrom(context.getNodeParameter(`${name}Input`, index, 'form'), INPUTS, `${name}Input`, index);
	if (input === 'json') return { given: plain(context.getNodeParameter(`${name}Json`, index, {})), wholeItem: false };
	const mapper = context.getNodeParameter(name, index, {}) as Partial<ResourceMapperValue> | null;
	if (mapper?.mappingMode === 'autoMapInputData') {
		return { given: plain(context.getInputData()[index]?.json), wholeItem: true };
	}
	return { given: plain(mapper?.value ?? {}), wholeItem: false };
}

/** What of the given values goes to the check: all of it, or of a whole item what is known. */
export function describedOf({ given, wholeItem }: GivenValues, known: readonly ParameterDescription[]): unknown {
	if (!wholeItem) return given;
	const item = given as IDataObject;
	return Object.fromEntries(
		known.filter(({ name }) => Object.hasOwn(item, name)).map(({ name }) => [name, item[name]]),
	);
}

function plain(value: unknown): unknown {
	if (value === undefined || typeof value === 'string') return value;
	return JSON.parse(JSON.stringify(value)) as unknown;
}
