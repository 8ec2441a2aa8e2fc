import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { OwnRecords } from '../../../../lib/sync/own-records';
import type { Group } from '../by-target';

/** The integration whose tables a run can read and write by itself. */
const OWN_DATABASE = 'database';

export const ownSideProperty: INodeProperties = {
	displayName: 'Your Side',
	name: 'ownSide',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Incoming Items',
			value: 'items',
			description: 'The items are your records; what is to be written here comes out for your flow',
		},
		{
			name: 'Your Own Database',
			value: 'database',
			description:
				'The node reads the records from the tenant’s "database" integration and writes them there itself, unless somebody was faster',
		},
	],
	default: 'items',
	description: 'Where your records are. With a database the items only need the IDs.',
};

/** Shows the credential of your own database where that is the integration itself; see `integrationCredentials`. */
export const ownDatabaseMark: INodeProperties = {
	displayName: 'Your Side',
	name: 'ownSide',
	type: 'hidden',
	default: OWN_DATABASE,
	displayOptions: { show: { integration: [OWN_DATABASE] } },
};

/** Whether the node is to read your side itself; nodes saved before there was the choice take their items. */
export function readsOwnDatabase(context: IExecuteFunctions, index: number): boolean {
	return context.getNodeParameter('ownSide', index, 'items') === 'database';
}

/**
 * Your own database as the engine needs it, for the entity of the same name.
 * @throws CrosslinkError of the connection; `rejected`, `entity_unknown`, `own_database_off`
 */
export async function ownRecordsFor<T>(
	context: IExecuteFunctions,
	session: Session,
	{ target, items }: Group<T>,
): Promise<OwnRecords> {
	const { tenant, connection, entity } = target;
	const first = items[0]?.index ?? 0;
	const connected = await session.connect({ tenant, connection, integration: OWN_DATABASE }, first);
	if (connected.disabledReason !== undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'own_database_off',
			message: connected.disabledReason,
			remedy: 'Enable the integration "database" for this tenant, or set "Your Side" to Incoming Items.',
		});
	}
	const binding = connected.bindings.get(entity);
	if (binding === undefined) {
		const known = [...connected.bindings.keys()];
		throw new CrosslinkError({
			class: 'rejected',
			code: 'entity_unknown',
			message: `The settings of the integration "database" name no table for the entity "${entity}" of tenant "${tenant}".`,
			remedy:
				`Configure it: { "entities": { "${entity}": { "object": "shop.orders", "source": { "id": "id", "changed": "updated_at" } } } }.` +
				(known.length === 0 ? '' : ` It knows: ${known.join(', ')}.`),
		});
	}
	const { adapter, module } = connected;
	return {
		integration: OWN_DATABASE,
		binding,
		adapter,
		promises: module.promises,
		signal: context.getExecutionCancelSignal(),
	};
}
