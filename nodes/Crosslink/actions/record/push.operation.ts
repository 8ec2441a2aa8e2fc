import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import { byTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { requiredIdAt, requiredTextAt, targetAt } from '../target';
import { fieldsAt } from './fields-at';
import { paired, skippedWhenDisabled } from './outcomes';

export const description: INodeProperties[] = shownFor({ record: ['push'] }, [
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
]);

/** Brings records of your system to the other side: created when new, changed where they differ. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { push } = await import('../../../../lib/sync/push');
	return await byTarget(
		indexes,
		(index) => ({
			target: { ...targetAt(this, index), entity: requiredTextAt(this, 'entity', 'Entity', index) },
			value: { localId: requiredIdAt(this, 'localId', 'Local ID', index), fields: fieldsAt(this, index) },
		}),
		async (group) =>
			await skippedWhenDisabled(session, group, async (replication) => {
				const records = group.items.map(({ value }) => value);
				return paired(group, await push(replication, records));
			}),
	);
}
