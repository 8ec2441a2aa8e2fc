import type { InboxEvent, StoredEvent } from '../store/store';

/** Several events of one record as one: the latest event, with the kind that stands for all of them. */
export type Folded<E> = E & {
	event: string;
	/** Oldest first. */
	all: E[];
};

/**
 * Folds the events of each record into one, in the order in which the records first appear. A trigger only says "look at
 * this record", so nothing is lost by it.
 */
export function foldEvents<E extends StoredEvent | InboxEvent>(events: readonly E[]): Array<Folded<E>> {
	const byRecord = new Map<string, E[]>();
	for (const event of events) {
		const record = JSON.stringify([event.tenant, event.integration, event.entity, event.externalId]);
		const others = byRecord.get(record);
		if (others === undefined) byRecord.set(record, [event]);
		else others.push(event);
	}
	return [...byRecord.values()].map((ofRecord) => {
		// Stable: events of one instant stay in the order they came in.
		const all = ofRecord.toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime());
		const latest = all.at(-1) as E;
		return { ...latest, event: kindOf(all.map(({ event }) => event)), all };
	});
}

/** A merge changes what the record is; deleted or restored is what it is in the end; else a new record is news as such. */
function kindOf(kinds: string[]): string {
	if (kinds.includes('merged')) return 'merged';
	const fate = kinds.findLast((kind) => kind === 'deleted' || kind === 'restored');
	if (fate !== undefined) return fate;
	if (kinds.includes('created')) return 'created';
	return kinds.at(-1) ?? 'updated';
}
