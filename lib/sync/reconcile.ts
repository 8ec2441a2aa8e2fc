import type { ExternalRecord } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { Conflict, LinkRow, LinkTable } from '../store/store';
import { checkBrake } from './brakes';
import { reportDrift, reportGone } from './drift';
import { ownFields } from './own-side';
import { pruneLog } from './prune-log';
import { failure, withoutPatch } from './outcome';
import { planRecord, type RecordPlan } from './plan';
import { pullLinks } from './pull';
import { readExternals } from './read-externals';
import type { PullOutcome, Replication, RunReport } from './replication';
import { findPending } from './run';
import { runRecords } from './run-records';

/** Name of the progress row. */
const KIND = 'reconcile';

export interface ReconcileOptions {
	/** False = only report what differs. */
	repair: boolean;
	/** Begin anew instead of where the last run stopped. */
	restart: boolean;
	/** Links looked at in one step. */
	pageSize: number;
	/** After this many milliseconds no further page is begun; the next run goes on from there. */
	maxMs: number;
}

/** What one page showed and did. */
export interface ReconcilePage {
	/** Only of records that differ from what was last agreed. */
	outcomes: PullOutcome[];
	report: RunReport;
}

/**
 * Compares all links with the other side, page by page (Reconcile). What differs is reported, or repaired by rule: fields
 * your system owns and enforces are written again, what the other side owns is handed out as a patch, a deletion or merge is
 * followed. Position and counts are kept after each page, so that a run that ends early is gone on with; memory holds
 * one page. A record somebody works on meanwhile is compared under its lease and never set back.
 */
export async function* reconcile(replication: Replication, options: ReconcileOptions): AsyncGenerator<ReconcilePage> {
	const { store, tenant, integration, binding } = replication;
	const table = store.links(integration, binding.entity);
	const earlier = await store.progress.get(tenant, integration, binding.entity, KIND);
	const goOn = earlier !== undefined && earlier.finishedAt === null && !options.restart;
	const startedAt = goOn ? earlier.startedAt : replication.now();
	const counts = goOn ? { ...earlier.counts } : {};
	let position = goOn ? earlier.position : null;
	const deadline = Date.now() + options.maxMs;

	for (;;) {
		replication.signal?.throwIfAborted();
		const links = await table.page(tenant, { afterLocalId: position ?? undefined, limit: options.pageSize });
		const outcomes = await reconcilePage(replication, table, links, options.repair, counts);
		position = links.at(-1)?.localId ?? position;
		const finished = links.length < options.pageSize;
		await pruneLog(replication, { always: true });
		const finishedAt = finished ? replication.now() : null;
		await store.progress.save(tenant, integration, binding.entity, KIND, { position, counts, startedAt, finishedAt });
		yield { outcomes, report: { finished, position, counts: { ...counts }, startedAt: startedAt.toISOString() } };
		if (finished || Date.now() > deadline) return;
	}
}

async function reconcilePage(
	replication: Replication,
	table: LinkTable,
	page: LinkRow[],
	repair: boolean,
	counts: Record<string, number>,
): Promise<PullOutcome[]> {
	const links = page.filter((link): link is LinkRow & { externalId: string } => {
		return link.externalId !== null && link.syncStatus !== 'deleted';
	});
	const records = await readExternals(
		replication,
		links.map((link) => link.externalId),
	);
	const differing = await differences(replication, links, records);
	const add = (name: string, value: number): void => {
		counts[name] = (counts[name] ?? 0) + value;
	};
	add('checked', links.length);
	add('missing', links.filter((link) => !records.has(link.externalId)).length);
	add('differing', differing.length);
	if (!repair) return differing.map(({ outcome }) => outcome);

	const missing = differing.filter(({ gone }) => gone).length;
	if (replication.binding.onDelete !== 'ignore')
		await checkBrake(replication, 'deletes', (counts.unlinked ?? 0) + missing);
	const writes = differing.filter(({ push }) => push).length;
	await checkBrake(replication, 'changes', (counts.written ?? 0) + writes);
	const outcomes = await repairAll(replication, table, differing, records);
	add('written', writes);
	add('repaired', outcomes.filter(({ outcome }) => outcome === 'updated').length);
	if (replication.binding.onDelete !== 'ignore') add('unlinked', missing);
	return outcomes;
}

interface Difference {
	link: LinkRow & { externalId: string };
	outcome: PullOutcome;
	gone: boolean;
	/** Something is to be written to the other side. */
	push: boolean;
}

/** Links whose record differs from the base, with the plan that would mend it. Writes nothing. */
async function differences(
	replication: Replication,
	links: Array<LinkRow & { externalId: string }>,
	records: ReadonlyMap<string, ExternalRecord>,
): Promise<Difference[]> {
	const pending = await findPending(replication, links);
	return links.flatMap((link): Difference[] => {
		const record = records.get(link.externalId);
		if (record === undefined) return [{ link, gone: true, push: false, outcome: reportGone(replication, link) }];
		const plan = planOrError(replication, link, record, pending.get(link.localId));
		if (plan instanceof CrosslinkError) {
			return [
				{ link, gone: false, push: false, outcome: withoutPatch(failure(replication, link.localId, plan, link)) },
			];
		}
		const merged = record.externalId !== link.externalId;
		if (plan.changes.length === 0 && plan.conflicts.length === 0 && !merged) return [];
		const push = Object.keys(plan.writes).length > 0;
		return [{ link, gone: false, push, outcome: reportDrift(replication, link, record, plan) }];
	});
}

/** A value kept with the link may not fit its rule any more, when the rule was changed since. */
function planOrError(
	replication: Replication,
	link: LinkRow,
	external: ExternalRecord,
	pending: ReadonlyMap<string, Conflict> | undefined,
): RecordPlan | CrosslinkError {
	try {
		return planRecord(replication.binding, {
			localId: link.localId,
			fields: ownFields(replication.binding, 'lastAgreed', {}, link),
			link,
			external,
			push: true,
			pull: true,
			pending: pending ?? new Map(),
			freeze: replication.freeze,
			now: replication.now(),
		});
	} catch (thrown) {
		return asCrosslinkError(thrown);
	}
}

async function repairAll(
	replication: Replication,
	table: LinkTable,
	differing: Difference[],
	records: ReadonlyMap<string, ExternalRecord>,
): Promise<PullOutcome[]> {
	const toWrite = differing.filter(({ push }) => push);
	const written = await runRecords(
		replication,
		toWrite.map(({ link }) => ({ localId: link.localId, fields: {} })),
		true,
		'lastAgreed',
	);
	const toRead = differing.filter(({ push }) => !push).map(({ link }) => link);
	const pulled = await pullLinks(replication, table, toRead, records);
	return [...written, ...pulled.values()];
}
