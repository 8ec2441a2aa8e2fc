import type { Adapter, EntityBinding, Fields, FieldValue, Promises } from '../adapters/adapter';
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
	store: Store;
	retry: { attempts: number; delaySeconds: number };
	leaseSeconds: number;
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
	error?: PlainError;
}

export interface PullOutcome extends SyncOutcome {
	/** Local field -> value to write into your system. */
	patch: Fields;
	/** Opaque; hand it to `confirm` once the patch is written. null when there is nothing to confirm. */
	receipt: string | null;
}

export interface PushItem {
	localId: string;
	fields: Fields;
}

export interface PullItem {
	/** One of the two; the external id wins when both are given. */
	localId?: string;
	externalId?: string;
}
