import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { asCrosslinkError } from '../../lib/errors';
import { AGAIN_SECONDS, receiverOf } from '../../lib/host/deliveries';
import { toActivationError } from '../../lib/host/node-error';
import { openSession, type Session } from '../../lib/host/session';
import { toItems } from '../../lib/inbox/event-items';
import { timeLeftOf, type Found } from '../../lib/polling/poll';
import { pollParameters, type Parameters } from './parameters';
import { attentionPoll, changesPoll, effectiveFor, inboxPoll, type Basis } from './polls';

/** n8n before its durable polls sets no limit; an execution should not wait longer for what is found already. */
const DEFAULT_BUDGET_MS = 60_000;

/**
 * One turn: what was found, or null. Where polling has got to and what was found is in the store before anything is
 * emitted; nothing is in n8n's static data, so n8n's legacy and durable polls are the same to it.
 * @throws n8n's errors, with the remedy and n8n's `failure`: the position stays, a later poll goes on there
 */
export async function poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	try {
		const given = pollParameters(this);
		const session = await openSession(this);
		try {
			const found = await look(this, session, given);
			if (found.failure !== undefined) {
				const { message, remedy } = found.failure;
				this.logger.warn(
					`Crosslink Poll Trigger hands out what waited, but could not look further: ${message} ${remedy}`,
				);
			}
			const { pruneInbox } = await import('../../lib/inbox/prune');
			await pruneInbox(session.store, given.target.tenant).catch((thrown: unknown) => notPruned(this, thrown));
			if (found.events.length === 0) return null;
			return [(await itemsOf(session, given, found)).map((json) => ({ json }))];
		} finally {
			session.close();
		}
	} catch (thrown) {
		throw toActivationError(this.getNode(), thrown);
	}
}

async function look(context: IPollFunctions, session: Session, given: Parameters): Promise<Found> {
	const budgetMs = Math.min(context.getPollBudgetMs?.() ?? DEFAULT_BUDGET_MS, DEFAULT_BUDGET_MS);
	const basis: Basis = {
		receiver: receiverOf(context),
		limit: given.itemsPerPoll,
		againSeconds: AGAIN_SECONDS,
		timeLeft: timeLeftOf(budgetMs),
	};
	if (given.what === 'changes') {
		const connected = await session.connect(given.target, 0);
		if (connected.disabledReason !== undefined) return switchedOff(context, connected.disabledReason);
		const { pollChanges } = await import('../../lib/polling/changes');
		return await pollChanges(changesPoll(session, given, connected, basis));
	}
	const effective = await effectiveFor(session, given);
	if (effective.row?.enabled === false) {
		const { integration } = effective.entry;
		return switchedOff(context, `The integration ${integration} is switched off for tenant "${effective.tenant}".`);
	}
	if (given.what === 'inbox') {
		const { pollInbox } = await import('../../lib/polling/subscription');
		return await pollInbox(inboxPoll(session, given, effective, basis));
	}
	const { pollAttention } = await import('../../lib/polling/attention');
	return await pollAttention(attentionPoll(session, given, effective, basis));
}

/** What was found is handed out all the same. */
function notPruned(context: IPollFunctions, thrown: unknown): void {
	const { message, remedy } = asCrosslinkError(thrown);
	context.logger.warn(`Crosslink Poll Trigger could not delete old events: ${message} ${remedy}`);
}

/** What happens meanwhile is found when it is switched on again. */
function switchedOff(context: IPollFunctions, reason: string): Found {
	context.logger.info(`Crosslink Poll Trigger does nothing: ${reason}`);
	return { events: [] };
}

async function itemsOf(session: Session, { what, includeRaw }: Parameters, { events }: Found): Promise<IDataObject[]> {
	if (what === 'attention') {
		const { attentionItem } = await import('../../lib/polling/trouble');
		return events.map((event) => ({ ...attentionItem(event) }) as unknown as IDataObject);
	}
	const items = await toItems(session.store, events, { includeRaw, fold: true });
	return items.map((item) => ({ ...item }) as IDataObject);
}
