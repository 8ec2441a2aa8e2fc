import type { INodeProperties } from 'n8n-workflow';

/** Names a link by the record of your system. */
export const localIdProperty: INodeProperties = {
	displayName: 'Local ID',
	name: 'localId',
	type: 'string',
	default: '={{ $json.localId }}',
	required: true,
	description: 'ID of the record in your own system',
};
