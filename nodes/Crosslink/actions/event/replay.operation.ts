import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { findIntegration } from '../../../../lib/adapters/registry';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { Store } from '../../../../lib/store/store';
import { checkId } from '../../../../lib/store/ids';
import { checkTenant } from '../../../../lib/tenants/tenant-name';
import { eachItem } from '../by-target';
import { failedItem, type ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { requiredTextAt } from '../target';

/** More belong into several items: each is looked up by itself. */
const MAX_IDS = 1_000;

export const description: INodeProperties[] = shownFor({ event: ['replay'] }, [
	{
		displayName: 'Event IDs',
		name: 'eventIds',
		type: 'string',
		default: '={{ $json.eventIds ?? $json.eventId }}',
		required: true,
		description:
			'Which events, as the trigger named them in "eventId" and "eventIds": one, several with commas between them, or a list from an expression',
	},
]);

interface Request {
	tenant: string;
	integration: string;
	ids: string[];
}

/** Makes events due again for every trigger that had them; it emits them with its next look. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	return await eachItem<Request>(
		indexes,
		(index) => requestAt(this, index),
		async (request, index) => await replayAll(session.store, request, index),
	);
}

async function replayAll(store: Store, { tenant, integration, ids }: Request, index: number): Promise<ItemResult[]> {
	const kept = await store.inbox.find(tenant, integration, { ids }, ids.length);
	const known = new Set(kept.map(({ externalEventId }) => externalEventId));
	const results: ItemResult[] = [];
	for (const eventId of ids) {
		const receivers = known.has(eventId) ? await store.deliveries.replay(tenant, integration, [eventId]) : 0;
		if (receivers > 0) {
			results.push({ index, json: { tenant, integration, eventId, outcome: 'replayed', receivers } });
			continue;
		}
		const error = known.has(eventId) ? hadByNobody(eventId) : unknown(eventId, tenant, integration);
		results.push(failedItem(index, error));
	}
	return results;
}

function requestAt(context: IExecuteFunctions, index: number): Request {
	const tenant = checkTenant(requiredTextAt(context, 'tenant', 'Tenant', index));
	const { integration } = findIntegration(requiredTextAt(context, 'integration', 'Integration', index));
	const ids = idsOf(context.getNodeParameter('eventIds', index, '') as unknown);
	if (ids.length === 0) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'parameter_missing',
			message: `Item ${index} has no "Event IDs".`,
			remedy: 'Fill the parameter "Event IDs"; if it is an expression, check that it finds a value in this item.',
		});
	}
	if (ids.length > MAX_IDS) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'parameter_invalid',
			message: `Item ${index} names ${ids.length} events; the most is ${MAX_IDS}.`,
			remedy: 'Split them over several items, for example with the node Loop Over Items.',
		});
	}
	for (const id of ids) {
		const error = checkId('Event ID', id);
		if (error !== undefined) throw error;
	}
	return { tenant, integration, ids };
}

/** Commas are in no event id that this pack makes; an id with one can be given in a list. */
function idsOf(given: unknown): string[] {
	const list: unknown[] = Array.isArray(given) ? given : String(given ?? '').split(',');
	const ids = list
		.filter((id) => typeof id === 'string' || typeof id === 'number')
		.map((id) => String(id).trim())
		.filter((id) => id !== '');
	return [...new Set(ids)];
}

function unknown(eventId: string, tenant: string, integration: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'event_unknown',
		message: `The inbox of tenant "${tenant}" holds no event "${eventId}" of ${integration}.`,
		remedy:
			'Copy the ID from the output of the trigger. Events older than "inboxDays" in the settings are gone: let the flow push or pull the record instead.',
	});
}

function hadByNobody(eventId: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'event_without_receiver',
		message: `The event "${eventId}" is kept, but no workflow has had it: it was our own write coming back, or no trigger asks for its kind.`,
		remedy: 'Widen the filters of the trigger, or let the flow pull the record.',
	});
}
