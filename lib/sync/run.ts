import type { ExternalRecord } from '../adapters/adapter';
import type { CrosslinkError } from '../errors';
import type { Conflict, LinkRow, LinkTable } from '../store/store';
import type { WaitingReference } from './associations';
import type { RecordGroup } from './groups';
import { inChunks } from './leases';
import { ownFields } from './own-side';
import { planRecord, type RecordPlan } from './plan';
import type { PullOutcome, Replication } from './replication';
import type { Referred } from './sent-references';

/** Links and conflicts looked up in one statement. */
const LOOKUP_CHUNK = 1_000;

/** One run over records of your system, as its steps see it. */
export interface RecordRun {
	replication: Replication;
	table: LinkTable;
	/** A push only writes there; a sync also hands out what to write here. */
	pull: boolean;
	groups: ReadonlyMap<string, RecordGroup>;
	/** Links that were there when the run began. */
	known: ReadonlyMap<string, LinkRow>;
	/** Conflicts that are not done, by local id and base key. */
	pending: Map<string, Map<string, Conflict>>;
	/** What was read of the other side before anything was leased, by local id. */
	seen: Map<string, SeenRecord>;
	/** Why a linked record could not be read, by local id; what your side has for it is kept with its link. */
	unread: Map<string, CrosslinkError>;
	/** What was associated under a lease that was lost by then. */
	strayed: Map<string, ReadonlyMap<string, Referred[]>>;
	/** References whose record has no counterpart yet, by local id. */
	waiting: Map<string, WaitingReference[]>;
	outcomes: Map<string, PullOutcome>;
	/** The connection is refused or throttled: further batches would only fail the same way. */
	halted?: CrosslinkError;
}

/** A record of the other side, and when it was read (epoch milliseconds); undefined = it was not there. */
export interface SeenRecord {
	record: ExternalRecord | undefined;
	at: number;
}

/** The plan of one record from what this run knows. Throws `rejected` when a value does not fit its rule. */
export function planOf(
	run: RecordRun,
	group: RecordGroup,
	link: LinkRow | undefined,
	external: ExternalRecord | undefined,
): RecordPlan {
	const { replication } = run;
	const linked = linkedTo(link, external);
	return planRecord(replication.binding, {
		localId: group.localId,
		fields: ownFields(replication.binding, group.side, group.fields, link),
		assumed: group.side === 'lastAgreed',
		side: group.side,
		made: linked !== link && replication.binding.matchOn === undefined,
		link: linked,
		external,
		push: true,
		pull: run.pull,
		pending: run.pending.get(group.localId) ?? new Map(),
		freeze: replication.freeze,
		now: replication.now(),
		localModifiedAt: group.modifiedAt,
	});
}

/** A link without an external id whose record was found is that record's link from here on. */
export function linkedTo<T extends LinkRow | undefined>(link: T, external: ExternalRecord | undefined): T {
	return link && link.externalId === null && external ? { ...link, externalId: external.externalId } : link;
}

/** Links by local id. */
export async function findLinks(table: LinkTable, tenant: string, localIds: string[]): Promise<Map<string, LinkRow>> {
	const links = new Map<string, LinkRow>();
	for (const chunk of inChunks(localIds, LOOKUP_CHUNK)) {
		for (const link of await table.findByLocalIds(tenant, chunk)) links.set(link.localId, link);
	}
	return links;
}

/** Conflicts that are not done, of links that may have one: those in step have none. */
export async function findPending(
	{ store, tenant, integration, binding }: Replication,
	links: Iterable<LinkRow>,
): Promise<Map<string, Map<string, Conflict>>> {
	const pending = new Map<string, Map<string, Conflict>>();
	const localIds = [...links].filter((link) => link.syncStatus !== 'synced').map((link) => link.localId);
	for (const chunk of inChunks(localIds, LOOKUP_CHUNK)) {
		for (const conflict of await store.conflicts.findPending(tenant, integration, binding.entity, chunk)) {
			const ofLink = pending.get(conflict.localId) ?? new Map<string, Conflict>();
			pending.set(conflict.localId, ofLink.set(conflict.key, conflict));
		}
	}
	return pending;
}
