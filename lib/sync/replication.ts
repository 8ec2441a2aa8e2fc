import type { Adapter, AdapterModule, EntityBinding, Fields, FieldValue, Promises } from '../adapters/adapter';
import type { PlainError } from '../errors';
import type { LinkRow, Store } from '../store/store';

/** Everything one run of push, pull or confirm needs: one tenant, one integration, one entity. */
export interface Replication {
	tenant: string;
	integration: string;
	binding: EntityBinding;
	/** All entities of the integration, by name; associations need the other side's. */
	bindings: ReadonlyMap<string, EntityBinding>;
	adapter: Adapter;
	promises: Promises;
	/** Pace of the account, for the cost a preview names. */
	limits: AdapterModule['limits'];
	store: Store;
	retry: { attempts: number; delaySeconds: number };
	leaseSeconds: number;
	syncLog: 'off' | 'errors' | 'all';
	/** Log entries older than this are pruned. */
	syncLogDays: number;
	/** A field that flips this often within this time is frozen into a conflict. */
	freeze: { flips: number; minutes: number };
	/** A run stops when both the share of the links and the count are passed. */
	brakes: { deletes: number; deletesCount: number; changes: number; changesCount: number };
	/** A person has seen what the brakes stopped, and wants it done. */
	despiteBrakes?: boolean;
	/** Hash of the binding's rules; kept in each link. */
	mappingVersion: string;
	/** Unique per execution and node; owns the leases. */
	runId: string;
	/** The execution's cancel signal. */
	signal?: AbortSignal;
	now(): Date;
}

export type Outcome = 'created' | 'updated' | 'unchanged' | 'conflict' | 'failed' | 'skipped';

/** One field a run changed, or would have. `field` is the rule's `local` path. */
export interface FieldChange {
	field: string;
	from: FieldValue | undefined;
	to: FieldValue | undefined;
	direction: 'push' | 'pull';
	/** What both sides last agreed on, in local form; only in previews and reconciles. */
	base?: FieldValue;
}

/** The part of a link that leaves the house. */
export interface LinkView {
	syncStatus: LinkRow['syncStatus'];
	lastSyncedAt: string | null;
	attempts: number;
	nextAttemptAt: string | null;
	lastError: string | null;
	[column: string]: string | number | null;
}

/** What comes out for one record (design 3.2). */
export interface SyncOutcome {
	outcome: Outcome;
	tenant: string;
	integration: string;
	entity: string;
	localId: string | null;
	externalId: string | null;
	changes: FieldChange[];
	link: LinkView | null;
	/** Why nothing was done, for `skipped`. */
	reason?: string;
	/** Fields a person has to decide on. */
	conflicts?: ConflictView[];
	error?: PlainError;
}

/** A field in conflict, as it leaves the house. */
export interface ConflictView {
	field: string;
	reason: string;
	local: FieldValue;
	external: FieldValue;
	base: FieldValue;
	/** External ids to choose from. */
	candidates?: string[];
}

/** What a preview says a run would cost and do. */
export interface PlanSummary {
	creates: number;
	updates: number;
	unchanged: number;
	conflicts: number;
	skipped: number;
	failed: number;
	deletes: number;
	/** Calls of the run itself; the preview's own are not in it. */
	calls: number;
	/** At the account's pace. */
	seconds: number;
}

/** What a page-by-page run has done so far. */
export interface RunReport {
	/** False: the time was up; run it again and it goes on from here. */
	finished: boolean;
	position: string | null;
	counts: Record<string, number>;
	startedAt: string;
}

export interface ImportItem {
	localId: string;
	externalId: string;
}

export interface PullOutcome extends SyncOutcome {
	/** Local field -> value to write into your system. */
	patch: Fields;
	/** Opaque; hand it to `confirm` once the patch is written. null when there is nothing to confirm. */
	receipt: string | null;
	/** The other side has deleted the record, and the entity's policy says to follow. */
	deleted?: true;
}

export interface PushItem {
	localId: string;
	fields: Fields;
	/** When your system last changed the record; for the policy `newer`. */
	modifiedAt?: Date;
	/** Your system has deleted the record; `onDelete` of the entity says what follows. */
	deleted?: boolean;
}

export interface PullItem {
	/** One of the two; the external id wins when both are given. */
	localId?: string;
	externalId?: string;
}
