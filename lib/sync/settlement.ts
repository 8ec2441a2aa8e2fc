import type { ExternalRecord, Fields, FieldValue } from '../adapters/adapter';
import type { CrosslinkError } from '../errors';
import type { Base, Flip, LinkChange, LinkRow } from '../store/store';
import type { AssociationReport } from './associations';
import { conflictText, goneText, keptText, waitingText } from './errors';
import { sameValue } from './fields';
import { failureChange } from './outcome';
import type { RecordPlan } from './plan';
import { asFieldValue, type Referred } from './plan-associations';
import type { Replication } from './replication';
import { withHanded, withoutAgreed, withoutOverdue } from './handed';
import { sentWith, sentWithout } from './sent';
import { isAssociationKey, sentWithReferences } from './sent-references';
import { stillUnsent, unsentWith } from './unsent';
import type { RecordRun } from './run';

/** What has been learnt about one record of the batch so far. */
export interface Progress {
	link: LinkRow;
	plan: RecordPlan;
	fields: Fields;
	/** The record as it was read for the plan. */
	seen?: ExternalRecord;
	/** The record as the write answered it. */
	record?: ExternalRecord;
	externalId: string | null;
	created: boolean;
	/** A call to write the record was made. */
	called: boolean;
	/** The execution was cancelled before its answer came. */
	cancelled: boolean;
	gone: boolean;
	/** No call was tried for it: it counts no attempt. */
	untried?: true;
	/** What the link says is on its way, as far as this run has noted it. */
	noted: LinkRow['sent'];
	/** References this run may have added or taken away, by base key. */
	touched: ReadonlyMap<string, Referred[]>;
	associations: AssociationReport;
	error?: CrosslinkError;
}

/** What the link is to hold after the calls of this batch. Pure but for the clock and the retry jitter. */
export function changeOf(run: RecordRun, entry: Progress): LinkChange {
	const { replication } = run;
	const { link, record, error } = entry;
	if (entry.gone) return goneChange(replication, link);
	if (entry.cancelled) return { localId: link.localId, sent: sentWith(link, entry.plan) };
	const learnt = learntFrom(replication, entry);
	if (error) {
		const unsent = unsentWith(replication.binding, link, entry.fields);
		const failed = { ...failureChange(replication, link, error, entry.untried), unsent };
		if (record !== undefined) return { ...failed, ...learnt, ...memoryAfter(entry) };
		// Nobody knows whether it arrived: what is found of it over there later is no edit of theirs.
		const sent = sentWithReferences(sentWith(link, entry.plan), entry.touched);
		return error.class === 'rejected' ? failed : { ...failed, sent };
	}
	const { binding } = replication;
	const kept = stillUnsent(binding, link, entry.fields, learnt.base ?? null);
	const done: LinkChange = {
		localId: link.localId,
		...learnt,
		syncStatus: 'synced',
		lastSyncedAt: replication.now(),
		lastError: null,
		errorCode: null,
		attempts: 0,
		nextAttemptAt: null,
		unsent: kept,
		...memoryAfter(entry),
		...handedAfter(replication, entry),
	};
	if (waitsForPerson(run, entry)) {
		return {
			...done,
			syncStatus: 'conflict',
			lastError: conflictText(
				replication,
				link.localId,
				entry.plan.conflicts.map(({ rule }) => rule.local),
			),
			errorCode: 'conflict',
		};
	}
	if (entry.associations.waiting.length > 0) {
		const nextAttemptAt = new Date(replication.now().getTime() + replication.retry.delaySeconds * 1000);
		const waiting = { lastError: waitingText(entry.associations.waiting), errorCode: 'association_waiting' };
		return {
			...done,
			...waiting,
			syncStatus: 'pending',
			nextAttemptAt,
			unsent: unsentWith(binding, link, entry.fields),
		};
	}
	return kept === null ? done : { ...done, ...keptStatus(replication, link, kept) };
}

/**
 * This run had nothing newer for what an earlier one could not bring over: that waits on as it did. Where a part of it has
 * been brought over, the reason it failed for may be gone.
 */
function keptStatus(replication: Replication, link: LinkRow, kept: Fields): Partial<LinkChange> {
	const { syncStatus, attempts, nextAttemptAt, lastError, errorCode } = link;
	const asItWas = sameValue(kept, link.unsent);
	if ((asItWas && syncStatus === 'failed') || (syncStatus === 'pending' && nextAttemptAt !== null)) {
		return { syncStatus, attempts, nextAttemptAt, lastError, errorCode };
	}
	const soon = new Date(replication.now().getTime() + replication.retry.delaySeconds * 1000);
	return { syncStatus: 'pending', nextAttemptAt: soon, lastError: keptText(), errorCode: 'kept_values' };
}

/** True while a field of the link is in conflict, or decided but not carried out on both sides yet. */
export function waitsForPerson(run: RecordRun, { link, plan }: Progress): boolean {
	if (plan.conflicts.length > 0) return true;
	const pending = run.pending.get(link.localId);
	if (pending === undefined) return false;
	return [...pending.keys()].some((key) => key !== '' && !plan.settles.includes(key));
}

/** What follows from a record that was deleted on the other side, by the entity's policy. */
export function goneChange(replication: Replication, link: LinkRow): LinkChange {
	const note = {
		localId: link.localId,
		lastError: goneText(replication, link),
		errorCode: 'external_gone',
		unsent: null,
	};
	if (replication.binding.onDelete === 'ignore') return { ...note, syncStatus: 'failed', nextAttemptAt: null };
	return { ...note, syncStatus: 'deleted', nextAttemptAt: null };
}

function learntFrom(replication: Replication, entry: Progress): Omit<LinkChange, 'localId'> {
	const { link, record, seen } = entry;
	const known = record ?? seen;
	return {
		externalId: entry.externalId,
		base: baseAfter(entry),
		mappingVersion: replication.mappingVersion,
		...(known === undefined ? {} : { externalVersion: known.version }),
		...(record === undefined ? {} : { pushedVersion: record.version }),
		...(known === undefined ? {} : { columns: linkColumns(replication, known) }),
		...(record === undefined || entry.created ? {} : { flips: flipsAfter(link, entry.plan) }),
		...(known !== undefined && link.externalId !== null && known.externalId !== link.externalId
			? { aliases: [link.externalId, ...known.aliases] }
			: {}),
	};
}

function baseAfter({ link, plan, record, associations }: Progress): Base {
	const base: Base = {
		local: { ...link.base?.local, ...plan.agreed.local },
		external: { ...link.base?.external, ...plan.agreed.external },
	};
	for (const { key, external } of plan.forgotten) {
		const { [key]: _forgotten, ...others } = base.local;
		base.local = others;
		base.external[key] = external;
	}
	if (record !== undefined) {
		for (const { key, external, local, sent } of plan.acknowledge) {
			base.local[key] = local;
			base.external[key] = answered(record, external, sent);
		}
	}
	for (const { move, key, held } of associations.done) {
		base.local[key] = asFieldValue(
			move,
			held.map((one) => one.localId),
		);
		base.external[key] = asFieldValue(
			move,
			held.map((one) => one.externalId),
		);
	}
	return base;
}

function flipsAfter(link: LinkRow, plan: RecordPlan): Record<string, Flip[]> {
	return { ...link.flips, ...plan.flips };
}

/** What the link still has to remember of writes nobody heard of, after one that was heard of. */
function memoryAfter({
	link,
	plan,
	record,
	created,
	touched,
	associations,
}: Progress): Pick<LinkChange, 'sent' | 'inDoubt'> {
	const moved = movedBy(plan, record);
	const settled = plan.arrived || created;
	const sure = new Set(associations.done.map(({ key }) => key));
	const agreed = (key: string): boolean => (isAssociationKey(key) ? sure.has(key) : settled || moved.has(key));
	const sent = sentWithout(sentWithReferences(link.sent, touched), agreed);
	if (settled) return { sent, ...(link.inDoubt ? { inDoubt: false } : {}) };
	// Nothing was noted before, and no call was made that could have been.
	if (link.sent === null && record === undefined && touched.size === 0) return {};
	return { sent };
}

/** What was handed out stays in mind until it is agreed on; what is about to be is noted first. */
function handedAfter(replication: Replication, { link, plan, record }: Progress): Pick<LinkChange, 'handed'> {
	const now = replication.now();
	let handed = link.handed;
	for (const [key, external] of movedBy(plan, record)) handed = withoutAgreed(handed, key, external);
	for (const key of plan.overdue) handed = withoutOverdue(handed, key, now);
	for (const { key, ...one } of plan.handed) handed = withHanded(handed, key, one);
	return handed === link.handed ? {} : { handed };
}

/** Fields whose base this run has moved, and what the other side holds of each. */
function movedBy({ acknowledge, agreed }: RecordPlan, record: ExternalRecord | undefined): Map<string, FieldValue> {
	const moved = new Map(Object.entries(agreed.external));
	if (record === undefined) return moved;
	for (const { key, external, sent } of acknowledge) moved.set(key, answered(record, external, sent));
	return moved;
}

/** The value the other side returned, not the one sent: it may have been trimmed or rounded. */
function answered(record: ExternalRecord, external: string, sent: FieldValue): FieldValue {
	return Object.hasOwn(record.fields, external) ? (record.fields[external] as FieldValue) : sent;
}

/** The integration's own columns of the link, from a record's fields. */
export function linkColumns(replication: Replication, record: ExternalRecord): Record<string, string | null> {
	const columns: Record<string, string | null> = {};
	for (const { column, external } of replication.binding.linkColumns) {
		const value = record.fields[external];
		if (value !== undefined) columns[column] = value === null ? null : String(value);
	}
	return columns;
}
