import { requireCapability } from '../adapters/capability';
import { CrosslinkError } from '../errors';
import type { EventFilter, InboxEvent, StoredEvent } from '../store/store';
import { fieldsToRead } from '../sync/plan';
import { bindingsOf, type ChangesPoll } from './changes';
import type { Poll } from './poll';
import { recordEvent } from './record-event';
import { findLinks } from '../inbox/links';

/**
 * Real records, newest first, for a run by hand: what the next poll would find, or else some that are there. Nothing is
 * kept and no position is moved.
 * @throws CrosslinkError `nothing_to_show`
 */
export async function changesSample(poll: ChangesPoll): Promise<InboxEvent[]> {
	const { store, tenant, integration, receiver, connected, limit } = poll;
	const bindings = bindingsOf(poll);
	const changesSince = requireCapability(integration, connected.adapter, 'changesSince');
	for (const binding of bindings) {
		const { entity } = binding;
		const position = await store.cursors.get({ tenant, integration, entity, poll: receiver });
		for (const from of position === undefined ? ['beginning' as const] : [position.cursor, 'beginning' as const]) {
			const { records } = await changesSince(binding, from, fieldsToRead(binding));
			if (records.length === 0) continue;
			const newest = records
				.toSorted((a, b) => (b.modifiedAt?.getTime() ?? 0) - (a.modifiedAt?.getTime() ?? 0))
				.slice(0, limit);
			const names = newest.map(({ externalId }) => ({ tenant, integration, entity, externalId }));
			const linkOf = await findLinks(store, names);
			return newest.map((record) => {
				const link = linkOf({ tenant, integration, entity, externalId: record.externalId });
				return recordEvent(record, { tenant, integration, binding, link, foundAt: new Date() });
			});
		}
	}
	const names = bindings.map(({ displayName }) => displayName).join(', ');
	throw nothingToShow(
		`${connected.module.displayName} shows no record of ${names}.`,
		'Make one there, wait a minute (the system may show changes late), and run this node again.',
	);
}

/**
 * The newest events of the inbox, for a run by hand.
 * @throws CrosslinkError `nothing_to_show`
 */
export async function inboxSample(poll: Omit<Poll, 'timeLeft'>, filter: EventFilter): Promise<StoredEvent[]> {
	const events = await poll.store.inbox.find(
		poll.tenant,
		poll.integration,
		{ ...filter, status: 'received' },
		poll.limit,
	);
	if (events.length > 0) return events;
	throw nothingToShow(
		`The inbox of tenant "${poll.tenant}" has no such event of ${poll.integration} yet.`,
		'Publish the workflow that takes the events in (Crosslink Trigger, or a poll of changes) and let one happen.',
	);
}

/** For a run by hand that would otherwise end without a word. */
export function nothingToShow(message: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: 'rejected', code: 'nothing_to_show', message, remedy });
}
