import type { FieldValue } from '../adapters/adapter';
import { hashOf } from '../canonical-json';
import { boundedJson } from '../store/bounded-json';
import type { Conflict, InboxEvent, LinkRow, ParkedConnection, StoredEvent } from '../store/store';

/** Something a person should look at, as it leaves the trigger. */
export interface AttentionItem {
	/**
	 * `failed`: a record was not brought over, a command given up, or a message to people has not gone out. `conflict`: both
	 * sides claim something. `unrouted`: events without a tenant. `parked`: the login was refused, nothing is called any more.
	 * `unknown`: a command that may or may not have been done, or a message that may or may not have gone out.
	 */
	kind: 'failed' | 'conflict' | 'unrouted' | 'parked' | 'unknown';
	tenant: string;
	integration: string;
	/** null for `unrouted`, `parked`, and for commands and messages. */
	entity: string | null;
	localId: string | null;
	externalId: string | null;
	/** What is wrong, with which record. */
	message: string;
	/** What the reader can do now. */
	remedy: string;
	/** ISO 8601. */
	since: string;
	eventId: string;
	/** What there is to decide, for `conflict`; `conflictId` goes into Link → Resolve Conflict. */
	conflicts?: Array<{ conflictId: string; field: string; reason: string; local: FieldValue; external: FieldValue }>;
	/** The vendor account, for `unrouted`. */
	account?: string;
	/** Which command, for one that is unknown or given up; `compensation` = it is about undoing it. */
	command?: { command: string; idempotencyKey: string; reference: string; compensation: boolean };
	/** Which message, for one that has not gone out or may not have. */
	notification?: { event: string; eventKey: string; reference: string; attempts: number };
}

/** Longest value of a conflict in an item, in characters of JSON. */
const MAX_VALUE = 500;
/** Longest list of fields in a conflict; a record has rarely ten. */
const MAX_CONFLICTS = 20;
/** Hexadecimal digits of a hash in an id: 128 bits. */
const HASH_DIGITS = 32;

const RETRY_REMEDY =
	'Mend what is named here, then let your flow push the record again or run Record → Retry with "Include Those Given Up"; it is told again only when ' +
	'something else is wrong.';
const CONFLICT_REMEDY = 'Choose a side or a value with Link → Resolve Conflict; the next sync carries it out.';

/** Whose links they are. */
export interface Origin {
	tenant: string;
	integration: string;
	entity: string;
	/** As shown in n8n: `Order`. */
	displayName: string;
}

/**
 * What a link that is `failed` or in `conflict` has to say; undefined when a person has decided and the next run carries it
 * out. The id stays the same while the same is wrong, however often it is tried again: of a failure, until it has succeeded
 * once; of a conflict, until other fields are in it. Pure.
 */
export function troubleOf(origin: Origin, link: LinkRow, pending: readonly Conflict[]): AttentionItem | undefined {
	const { tenant, integration, entity } = origin;
	const { localId, externalId } = link;
	const about = { tenant, integration, entity, localId, externalId };
	if (link.syncStatus === 'conflict' && pending.length > 0) {
		const open = pending.filter(({ status }) => status === 'open');
		return open.length === 0 ? undefined : conflictItem(origin, about, open);
	}
	const kind = link.syncStatus === 'conflict' ? 'conflict' : 'failed';
	const message = link.lastError ?? 'No reason was noted.';
	const succeededAt = link.lastSyncedAt?.toISOString() ?? null;
	return {
		kind,
		...about,
		message: message.includes(`"${localId}"`) ? message : `${origin.displayName} "${localId}": ${message}`,
		remedy:
			kind === 'failed' ? RETRY_REMEDY : 'Decide which of the records are meant, then let your flow push it again.',
		since: link.updatedAt.toISOString(),
		eventId: idOf(kind, [entity, localId, link.errorCode, link.lastError, succeededAt]),
	};
}

function conflictItem(
	{ displayName }: Origin,
	about: Pick<AttentionItem, 'tenant' | 'integration' | 'entity' | 'localId' | 'externalId'>,
	open: Conflict[],
): AttentionItem {
	const shown = open.slice(0, MAX_CONFLICTS).map(({ id, field, reason, local, external, candidates }) => ({
		conflictId: id,
		field,
		reason,
		local: cut(local),
		external: reason === 'several_matches' ? candidates.slice(0, MAX_CONFLICTS) : cut(external),
	}));
	const what = shown.map(({ field, reason }) =>
		reason === 'several_matches' ? 'which of several records there is meant' : `"${field}"`,
	);
	const since = open.reduce((oldest, { createdAt }) => (createdAt < oldest ? createdAt : oldest), new Date());
	return {
		kind: 'conflict',
		...about,
		message: `${displayName} "${about.localId}": a person has to decide on ${what.join(', ')}.`,
		remedy: CONFLICT_REMEDY,
		since: since.toISOString(),
		eventId: idOf('conflict', [about.entity, about.localId, open.map(({ id }) => id).sort()]),
		conflicts: shown,
	};
}

/**
 * One item per account that sends events nobody is to get, and per day on which it does.
 * @param events newest first
 */
export function unroutedItems(
	{ tenant, integration, displayName }: Omit<Origin, 'entity'>,
	events: readonly StoredEvent[],
): AttentionItem[] {
	const byAccount = new Map<string, StoredEvent[]>();
	for (const event of events) {
		const account = event.account ?? '';
		byAccount.set(account, [...(byAccount.get(account) ?? []), event]);
	}
	return [...byAccount].map(([account, ofAccount]) => {
		const times = ofAccount.map(({ receivedAt }) => receivedAt.toISOString()).sort();
		const [first = '', last = first] = [times[0], times.at(-1)];
		return {
			kind: 'unrouted',
			tenant,
			integration,
			entity: null,
			localId: null,
			externalId: null,
			message:
				`${displayName} account ${account || '(unnamed)'} sends events, but is no tenant's: at least ${ofAccount.length} wait, ` +
				`the last one of ${last}.`,
			remedy:
				'Give the account to its tenant with Integration → Configure (Account ID) or Integration → Test; the events that ' +
				'wait are handed on then. Or let the vendor stop sending them.',
			since: first,
			eventId: idOf('unrouted', [account, last.slice(0, 'yyyy-mm-dd'.length)]),
			account,
		};
	});
}

/** One item per source whose login was refused, told once each time it is. */
export function parkedItems(
	{ tenant, integration, displayName }: Omit<Origin, 'entity'>,
	parked: readonly ParkedConnection[],
): AttentionItem[] {
	return parked.map(({ source, since, message, remedy }) => ({
		kind: 'parked',
		tenant,
		integration,
		entity: null,
		localId: null,
		externalId: null,
		message: `The connection to ${displayName} (from the ${source}) is parked, nothing is called any more: ${message}`,
		remedy: `${remedy} Then it goes on by itself; if the values stay the same, run Integration → Test.`,
		since: since.toISOString(),
		eventId: idOf('parked', [source, since.toISOString()]),
	}));
}

/** The item as an event of the inbox, so that it is told once and until somebody has taken it. */
export function attentionEvent(item: AttentionItem): InboxEvent {
	return {
		tenant: item.tenant,
		integration: item.integration,
		externalEventId: item.eventId,
		entity: item.entity ?? '*',
		externalId: item.localId ?? item.command?.reference ?? item.notification?.reference ?? (item.account || '*'),
		event: item.kind,
		occurredAt: new Date(item.since),
		payload: JSON.parse(JSON.stringify(item)) as FieldValue,
		account: item.account ?? null,
		status: 'attention',
		deliver: true,
	};
}

/** The item that {@link attentionEvent} was made of. */
export function attentionItem(event: Pick<InboxEvent, 'payload'>): AttentionItem {
	return event.payload as unknown as AttentionItem;
}

export function idOf(kind: AttentionItem['kind'], what: FieldValue): string {
	return eventIdOf(kind, what);
}

/** An id, or without `what` how all ids of this group begin. */
export function eventIdOf(group: string, what?: FieldValue): string {
	return `attention:${group}:${what === undefined ? '' : hashOf(what).slice(0, HASH_DIGITS)}`;
}

function cut(value: FieldValue): FieldValue {
	const text = boundedJson(value, MAX_VALUE);
	return text === null ? null : (JSON.parse(text) as FieldValue);
}
