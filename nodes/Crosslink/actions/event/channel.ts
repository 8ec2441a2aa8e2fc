import type { INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import type { NotificationRun } from '../../../../lib/notifications/run';
import type { Connected } from '../../../../lib/tenants/connected';
import { integrationProperty } from '../target';

export const channelProperty: INodeProperties = {
	...integrationProperty,
	displayName: 'Channel Name or ID',
	typeOptions: { loadOptionsMethod: 'getChannels' },
	description:
		'Where people are told. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/** What sending over this channel needs. */
export async function channelRun(
	session: Session,
	connected: Connected,
	target: Target,
	index: number,
	context: { runId: string; signal?: AbortSignal },
): Promise<NotificationRun> {
	const { tenant, integration, module, adapter, settings } = connected;
	return {
		tenant,
		integration,
		module,
		adapter,
		settings,
		log: session.store.notifications,
		vault: await session.messages(connected, target, index),
		...context,
		now: () => new Date(),
	};
}
