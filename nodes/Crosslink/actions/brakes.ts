import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { flagFrom } from './parameter-values';

/** Fixed in the node, never an expression: a person has looked, neither a flow nor a model has decided it. */
export const despiteBrakesOption: INodeProperties = {
	displayName: 'Go On Despite Brakes',
	name: 'despiteBrakes',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether to go on although this run deletes or changes more records than the brakes in the settings allow. Look at a Preview first.',
};

export function despiteBrakesAt(context: IExecuteFunctions, index: number): boolean {
	const options = context.getNodeParameter('options', index, {}) as IDataObject;
	return flagFrom(options['despiteBrakes'], 'Go On Despite Brakes', index);
}
