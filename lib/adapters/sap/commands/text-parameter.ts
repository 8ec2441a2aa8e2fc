import type { ParameterDescription } from '../../parameters';

/** A parameter that is a text; `maxLength` as the field has it in SAP. */
export const code = (
	name: string,
	displayName: string,
	description: string,
	maxLength: number,
	required = false,
): ParameterDescription => ({
	name,
	displayName,
	description,
	type: 'text',
	required,
	maxLength,
});
