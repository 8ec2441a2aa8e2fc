import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { Replication, SyncOutcome } from '../../../../lib/sync/replication';
import { despiteBrakesAt } from '../brakes';
import type { Group } from '../by-target';
import { asJson, type ItemResult } from '../operation';

/** What items have besides where a pull or a sync was not asked. */
export const NO_PATCH: IDataObject = { patch: {}, receipt: null };

/** Gives each outcome the index of its item. A record that failed is an error of its item; a conflict is an answer. */
export function paired<T>(group: Group<T>, outcomes: SyncOutcome[]): ItemResult[] {
	return group.items.map(({ index }, position) => {
		const outcome = outcomes[position] as SyncOutcome;
		const error = outcome.outcome === 'failed' && outcome.error ? new CrosslinkError(outcome.error) : undefined;
		return { index, json: asJson(outcome), error };
	});
}

/** Items the engine is not asked about, each with its reason; `more` is what this operation's items have besides. */
export function skipped<T extends object>(group: Group<T>, reason: string, more: IDataObject = {}): ItemResult[] {
	const { tenant, integration, entity } = group.target;
	return group.items.map(({ index, value }) => ({
		index,
		json: asJson({
			outcome: 'skipped',
			tenant,
			integration,
			entity,
			localId: idIn(value, 'localId'),
			externalId: idIn(value, 'externalId'),
			changes: [],
			link: null,
			...more,
			reason,
		}),
	}));
}

/** Runs a group, unless the integration is switched off for its tenant: then nothing is called and all are skipped. */
export async function skippedWhenDisabled<T extends object>(
	context: IExecuteFunctions,
	session: Session,
	group: Group<T>,
	run: (replication: Replication) => Promise<ItemResult[]>,
	more: IDataObject = {},
): Promise<ItemResult[]> {
	const first = group.items[0]?.index ?? 0;
	const connected = await session.connect(group.target, first);
	if (connected.disabledReason !== undefined) return skipped(group, connected.disabledReason, more);
	const despiteBrakes = despiteBrakesAt(context, first);
	return await run(session.replication(connected, group.target.entity, { despiteBrakes }));
}

function idIn(value: object, name: 'localId' | 'externalId'): string | null {
	const id = (value as Partial<Record<typeof name, unknown>>)[name];
	return typeof id === 'string' ? id : null;
}
