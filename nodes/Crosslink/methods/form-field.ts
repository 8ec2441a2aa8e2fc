import type { FieldType, INodePropertyOptions, ResourceMapperField } from 'n8n-workflow';
import type { ParameterDescription } from '../../../lib/adapters/parameters';

/** What the editor offers to put a value in; what it means is for `checkParameters` to say. */
const WIDGETS: Record<ParameterDescription['type'], FieldType> = {
	text: 'string',
	number: 'number',
	// Not `boolean`: a switch that nobody touched would say no where nothing was said.
	boolean: 'options',
	date: 'dateTime',
	// Not `dateTime`: the picker leaves out the zone.
	datetime: 'string',
	enumeration: 'options',
	object: 'object',
	list: 'array',
};

const YES_OR_NO: INodePropertyOptions[] = [
	{ name: 'Yes', value: 'true' },
	{ name: 'No', value: 'false' },
];

/** One parameter as a field of the form. The form has no place for help but the label, so what matters most stands there. */
export function formField(parameter: ParameterDescription): ResourceMapperField {
	const { name, displayName, type, required, choices = [] } = parameter;
	const options =
		type === 'boolean'
			? YES_OR_NO
			: type === 'enumeration'
				? choices.map(({ value, label }) => ({ name: label, value }))
				: undefined;
	return {
		id: name,
		displayName: `${displayName} (${hintOf(parameter)})`,
		required,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		type: WIDGETS[type],
		...(options && { options }),
		...(parameter.default !== undefined && {
			defaultValue: type === 'boolean' ? String(parameter.default) : parameter.default,
		}),
	};
}

/** Longest help in a label, in characters. */
const MAX_HELP = 140;

function hintOf({ description, type, maxLength, decimals, parts }: ParameterDescription): string {
	const help = description.replace(/\.$/, '');
	const form = {
		text: maxLength === undefined ? '' : `at most ${maxLength} characters`,
		number: decimals === undefined ? 'number' : `number, ${decimals} decimals`,
		boolean: '',
		date: '',
		datetime: 'as 2026-12-31T10:00:00Z',
		enumeration: '',
		object: `keys: ${namesOf(parts)}`,
		list: parts === undefined ? 'as ["a", "b"]' : `list of objects with ${namesOf(parts)}`,
	}[type];
	const shown = help.length > MAX_HELP ? `${help.slice(0, MAX_HELP)}…` : help;
	return form === '' ? shown : `${shown}; ${form}`;
}

function namesOf(parts: ParameterDescription[] = []): string {
	return parts.map(({ name, required }) => (required ? `${name}*` : name)).join(', ');
}
