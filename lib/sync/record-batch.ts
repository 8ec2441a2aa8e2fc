import type { ExternalRecord, Fields, UpsertRecord, UpsertResult } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError, namedFor } from '../errors';
import type { LinkChange, LinkRow } from '../store/store';
import { associateAll, type TouchedReferences } from './associations';
import { externalIdTaken, leaseLost } from './errors';
import { keyOf, keyOfLinked } from './key';
import { failureChange } from './outcome';
import { ownFields } from './own-side';
import { emptyPlan, type RecordPlan } from './plan';
import { baseKey } from './plan-field';
import type { PullOutcome } from './replication';
import type { RecordRun } from './run';
import { alongsideOf } from './alongside';
import { sentWith } from './sent';
import { sentWithReferences } from './sent-references';
import { changeOf, type Progress } from './settlement';
import { settlementOutcome } from './settlement-outcome';

/** One leased link with the plan made for it, and the record where it was looked at. */
export interface BatchEntry {
	link: LinkRow;
	plan: RecordPlan;
	fields: Fields;
	record?: ExternalRecord;
	/** The record was read under another id than the link's. */
	merged?: boolean;
}

/**
 * One commit of a run: an upsert and an association step each time it is executed, then one settle. The order matters
 * for a crash at any point: links are committed before `execute`, and nothing the other side has taken is forgotten by
 * more than this batch, which the key makes harmless to repeat.
 */
export class RecordBatch {
	private readonly progress = new Map<string, Progress>();
	/** Added since the last `execute`. */
	private waiting: Progress[] = [];

	/** @param called told of links right before the call that writes their records */
	constructor(
		private readonly run: RecordRun,
		private readonly called: (links: LinkRow[]) => void,
	) {}

	add({ record, merged, ...entry }: BatchEntry): void {
		const progress: Progress = {
			...entry,
			seen: record,
			externalId: merged && record ? record.externalId : entry.link.externalId,
			created: false,
			called: false,
			cancelled: false,
			gone: false,
			noted: entry.link.sent,
			touched: new Map(),
			associations: { done: [], waiting: [] },
		};
		this.progress.set(entry.link.localId, progress);
		this.waiting.push(progress);
	}

	/** A record whose plan could not be made; its link will carry the reason. */
	fail(link: LinkRow, error: CrosslinkError): void {
		if (!this.progress.has(link.localId)) {
			const group = this.run.groups.get(link.localId);
			const fields = ownFields(this.run.replication.binding, group?.side ?? 'item', group?.fields ?? {}, link);
			this.add({ link, plan: emptyPlan(link.localId), fields });
		}
		this.entry(link.localId).error = error;
	}

	/** A record that nothing was tried for, because it would only fail as the ones before: its link keeps what to bring. */
	leave(link: LinkRow, error: CrosslinkError): void {
		this.fail(link, error);
		this.entry(link.localId).untried = true;
	}

	/** A record the other side does not have any more. */
	gone(link: LinkRow): void {
		this.add({ link, plan: emptyPlan(link.localId), fields: {} });
		this.entry(link.localId).gone = true;
	}

	/**
	 * Makes the calls for what was added since the last time.
	 * @returns the error that makes further calls pointless, if there was one
	 */
	async execute(): Promise<CrosslinkError | undefined> {
		const entries = this.waiting;
		this.waiting = [];
		const halting = await this.upsert(entries);
		if (halting) return halting;
		return await this.associate(entries);
	}

	/** Commits what `execute` learnt and turns it into outcomes; returns the local ids whose leases are gone. */
	async settle(): Promise<ReadonlySet<string>> {
		const { replication, table, outcomes, strayed } = this.run;
		if (replication.signal?.aborted) this.dropUnfinished();
		if (this.progress.size === 0) return new Set();
		const { tenant, runId } = replication;
		const entries = [...this.progress.values()];
		const changes = new Map(entries.map((entry) => [entry.link.localId, changeOf(this.run, entry)]));
		const result = await table.settle(tenant, runId, [...changes.values()], alongsideOf(this.run, entries));
		const settled = new Set(result.settled);
		for (const lost of result.lost) {
			const entry = this.entry(lost);
			entry.error = leaseLost(replication, lost);
			if (entry.touched.size > 0) strayed.set(lost, entry.touched);
		}
		if (result.taken.length > 0) {
			const corrections = result.taken.map((taken) => {
				const entry = this.entry(taken.localId);
				entry.error = externalIdTaken(replication, taken);
				entry.externalId = entry.link.externalId;
				const change = failureChange(replication, entry.link, entry.error);
				changes.set(taken.localId, change);
				return change;
			});
			for (const localId of (await table.settle(tenant, runId, corrections)).settled) settled.add(localId);
		}
		for (const entry of entries) {
			const change = changes.get(entry.link.localId) as LinkChange;
			outcomes.set(entry.link.localId, this.outcomeOf(entry, change));
		}
		return settled;
	}

	/** In a second pass the first one's work is part of the outcome. */
	private outcomeOf(entry: Progress, change: LinkChange): PullOutcome {
		const { outcomes, waiting } = this.run;
		const { localId } = entry.link;
		const before = waiting.has(localId) ? outcomes.get(localId) : undefined;
		if (entry.associations.waiting.length > 0) waiting.set(localId, entry.associations.waiting);
		const now = settlementOutcome(this.run, entry, change);
		if (before === undefined || now.error) return now;
		const { outcome, patch, receipt } = before.outcome === 'unchanged' ? now : before;
		return { ...now, outcome, patch, receipt, changes: [...before.changes, ...now.changes] };
	}

	private async upsert(entries: Progress[]): Promise<CrosslinkError | undefined> {
		const { replication } = this.run;
		const records: UpsertRecord[] = [];
		for (const entry of entries) {
			const { link, plan, fields } = entry;
			const needsCall = plan.kind === 'create' || Object.keys(plan.writes).length > 0;
			if (entry.error || !needsCall) continue;
			try {
				const { binding, tenant } = replication;
				const isLinked = entry.externalId !== null;
				const key = isLinked
					? keyOfLinked(binding, tenant, link, fields)
					: keyOf(binding, tenant, link.localId, fields);
				records.push({ ref: link.localId, externalId: entry.externalId ?? undefined, key, fields: plan.writes });
			} catch (thrown) {
				entry.error = asCrosslinkError(thrown);
			}
		}
		if (records.length === 0) return undefined;
		const upsert = requireCapability(replication.integration, replication.adapter, 'upsert');
		let results: UpsertResult[];
		try {
			const ours = await this.noteTwoWay(records);
			if (ours.length === 0) return undefined;
			const links = ours.map(({ ref }) => this.entry(ref).link);
			for (const { ref } of ours) this.entry(ref).called = true;
			this.called(links);
			results = await upsert(replication.binding, ours);
		} catch (thrown) {
			return this.failAll(records, thrown);
		}
		for (const result of results) this.take(result);
		for (const record of records) this.failUnanswered(record.ref);
		return results.flatMap((result) => (result.ok ? [] : [result.error])).find(isAboutTheConnection);
	}

	/**
	 * What is sent of fields that the other side may change too is noted before the call; see `ownWrite`. Where nothing could be
	 * noted, another run has the link by now, and no call is made.
	 */
	private async noteTwoWay(records: UpsertRecord[]): Promise<UpsertRecord[]> {
		const { fields } = this.run.replication.binding;
		const twoWay = new Set(fields.filter((rule) => rule.direction === 'both').map(baseKey));
		const lost = await this.note(
			records.map(({ ref }) => {
				const { link, plan } = this.entry(ref);
				return { localId: ref, sent: sentWith(link, plan, (key) => twoWay.has(key)) };
			}),
		);
		return records.filter(({ ref }) => !lost.has(ref));
	}

	/** A run that dies while it associates leaves behind which references the next one has to make sure of. */
	private async noteReferences(touched: TouchedReferences): Promise<ReadonlySet<string>> {
		const lost = await this.note(
			[...touched].map(([localId, references]) => {
				return { localId, sent: sentWithReferences(this.entry(localId).noted, references) };
			}),
		);
		for (const [localId, references] of touched) {
			if (!lost.has(localId)) this.entry(localId).touched = references;
		}
		return lost;
	}

	/**
	 * Keeps with the links what is on its way, before the call.
	 * @returns the local ids of links that are another run's by now; their records fail
	 */
	private async note(onTheirWay: Array<{ localId: string; sent: LinkRow['sent'] }>): Promise<ReadonlySet<string>> {
		const { replication, table } = this.run;
		const notes = onTheirWay.flatMap(({ localId, sent }) => (sent ? [{ localId, sent }] : []));
		const noted = notes.length === 0 ? new Set() : await table.note(replication.tenant, replication.runId, notes);
		const lost = new Set(notes.map(({ localId }) => localId).filter((localId) => !noted.has(localId)));
		for (const { localId, sent } of onTheirWay) {
			if (lost.has(localId)) this.entry(localId).error = leaseLost(replication, localId);
			else this.entry(localId).noted = sent;
		}
		return lost;
	}

	private take(result: UpsertResult): void {
		const entry = this.entry(result.ref);
		if (!result.ok) {
			if (result.error.code === RECORD_GONE) entry.gone = true;
			else entry.error = namedFor(`${this.run.replication.binding.displayName} "${result.ref}"`, result.error);
			return;
		}
		entry.record = result.record;
		entry.externalId = result.record.externalId;
		entry.created = result.created;
	}

	private async associate(executed: Progress[]): Promise<CrosslinkError | undefined> {
		const entries = executed.filter((entry) => !entry.error && !entry.gone && entry.plan.associations.length > 0);
		if (entries.length === 0) return undefined;
		const subjects = entries.map((entry) => ({
			localId: entry.link.localId,
			externalId: entry.externalId as string,
			moves: entry.plan.associations,
		}));
		try {
			const reports = await associateAll(this.run.replication, subjects, (touched) => this.noteReferences(touched));
			for (const entry of entries) {
				const report = reports.get(entry.link.localId);
				if (report === undefined) continue;
				entry.associations = report;
				if (report.error) entry.error = report.error;
			}
			return undefined;
		} catch (thrown) {
			return this.failAll(
				entries.map((entry) => ({ ref: entry.link.localId })),
				thrown,
			);
		}
	}

	/** Cancelled: records without an answer go back as they were, with what was on its way; no attempt counted. */
	private dropUnfinished(): void {
		for (const [localId, entry] of this.progress) {
			if (!entry.error || entry.record !== undefined) continue;
			if (entry.called) entry.cancelled = true;
			else this.progress.delete(localId);
		}
	}

	private failAll(records: Array<{ ref: string }>, thrown: unknown): CrosslinkError | undefined {
		const error = asCrosslinkError(thrown);
		for (const record of records) this.entry(record.ref).error = error;
		return isAboutTheConnection(error) ? error : undefined;
	}

	private failUnanswered(localId: string): void {
		const entry = this.entry(localId);
		if (entry.error || entry.record || entry.gone) return;
		entry.error = new CrosslinkError({
			class: 'unknown',
			code: 'record_unanswered',
			message: `The answer to the batch does not mention ${this.run.replication.binding.entity} "${localId}".`,
			remedy: 'Run it again: the key makes sure that nothing is created twice.',
		});
	}

	private entry(localId: string): Progress {
		const entry = this.progress.get(localId);
		if (entry === undefined) throw new Error(`The adapter answered for "${localId}", which was not in the batch.`);
		return entry;
	}
}

/** What adapters say of an update whose record is not there any more. */
const RECORD_GONE = 'record_gone';

/** Every further record would fail the same way. */
export function isAboutTheConnection(error: CrosslinkError): boolean {
	return error.class === 'auth' || error.class === 'throttled';
}
