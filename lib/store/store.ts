import type { Fields, FieldValue, Mode } from '../adapters/adapter';
import type { FigureTable } from './figures';
import type { NotificationLog } from './notification-log';
import type { CommandLog } from './command-log';

/** The moves a link makes; which ones are allowed is data in `link-states.ts`. */
export type SyncStatus = 'pending' | 'synced' | 'conflict' | 'failed' | 'deleted';

/**
 * The field values both sides last agreed on, in each side's own form, keyed by both ends of the rule (`name>dealname`).
 * Two images, because the other side may store a value in another form than it was sent.
 */
export interface Base {
	local: Fields;
	external: Fields;
}

/** One link: local id <-> external id of one entity in one integration for one tenant. */
export interface LinkRow {
	tenant: string;
	localId: string;
	/** null until the other side has answered the create. */
	externalId: string | null;
	syncStatus: SyncStatus;
	lastSyncedAt: Date | null;
	lastError: string | null;
	errorCode: string | null;
	attempts: number;
	nextAttemptAt: Date | null;
	base: Base | null;
	/** Hash of `base`; null while there is none. */
	baseHash: string | null;
	/** Hash of the rules that made `base`. */
	mappingVersion: string | null;
	/** The other side's version as last read. */
	externalVersion: string | null;
	/** The other side's version as our last write left it. */
	pushedVersion: string | null;
	leaseOwner: string | null;
	leaseUntil: Date | null;
	createdAt: Date;
	updatedAt: Date;
	/** The integration's own columns (HubSpot: pipeline, stage). */
	columns: Record<string, string | null>;
	/** Fields of your system that a push could not bring over yet: what `record.retry` sends again. */
	unsent: Fields | null;
	/** Short history of fields that changed lately, by base key, newest last: shows a field that flips to and fro. */
	flips: Record<string, Flip[]> | null;
	/**
	 * Your side's values of two-way fields that were on their way to the other side, by base key, newest last: what is
	 * found there of them is our own write. null once a run has seen what arrived.
	 */
	sent: Record<string, FieldValue[]> | null;
	/** A run may have written to the other side without living to tell what; until a run has seen both sides. */
	inDoubt: boolean;
	/**
	 * What was handed out of two-way fields for your system to write, and not confirmed, by base key, newest last: your
	 * system's copy of it is no edit.
	 */
	handed: Record<string, Handed[]> | null;
}

/** A value handed out, in each side's form, and when (epoch milliseconds). */
export interface Handed {
	local: FieldValue;
	external: FieldValue;
	at: number;
}

/** One change of a field: a short hash of the new value, and when (epoch milliseconds). */
export interface Flip {
	hash: string;
	at: number;
}

/** What a run writes into a link it holds the lease of. Left-out fields keep their value. */
export interface LinkChange {
	localId: string;
	externalId?: string | null;
	syncStatus?: SyncStatus;
	lastSyncedAt?: Date | null;
	lastError?: string | null;
	errorCode?: string | null;
	attempts?: number;
	nextAttemptAt?: Date | null;
	base?: Base | null;
	mappingVersion?: string | null;
	externalVersion?: string | null;
	pushedVersion?: string | null;
	columns?: Record<string, string | null>;
	unsent?: Fields | null;
	flips?: Record<string, Flip[]> | null;
	sent?: LinkRow['sent'];
	inDoubt?: boolean;
	handed?: LinkRow['handed'];
	/** Ids that were merged into `externalId`: kept so that they lead to this link. */
	aliases?: string[];
}

export interface Lease {
	/** Unique per run; a settle with another owner changes nothing. */
	owner: string;
	seconds: number;
}

export interface ClaimResult {
	/** Links that are ours now, fresh from the store; missing ones were created `pending`. */
	claimed: LinkRow[];
	/** Local ids another run holds a live lease of. */
	busy: string[];
}

export interface SettleResult {
	settled: string[];
	/** The lease had run out and somebody else has taken the link: nothing was written. */
	lost: string[];
	/** The external id belongs to another live link already: nothing was written, the lease is kept. */
	taken: Array<{ localId: string; externalId: string; heldBy: string }>;
}

export type LinkUpsertOutcome =
	| { localId: string; externalId: string; outcome: 'created' | 'updated' | 'unchanged' }
	| { localId: string; externalId: string; outcome: 'conflict'; heldBy: string };

export interface LinkPage {
	/** Ascending by local id, starting behind this one. */
	afterLocalId?: string;
	status?: SyncStatus;
	limit: number;
}

/** Which record is which, and no more of the link; the hash tells later whether it has moved. */
export type LinkIds = Pick<LinkRow, 'localId' | 'externalId' | 'syncStatus' | 'baseHash'>;

/** The link table of one integration and entity. Every method is bound to one tenant. */
export interface LinkTable {
	readonly name: string;
	findByLocalIds(tenant: string, localIds: string[]): Promise<LinkRow[]>;
	/** Follows aliases: the map's key is the id asked for, the row may carry the survivor's. */
	findByExternalIds(tenant: string, externalIds: string[]): Promise<Map<string, LinkRow>>;
	/**
	 * Takes leases on these links in one transaction; creates missing links as `pending` first. A link whose last run let
	 * its lease run out comes back `inDoubt`.
	 */
	claim(tenant: string, localIds: string[], lease: Lease): Promise<ClaimResult>;
	/**
	 * Writes results and releases the leases, in one transaction. Of `alongside` only what is about links that were
	 * settled is written, in the same transaction.
	 * @throws CrosslinkError `unknown` `store_commit_unknown` when the connection broke while committing
	 */
	settle(tenant: string, leaseOwner: string, changes: LinkChange[], alongside?: Alongside): Promise<SettleResult>;
	/**
	 * Keeps `sent` with leased links before a call, so that a run after a crash knows its own write again. The leases
	 * stay; links whose lease is not ours are left alone.
	 * @returns the local ids it was kept for
	 */
	note(
		tenant: string,
		leaseOwner: string,
		notes: Array<{ localId: string; sent: Record<string, FieldValue[]> }>,
	): Promise<Set<string>>;
	/** Gives leases back without writing anything else. A link that never got an external id stays `pending`. */
	release(tenant: string, leaseOwner: string, localIds: string[]): Promise<void>;
	/**
	 * Puts links in doubt that were written to and could not be settled, and ends their leases, whoever holds them: what
	 * another run has found out since then was found too early.
	 */
	doubt(tenant: string, localIds: string[]): Promise<void>;
	/**
	 * Makes or re-points links by hand, any number of rows; duplicates by local id: the last one counts.
	 * Outcomes come once per local id, in the order of their first appearance.
	 */
	upsert(tenant: string, links: Array<{ localId: string; externalId: string }>): Promise<LinkUpsertOutcome[]>;
	/** At most 10,000 rows. */
	page(tenant: string, page: LinkPage): Promise<LinkRow[]>;
	/** The ids of a page of all links, for work that reads the links themselves later. */
	pageOfIds(tenant: string, page: Omit<LinkPage, 'status'>): Promise<LinkIds[]>;
	/**
	 * Links that are `failed` or in `conflict`, by when they became so, starting behind this place; a place is given back
	 * by {@link LinkRow.updatedAt} and local id.
	 */
	troubled(tenant: string, after: { updatedAt: Date; localId: string } | undefined, limit: number): Promise<LinkRow[]>;
	/** `pending` links whose `next_attempt_at` has come, longest waiting first. */
	due(tenant: string, limit: number): Promise<LinkRow[]>;
	countByStatus(tenant: string): Promise<Record<SyncStatus, number>>;
}

/** Why something waits for a person. */
export type ConflictReason = 'both_changed' | 'flip_flop' | 'several_matches';

/** A disagreement found by a run. There is at most one that is not `done` per link and base key. */
export interface NewConflict {
	localId: string;
	externalId: string | null;
	/** Base key of the field; '' when the whole record is meant (`several_matches`). */
	key: string;
	/** Local path of the field; '' for the whole record. */
	field: string;
	reason: ConflictReason;
	/** Values as the run saw them, in each side's own form; null also for absent. */
	local: FieldValue;
	external: FieldValue;
	baseLocal: FieldValue;
	baseExternal: FieldValue;
	/** The field rule in force, as data; null for the whole record. */
	rule: FieldValue;
	/** External ids to choose from (`several_matches`). */
	candidates: string[];
	/** The run (n8n execution) that found it. */
	run: string;
}

export interface Conflict extends NewConflict {
	id: string;
	tenant: string;
	integration: string;
	entity: string;
	/** `resolved`: a person has chosen, the next sync carries it out and makes it `done`. */
	status: 'open' | 'resolved' | 'done';
	/** `local` or `external` = that side's present value; `value` = the given one; null while open. */
	choice: 'local' | 'external' | 'value' | null;
	/** For `value`, in local form (for `several_matches`: the chosen external id). */
	value: FieldValue;
	createdAt: Date;
	resolvedAt: Date | null;
	/** Who decided, as the flow says; null = nobody yet, or nobody said. */
	resolvedBy: string | null;
}

/** Open, resolved and done disagreements (table `sync_conflict`). */
export interface ConflictTable {
	/** Not `done`, of these links. */
	findPending(tenant: string, integration: string, entity: string, localIds: string[]): Promise<Conflict[]>;
	/** Newest first, starting behind this one. */
	page(
		tenant: string,
		filter: { integration?: string; entity?: string; localId?: string; status?: Conflict['status'] },
		page: { afterId?: string; limit: number },
	): Promise<Conflict[]>;
	get(tenant: string, id: string): Promise<Conflict | undefined>;
	/** Sets choice and status `resolved` on conflicts that are not `done`; returns those it changed. */
	resolve(
		tenant: string,
		ids: string[],
		choice: { choice: 'local' | 'external' | 'value'; value?: FieldValue; by?: string },
	): Promise<Conflict[]>;
}

/** One line of the sync log: what happened to one field (or one record) and why. */
export interface SyncLogEntry {
	localId: string;
	externalId: string | null;
	at: Date;
	/** `push` and `pull` name the direction of a change; `resolve`, `merge`, `delete`, `link` and `error` are about the record. */
	kind: 'push' | 'pull' | 'resolve' | 'merge' | 'delete' | 'link' | 'error';
	/** Local path; null when the record as a whole is meant. */
	field: string | null;
	from: FieldValue;
	to: FieldValue;
	/** The field rule that decided, as data, or the reason in plain words; null when there is none. */
	rule: FieldValue;
	/** The run: n8n execution id and node. */
	run: string;
}

/** The audit trail (table `sync_log`). */
export interface SyncLog {
	/** Newest first: "why is this value here" is one call. */
	history(
		tenant: string,
		integration: string,
		entity: string,
		localId: string,
		query: { field?: string; limit: number },
	): Promise<SyncLogEntry[]>;
	/** Deletes at most `limit` entries older than `before`; returns how many. Small steps, so that it never blocks. */
	prune(tenant: string, before: Date, limit: number): Promise<number>;
}

/** Written in the same transaction as the links of a settle. */
export interface Alongside {
	/** Opened, or brought up to date when one is pending for the same link and key. */
	conflicts?: NewConflict[];
	/** Base keys by local id whose pending conflicts are carried out or have vanished: they become `done`. */
	conflictsDone?: Array<{ localId: string; key: string }>;
	log?: SyncLogEntry[];
}

/** How far a long run has got (table `run_progress`): one row per tenant, integration, entity and kind. */
export interface RunProgress {
	/** Behind which local id to go on; null = at the beginning. */
	position: string | null;
	/** What has been counted so far, e.g. `{ checked: 1200, drifted: 3 }`. */
	counts: Record<string, number>;
	startedAt: Date;
	updatedAt: Date;
	finishedAt: Date | null;
}

export interface RunProgressTable {
	get(tenant: string, integration: string, entity: string, kind: string): Promise<RunProgress | undefined>;
	/** Creates or overwrites the row. */
	save(
		tenant: string,
		integration: string,
		entity: string,
		kind: string,
		progress: Pick<RunProgress, 'position' | 'counts' | 'startedAt' | 'finishedAt'>,
	): Promise<void>;
}

/** An integration of one tenant, as stored. Secrets are sealed before they get here. */
export interface IntegrationConfigRow {
	tenant: string;
	integration: string;
	mode: Mode;
	enabled: boolean;
	/** Sealed JSON of the connection values; null = none stored. */
	credentials: string | null;
	settings: Fields;
	/** Sealed. */
	webhookSecret: string | null;
	/** The vendor account whose events are this tenant's (HubSpot: portal id); null = not known. */
	accountId: string | null;
	createdAt: Date;
	updatedAt: Date;
}

/** A row with sealed texts, as the rotation of the encryption key takes it up. */
export interface SealedRow {
	tenant: string;
	integration: string;
	/** Tells it from other rows of its tenant and integration; '' where there is only one. */
	id: string;
	/** The texts by what they were sealed as (the column); only those that are there. */
	texts: Readonly<Record<string, string>>;
}

/** Where a row is in the order in which a rotation goes. */
export type SealedPosition = Pick<SealedRow, 'tenant' | 'integration' | 'id'>;

/** What the rotation of the encryption key does with one table. Nothing here can open a text. */
export interface SealedTable {
	readonly name: string;
	/** Rows that hold a sealed text, ascending by position, starting behind `after`; of one tenant or of all. */
	page(page: { tenant?: string; after?: SealedPosition; limit: number }): Promise<SealedRow[]>;
	get(position: SealedPosition): Promise<SealedRow | undefined>;
	/**
	 * Puts other texts in the place of these, if the row still holds these: what somebody stored meanwhile stays. The row's
	 * time of change stays, too: it opens to the same as before.
	 * @returns whether they were put there
	 */
	replace(before: SealedRow, texts: SealedRow['texts']): Promise<boolean>;
	/** Sealed texts by their first `length` characters: how many begin so. */
	count(length: number, tenant?: string): Promise<Map<string, number>>;
}

export interface IntegrationConfigTable {
	get(tenant: string, integration: string): Promise<IntegrationConfigRow | undefined>;
	/** The rows of one integration for several tenants, in one statement; by tenant. */
	getOf(integration: string, tenants: readonly string[]): Promise<Map<string, IntegrationConfigRow>>;
	getMany(tenant: string): Promise<IntegrationConfigRow[]>;
	/** Rows of one integration, ascending by tenant, starting behind `afterTenant`. */
	page(integration: string, page: { afterTenant?: string; limit: number }): Promise<IntegrationConfigRow[]>;
	/** Tenants by account id, of those that have one. An account belongs to one tenant. */
	findByAccounts(integration: string, accountIds: readonly string[]): Promise<Map<string, string>>;
	/**
	 * Creates the row or changes the given fields of it; left-out fields keep their value.
	 * @throws CrosslinkError `rejected` `account_taken` when another tenant has the account
	 */
	save(
		change: Pick<IntegrationConfigRow, 'tenant' | 'integration'> &
			Partial<Omit<IntegrationConfigRow, 'createdAt' | 'updatedAt'>>,
	): Promise<IntegrationConfigRow>;
}

/** Why nothing is called over a connection any more, until a person acts. */
export interface ParkedConnection {
	/** Where the connection's values came from. */
	source: string;
	/** Tells whether the values are still those that were refused; says nothing about them. */
	fingerprint: string;
	code: string;
	message: string;
	remedy: string;
	since: Date;
}

/** Connections whose login was refused (table `parked_connection`): one row per tenant, integration and source. */
export interface ParkingTable {
	find(tenant: string, integration: string): Promise<ParkedConnection[]>;
	/** Creates or overwrites the row of this source. */
	park(tenant: string, integration: string, parked: Omit<ParkedConnection, 'since'>): Promise<void>;
	/** Forgets one source's, or all of this tenant and integration. Safe to repeat. */
	release(tenant: string, integration: string, source?: string): Promise<void>;
}

/**
 * What an event in the inbox is. `received`: it goes to whoever takes events of this kind. `echo`: our own write coming
 * back. `unrouted`: no tenant is known for its account; it is kept under the tenant of the ingress. `attention`: something
 * a person should look at. Subscriptions see `received` only.
 */
export type InboxStatus = 'received' | 'echo' | 'unrouted' | 'attention';

/** What makes an event the same event wherever it is met. */
export interface EventKey {
	tenant: string;
	integration: string;
	/** Unique per tenant and integration: a vendor's event, or a record in one version for what polling has found. */
	externalEventId: string;
}

/** One event on its way into the inbox. */
export interface InboxEvent extends EventKey {
	entity: string;
	externalId: string;
	event: string;
	occurredAt: Date;
	/** As the vendor sent it; at most a few KB. */
	payload: FieldValue;
	/** Vendor account it came from; null where there is none. */
	account: string | null;
	status: InboxStatus;
	/** Whether the receiver is to get it; all are kept. */
	deliver: boolean;
}

/** An event as the inbox holds it. */
export type StoredEvent = Omit<InboxEvent, 'deliver'> & { receivedAt: Date };

/** Which events of one tenant and integration; left out = all of them. */
export interface EventFilter {
	entities?: readonly string[];
	events?: readonly string[];
}

/** A change of a poll's position, carried out only if nobody has moved it since it was read. */
export interface CursorMove {
	key: PollKey;
	cursor: Fields;
	/** As read; undefined = there was no position yet. */
	expected: number | undefined;
}

/**
 * Received events, once each (table `processed_webhook`), whether a webhook brought them or a poll has found them. Who is
 * to get them is said by deliveries, see {@link DeliveryTable}.
 */
export interface Inbox {
	/**
	 * Keeps all events in one statement and notes for `receiver` those it is to get, in the same transaction, together
	 * with the position of the poll that found them. Returns the events that are new for this receiver and are to be
	 * delivered to it; the same delivery on several processes at once: each event is returned to exactly one of them.
	 * The receiver is expected to hand them on now; what nobody takes within `againSeconds` comes up in `due`.
	 * @returns undefined when the position had been moved by somebody else: nothing was written
	 */
	receive(
		receiver: string,
		events: InboxEvent[],
		options: { againSeconds: number; cursor?: CursorMove },
	): Promise<InboxEvent[] | undefined>;
	/**
	 * Notes for a subscription the next `limit` events behind its position that pass the filter, in the order in which
	 * they became visible, and moves the position, in one transaction. They come up in {@link DeliveryTable.due} at once.
	 * @param start where a subscription without a position begins; with `now` it skips what is there and returns 0
	 * @returns how many events it has gone past (delivered or not); 0 = it has seen everything
	 */
	advance(key: PollKey, filter: EventFilter, options: { start: 'now' | 'beginning'; limit: number }): Promise<number>;
	/** Newest first; for a sample, or by ids. */
	find(
		tenant: string,
		integration: string,
		filter: EventFilter & { ids?: readonly string[]; status?: InboxStatus },
		limit: number,
	): Promise<StoredEvent[]>;
	/** Moves unrouted events of an account to the tenant it belongs to, so that subscriptions see them; at most `limit`. */
	route(integration: string, account: string, tenant: string, limit: number): Promise<number>;
	/**
	 * Deletes at most `limit` events received before, with their deliveries; returns how many. What somebody still has to
	 * get, or has in hand, stays.
	 */
	prune(tenant: string, before: Date, limit: number): Promise<number>;
	count(tenant: string, integration: string): Promise<number>;
}

/** Events given to one execution, whose lease is renewed for as long as its process lives. */
export interface Taking {
	/** The trigger node: workflow id and node id. */
	receiver: string;
	/** The execution. */
	taker: string;
}

/**
 * Who has to get which event, and who has it in hand (table `event_delivery`): one row per receiver and event.
 *
 *     receive, advance -> waiting --take--> taken --done--> done
 *                            ^                |
 *                            +--- lease over -+   (its process died)
 */
export interface DeliveryTable {
	/**
	 * Events nobody has in hand whose time has come, oldest first. Each call puts off the next time by
	 * `againSeconds`, doubled with every repetition up to an hour, so that no two callers get the same.
	 */
	due(receiver: string, options: { limit: number; againSeconds: number }): Promise<StoredEvent[]>;
	/**
	 * An execution takes events in hand. Returns those that are its own now; left out are those that another execution
	 * has in hand or has done. Safe to repeat by the same taker.
	 */
	take(taking: Taking, keys: EventKey[], leaseSeconds: number): Promise<EventKey[]>;
	/** Puts off the end of the leases of these. */
	renew(takings: Taking[], leaseSeconds: number): Promise<void>;
	/** The executions are over, with whatever result: their events do not come up again by themselves. */
	done(takings: Taking[]): Promise<void>;
	/** Makes events due again for every receiver that had them (or for one); returns how many deliveries. */
	replay(tenant: string, integration: string, ids: readonly string[], receiver?: string): Promise<number>;
	/** For one receiver: what waits, what is in hand, and since when the oldest waits. */
	backlog(receiver: string): Promise<{ waiting: number; taken: number; oldest: Date | null }>;
}

/** Names one position: of a poll of changes, or of a subscription to the inbox (entity `*`). */
export interface PollKey {
	tenant: string;
	integration: string;
	entity: string;
	/** The trigger node: workflow id and node id. */
	poll: string;
}

/** How far polling has read (table `poll_cursor`). Moved by {@link Inbox.receive} and {@link Inbox.advance}. */
export interface PollCursorTable {
	get(key: PollKey): Promise<{ cursor: Fields; version: number; updatedAt: Date } | undefined>;
	/** Forgets a position: the poll begins anew. */
	clear(key: PollKey): Promise<void>;
}

/** Calls left with a vendor, shared by all processes that use this store (table `call_budget`). */
export interface CallBudget {
	/**
	 * Books one call and says how long to wait before making it, in milliseconds (0 = now).
	 * `intervalMs` is the steady spacing, `burst` how many calls may go at once.
	 */
	reserve(account: string, bucket: string, limit: { intervalMs: number; burst: number }): Promise<number>;
	/** The vendor said stop: nobody calls before `ms` have passed. */
	pause(account: string, bucket: string, ms: number): Promise<void>;
	/** How far calls are booked ahead and for how long nobody may call, in milliseconds; books nothing. */
	look(account: string, bucket: string): Promise<{ bookedMs: number; pausedMs: number }>;
}

/**
 * Last known answers of queries (table `query_answer`), one per tenant, integration and question. Only where a node allows
 * an old answer, and sealed before they get here where they hold personal data.
 */
export interface QueryAnswerTable {
	get(tenant: string, integration: string, question: string): Promise<{ answer: string; asOf: Date } | undefined>;
	/**
	 * Takes the place of an earlier answer; it is kept for the longest time anybody has asked for.
	 * @returns when it was given, by the store's clock
	 */
	save(
		tenant: string,
		integration: string,
		answer: { question: string; query: string; answer: string; keepSeconds: number },
	): Promise<Date>;
	/** Deletes answers whose time is over, and the oldest above `most` of each integration; at most `limit`. */
	prune(tenant: string, options: { most: number; limit: number }): Promise<number>;
}

/** Link tables of one integration, made when it is first enabled. */
export interface LinkTableSpec {
	entity: string;
	columns: string[];
	/** A table of the application's own that `local_id` is to refer to, `orders` or `shop.orders`; the store has to be in its database. */
	localTable?: string;
}

/** Everything that outlives an execution, on either database. */
export interface Store {
	readonly kind: 'postgres' | 'sqlite';
	/** Without password; for messages and logs. */
	readonly location: string;
	/** The table must have been made by `createLinkTables`; a missing one is an error that names the remedy. */
	links(integration: string, entity: string): LinkTable;
	/** Safe to repeat and to run at once; a second call adds columns that are missing. */
	createLinkTables(integration: string, specs: LinkTableSpec[]): Promise<void>;
	/** Entities of this integration that have a link table. */
	linkTables(integration: string): Promise<string[]>;
	readonly configs: IntegrationConfigTable;
	readonly inbox: Inbox;
	readonly deliveries: DeliveryTable;
	readonly cursors: PollCursorTable;
	readonly budget: CallBudget;
	readonly parking: ParkingTable;
	/** Every table that holds sealed texts: what a rotation of the encryption key goes through. */
	readonly sealed: readonly SealedTable[];
	readonly conflicts: ConflictTable;
	readonly log: SyncLog;
	readonly progress: RunProgressTable;
	readonly figures: FigureTable;
	readonly answers: QueryAnswerTable;
	readonly commands: CommandLog;
	readonly notifications: NotificationLog;
	/** Answers when the store can be read and written; throws what is wrong and the remedy. */
	check(): Promise<void>;
}
