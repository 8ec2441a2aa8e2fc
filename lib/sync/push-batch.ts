import { requireCapability } from '../adapters/capability';
import type { UpsertRecord, UpsertResult } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { LinkChange, LinkRow, LinkTable } from '../store/store';
import { associateAll } from './associations';
import { keyOf } from './key';
import { failureChange } from './outcome';
import type { PushPlan } from './plan';
import { externalIdTaken, leaseLost } from './push-errors';
import { changeOf, settlementOutcome, type Progress, type PushEntry } from './push-settlement';
import type { Replication, SyncOutcome } from './replication';

/**
 * One batch of a push: one upsert, one association step, one commit. The order matters for a crash at any point:
 * links are committed before `run`, and nothing the other side has taken is forgotten by more than this batch,
 * which the key makes harmless to repeat.
 */
export class PushBatch {
	private readonly progress = new Map<string, Progress>();

	constructor(
		private readonly replication: Replication,
		private readonly table: LinkTable,
		private readonly outcomes: Map<string, SyncOutcome>,
	) {}

	add(entry: PushEntry): void {
		this.progress.set(entry.link.localId, {
			...entry,
			externalId: entry.link.externalId,
			created: false,
			associations: { done: [], waiting: [] },
		});
	}

	/** A record whose plan could not be made; its link will carry the reason. */
	fail(link: LinkRow, error: CrosslinkError): void {
		const plan: PushPlan = {
			localId: link.localId,
			kind: 'none',
			writes: {},
			acknowledge: [],
			agreed: { local: {}, external: {} },
			changes: [],
			conflicts: [],
			associations: [],
		};
		this.add({ link, plan, fields: {} });
		this.markFailed(link.localId, error);
	}

	/** Makes the calls. Returns the error that makes further batches pointless, if there was one. */
	async run(): Promise<CrosslinkError | undefined> {
		const halting = await this.upsert();
		if (halting) return halting;
		return await this.associate();
	}

	/** Commits what `run` learnt and turns it into outcomes; returns the local ids whose leases are gone. */
	async settle(): Promise<ReadonlySet<string>> {
		if (this.replication.signal?.aborted) this.dropUnfinished();
		if (this.progress.size === 0) return new Set();
		const { tenant, runId } = this.replication;
		const changes = new Map(
			[...this.progress.values()].map((entry) => [entry.link.localId, changeOf(this.replication, entry)]),
		);
		const result = await this.table.settle(tenant, runId, [...changes.values()]);
		const settled = new Set(result.settled);
		for (const lost of result.lost) this.markFailed(lost, leaseLost(this.replication, lost));
		if (result.taken.length > 0) {
			const corrections = result.taken.map((taken) => {
				const entry = this.entry(taken.localId);
				this.markFailed(taken.localId, externalIdTaken(this.replication, taken));
				entry.externalId = entry.link.externalId;
				const change = failureChange(this.replication, entry.link, entry.error as CrosslinkError);
				changes.set(taken.localId, change);
				return change;
			});
			for (const localId of (await this.table.settle(tenant, runId, corrections)).settled) settled.add(localId);
		}
		for (const entry of this.progress.values()) {
			this.outcomes.set(
				entry.link.localId,
				settlementOutcome(this.replication, entry, changes.get(entry.link.localId) as LinkChange),
			);
		}
		return settled;
	}

	private async upsert(): Promise<CrosslinkError | undefined> {
		const records: UpsertRecord[] = [];
		for (const { link, plan, fields, error } of this.progress.values()) {
			const needsCall = plan.kind === 'create' || Object.keys(plan.writes).length > 0;
			if (error || !needsCall) continue;
			try {
				const key = keyOf(this.replication.binding, this.replication.tenant, link.localId, fields);
				records.push({ ref: link.localId, externalId: link.externalId ?? undefined, key, fields: plan.writes });
			} catch (thrown) {
				this.markFailed(link.localId, asCrosslinkError(thrown));
			}
		}
		if (records.length === 0) return undefined;
		const upsert = requireCapability(this.replication.integration, this.replication.adapter, 'upsert');
		let results: UpsertResult[];
		try {
			results = await upsert(this.replication.binding, records);
		} catch (thrown) {
			return this.failAll(records, thrown);
		}
		for (const result of results) this.take(result);
		for (const record of records) this.failUnanswered(record.ref);
		return results.flatMap((result) => (result.ok ? [] : [result.error])).find(isAboutTheConnection);
	}

	private take(result: UpsertResult): void {
		const entry = this.entry(result.ref);
		if (!result.ok) {
			entry.error = result.error;
			return;
		}
		entry.record = result.record;
		entry.externalId = result.record.externalId;
		entry.created = result.created;
	}

	private async associate(): Promise<CrosslinkError | undefined> {
		const entries = [...this.progress.values()].filter((entry) => !entry.error && entry.plan.associations.length > 0);
		if (entries.length === 0) return undefined;
		const subjects = entries.map((entry) => ({
			localId: entry.link.localId,
			externalId: entry.externalId as string,
			moves: entry.plan.associations,
		}));
		try {
			const reports = await associateAll(this.replication, subjects);
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

	/** Cancelled: records without an answer go back as they were, no attempt counted. */
	private dropUnfinished(): void {
		for (const [localId, entry] of this.progress) {
			if (entry.error && entry.record === undefined) this.progress.delete(localId);
		}
	}

	private failAll(records: Array<{ ref: string }>, thrown: unknown): CrosslinkError | undefined {
		const error = asCrosslinkError(thrown);
		for (const record of records) this.markFailed(record.ref, error);
		return isAboutTheConnection(error) ? error : undefined;
	}

	private failUnanswered(localId: string): void {
		const entry = this.entry(localId);
		if (entry.error || entry.record) return;
		entry.error = new CrosslinkError({
			class: 'unknown',
			code: 'record_unanswered',
			message: `The answer to the batch does not mention ${this.replication.binding.entity} "${localId}".`,
			remedy: 'Run it again: the key makes sure that nothing is created twice.',
		});
	}

	private markFailed(localId: string, error: CrosslinkError): void {
		this.entry(localId).error = error;
	}

	private entry(localId: string): Progress {
		const entry = this.progress.get(localId);
		if (entry === undefined) throw new Error(`The adapter answered for "${localId}", which was not in the batch.`);
		return entry;
	}
}

/** Every further record would fail the same way. */
export function isAboutTheConnection(error: CrosslinkError): boolean {
	return error.class === 'auth' || error.class === 'throttled';
}
