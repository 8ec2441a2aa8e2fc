import type { Fields, FieldValue, Mode } from '../adapters/adapter';

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
	 */
	note(
		tenant: string,
		leaseOwner: string,
		notes: Array<{ localId: string; sent: Record<string, FieldValue[]> }>,
	): Promise<void>;
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
		choice: { choice: 'local' | 'external' | 'value'; value?: FieldValue },
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
	createdAt: Date;
	updatedAt: Date;
}

export interface IntegrationConfigTable {
	get(tenant: string, integration: string): Promise<IntegrationConfigRow | undefined>;
	getMany(tenant: string): Promise<IntegrationConfigRow[]>;
	/** Rows of one integration, ascending by tenant, starting behind `afterTenant`. */
	page(integration: string, page: { afterTenant?: string; limit: number }): Promise<IntegrationConfigRow[]>;
	/** Creates the row or changes the given fields of it; left-out fields keep their value. */
	save(
		change: Pick<IntegrationConfigRow, 'tenant' | 'integration'> &
			Partial<Omit<IntegrationConfigRow, 'createdAt' | 'updatedAt'>>,
	): Promise<IntegrationConfigRow>;
}

/** One received webhook event on its way into the inbox. */
export interface InboxEvent {
	externalEventId: string;
	entity: string;
	externalId: string;
	event: string;
	occurredAt: Date;
	payload: FieldValue;
}

/** Received webhook events, once each (table `processed_webhook`). */
export interface Inbox {
	/**
	 * Stores all events in one statement and returns the ids of those seen for the first time.
	 * The same delivery on two processes at once: each id is returned to exactly one of them.
	 */
	receive(tenant: string, integration: string, events: InboxEvent[]): Promise<Set<string>>;
	count(tenant: string, integration: string): Promise<number>;
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
}

/** Link tables of one integration, made when it is first enabled. */
export interface LinkTableSpec {
	entity: string;
	columns: string[];
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
	readonly budget: CallBudget;
	readonly conflicts: ConflictTable;
	readonly log: SyncLog;
	readonly progress: RunProgressTable;
	/** Answers when the store can be read and written; throws what is wrong and the remedy. */
	check(): Promise<void>;
}
