import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { PushItem } from '../../../../lib/sync/replication';
import { flagFrom, timeFrom } from '../parameter-values';
import { requiredIdAt } from '../target';
import { fieldsAt } from './fields-at';
import { ownSideProperty } from './own-side';

/** What a node says of one record of your system: its id and its fields. */
export const pushedRecordProperties: INodeProperties[] = [
	ownSideProperty,
	{
		displayName: 'Local ID',
		name: 'localId',
		type: 'string',
		default: '={{ $json.id }}',
		required: true,
		description: 'What names this record in your own system. It must never change and never be used again.',
	},
	{
		displayName: 'Fields',
		name: 'fields',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'autoMapInputData', value: null },
		displayOptions: { show: { ownSide: ['items'] } },
		description:
			'The record as your system has it. Automatic mapping takes the whole incoming item; what no field rule mentions is left alone.',
		typeOptions: {
			loadOptionsDependsOn: ['integration', 'entity', 'tenant', 'connection'],
			resourceMapper: {
				resourceMapperMethod: 'getLocalFields',
				mode: 'add',
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: true,
				multiKeyMatch: false,
				supportAutoMap: true,
			},
		},
	},
];

/** What else is known of the record; goes into the operation's options. */
export const deletedOption: INodeProperties = {
	displayName: 'Deleted',
	name: 'deleted',
	type: 'boolean',
	default: false,
	hint: 'An expression, for example {{ $json.deletedAt !== null }}',
	description:
		'Whether your system has deleted this record. What follows is set per entity (On Delete); unless that says so, nothing is touched on the other side.',
};

export const lastChangedOption: INodeProperties = {
	displayName: 'Last Changed',
	name: 'modifiedAt',
	type: 'string',
	default: '',
	placeholder: '={{ $json.updatedAt }}',
	description:
		'When your system last changed the record, with its time zone (2026-12-31T10:00:00Z). Field rules that let the newer side win need it.',
};

/** The record of one item, with its options; one that the database has is named only. */
export function pushItemAt(context: IExecuteFunctions, index: number, inDatabase = false): PushItem {
	const options = context.getNodeParameter('options', index, {}) as IDataObject;
	const modifiedAt = timeFrom(options['modifiedAt'], 'Last Changed', index);
	return {
		localId: requiredIdAt(context, 'localId', 'Local ID', index),
		// The database has them.
		fields: inDatabase ? {} : fieldsAt(context, index),
		...(modifiedAt === undefined ? {} : { modifiedAt }),
		...(flagFrom(options['deleted'], 'Deleted', index) ? { deleted: true } : {}),
	};
}
