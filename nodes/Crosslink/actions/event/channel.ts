import type { INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import type { NotificationRun } from '../../../../lib/notifications/run';
import { CrosslinkError } from '../../../../lib/errors';
import { integrationProperty } from '../target';

export const channelProperty: INodeProperties = {
	...integrationProperty,
	displayName: 'Channel Name or ID',
	typeOptions: { loadOptionsMethod: 'getChannels' },
	description:
		'Where people are told. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/** What sending over this channel needs. @throws CrosslinkError `integration_disabled`, or what connecting throws */
export async function channelRun(
	session: Session,
	target: Target,
	index: number,
	context: { runId: string; signal?: AbortSignal },
): Promise<NotificationRun> {
	const connected = await session.connect(target, index);
	if (connected.disabledReason !== undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'integration_disabled',
			message: connected.disabledReason,
			remedy: 'Enable it, or take this step out of the flow.',
		});
	}
	const { tenant, integration, module, adapter, settings } = connected;
	const vault = await session.messages(target, index);
	return {
		tenant,
		integration,
		module,
		adapter,
		settings,
		log: session.store.notifications,
		...(vault && { vault }),
		...context,
		now: () => new Date(),
	};
}
