import type { ExternalRecord, Fields } from '../adapters/adapter';
import type { CrosslinkError } from '../errors';
import type { Base, LinkChange, LinkRow } from '../store/store';
import type { AssociationReport } from './associations';
import { failureChange, outcomeOf, viewOf } from './outcome';
import type { PushPlan } from './plan';
import { bothChanged } from './push-errors';
import type { FieldChange, Outcome, Replication, SyncOutcome } from './replication';

/** One leased link with the plan made for it. */
export interface PushEntry {
	link: LinkRow;
	plan: PushPlan;
	fields: Fields;
}

/** What has been learnt about one record of the batch so far. */
export interface Progress extends PushEntry {
	externalId: string | null;
	record?: ExternalRecord;
	created: boolean;
	associations: AssociationReport;
	error?: CrosslinkError;
}

/** What the link is to hold after the calls of this batch. Pure but for the clock and the retry jitter. */
export function changeOf(replication: Replication, entry: Progress): LinkChange {
	const { link, plan, record, error } = entry;
	const learnt: Omit<LinkChange, 'localId'> = {
		externalId: entry.externalId,
		base: baseAfter(entry),
		mappingVersion: replication.mappingVersion,
		...(record === undefined ? {} : { externalVersion: record.version, pushedVersion: record.version }),
		...(record === undefined ? {} : { columns: linkColumns(replication, record) }),
		...(record !== undefined && link.externalId !== null && record.externalId !== link.externalId
			? { aliases: [link.externalId, ...record.aliases] }
			: {}),
	};
	if (error) return { ...failureChange(replication, link, error), ...(record === undefined ? {} : learnt) };
	const done: LinkChange = {
		localId: link.localId,
		...learnt,
		syncStatus: 'synced',
		lastSyncedAt: replication.now(),
		lastError: null,
		errorCode: null,
		attempts: 0,
		nextAttemptAt: null,
	};
	if (plan.conflicts.length > 0) {
		const conflict = bothChanged(replication, link.localId, plan.conflicts);
		return {
			...done,
			syncStatus: 'conflict',
			lastError: `${conflict.message} ${conflict.remedy}`,
			errorCode: conflict.code,
		};
	}
	if (entry.associations.waiting.length > 0) {
		const waiting = waitingText(entry);
		const nextAttemptAt = new Date(replication.now().getTime() + replication.retry.delaySeconds * 1000);
		return { ...done, syncStatus: 'pending', lastError: waiting, errorCode: 'association_waiting', nextAttemptAt };
	}
	return done;
}

function baseAfter({ link, plan, record, associations }: Progress): Base {
	const base: Base = {
		local: { ...link.base?.local, ...plan.agreed.local },
		external: { ...link.base?.external, ...plan.agreed.external },
	};
	if (record !== undefined) {
		for (const { key, external, local, sent } of plan.acknowledge) {
			base.local[key] = local;
			// The value the other side returned, not the one sent: it may have been trimmed or rounded.
			base.external[key] = record.fields[external] ?? sent;
		}
	}
	for (const { key, to } of associations.done) {
		base.local[key] = to?.localId ?? null;
		base.external[key] = to?.externalId ?? null;
	}
	return base;
}

/** The output item of one record of the batch. */
export function settlementOutcome(replication: Replication, entry: Progress, change: LinkChange): SyncOutcome {
	const { link, plan, record, error } = entry;
	const parts = { localId: link.localId, externalId: entry.externalId, link: viewOf(link, change) };
	const changes = record === undefined && error ? [] : [...plan.changes, ...associationChanges(entry)];
	if (error) {
		return outcomeOf(replication, {
			...parts,
			changes,
			outcome: error.class === 'conflict' ? 'conflict' : 'failed',
			error,
		});
	}
	if (plan.conflicts.length > 0) {
		const conflict = bothChanged(replication, link.localId, plan.conflicts);
		return outcomeOf(replication, { ...parts, changes, outcome: 'conflict', error: conflict });
	}
	const outcome: Outcome = entry.created ? 'created' : changes.length > 0 ? 'updated' : 'unchanged';
	const reason = entry.associations.waiting.length > 0 ? waitingText(entry) : undefined;
	return outcomeOf(replication, { ...parts, changes, outcome, reason });
}

function linkColumns(replication: Replication, record: ExternalRecord): Record<string, string | null> {
	const columns: Record<string, string | null> = {};
	for (const { column, external } of replication.binding.linkColumns) {
		const value = record.fields[external];
		if (value !== undefined) columns[column] = value === null ? null : String(value);
	}
	return columns;
}

function associationChanges({ plan, associations }: Progress): FieldChange[] {
	const done = new Set(associations.done.map((move) => move.field));
	return plan.associations
		.filter((move) => done.has(move.field))
		.map((move) => ({ field: move.field, from: move.from?.localId ?? null, to: move.to, direction: 'push' }));
}

function waitingText({ associations }: Progress): string {
	const names = associations.waiting.map((move) => `${move.entity} "${move.to}"`).join(', ');
	return `Not associated yet: ${names} has no counterpart on the other side. Push it first; this record then follows.`;
}
