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
import { asClaimed } from './sent';

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
		const page = await comparePage(replication, table, position, options.pageSize, counts);
		const outcomes = options.repair
			? await repairPage(replication, table, page.differing, counts)
			: page.differing.map(({ outcome }) => outcome);
		position = page.position;
		const { finished } = page;
		await pruneLog(replication, { always: true });
		const finishedAt = finished ? replication.now() : null;
		await store.progress.save(tenant, integration, binding.entity, KIND, { position, counts, startedAt, finishedAt });
		yield { outcomes, report: { finished, position, counts: { ...counts }, startedAt: startedAt.toISOString() } };
		if (finished || Date.now() > deadline) return;
	}
}

type LiveLink = LinkRow & { externalId: string };

interface Difference {
	link: LiveLink;
	/** As the other side has it; undefined = it is not there any more. */
	record: ExternalRecord | undefined;
	outcome: PullOutcome;
	/** Something is to be written to the other side. */
	push: boolean;
}

interface ComparedPage {
	differing: Difference[];
	/** Local id of the last link looked at. */
	position: string | null;
	/** There are no more links. */
	finished: boolean;
}

/**
 * Compares a page, one call's worth of links at a time, and keeps of it what differs. A whole page in memory would live
 * longer than V8 waits with its young objects: it moves them, and then all like them, to where only a full collection
 * finds them (100,000 links: 100 MB more).
 */
async function comparePage(
	replication: Replication,
	table: LinkTable,
	after: string | null,
	pageSize: number,
	counts: Record<string, number>,
): Promise<ComparedPage> {
	const page: ComparedPage = { differing: [], position: after, finished: false };
	for (let left = pageSize; left > 0 && !page.finished;) {
		replication.signal?.throwIfAborted();
		const limit = Math.min(left, replication.promises.batchSize.read);
		const links = await table.page(replication.tenant, { afterLocalId: page.position ?? undefined, limit });
		page.differing.push(...(await compareLinks(replication, links.map(asClaimed), counts)));
		page.position = links.at(-1)?.localId ?? page.position;
		page.finished = links.length < limit;
		left -= limit;
	}
	return page;
}

/** Links whose record differs from the base, with the plan that would mend it. Writes nothing. */
async function compareLinks(
	replication: Replication,
	all: LinkRow[],
	counts: Record<string, number>,
): Promise<Difference[]> {
	const links = all.filter((link): link is LiveLink => link.externalId !== null && link.syncStatus !== 'deleted');
	const records = await readExternals(
		replication,
		links.map((link) => link.externalId),
	);
	const pending = await findPending(replication, links);
	const differing = links.flatMap((link): Difference[] => {
		const record = records.get(link.externalId);
		if (record === undefined) return [{ link, record, push: false, outcome: reportGone(replication, link) }];
		const plan = planOrError(replication, link, record, pending.get(link.localId));
		if (plan instanceof CrosslinkError) {
			return [{ link, record, push: false, outcome: withoutPatch(failure(replication, link.localId, plan, link)) }];
		}
		const merged = record.externalId !== link.externalId;
		if (plan.changes.length === 0 && plan.conflicts.length === 0 && !merged) return [];
		const push = Object.keys(plan.writes).length > 0;
		return [{ link, record, push, outcome: reportDrift(replication, link, record, plan) }];
	});
	add(counts, 'checked', links.length);
	add(counts, 'missing', differing.filter(isGone).length);
	add(counts, 'differing', differing.length);
	return differing;
}

function isGone({ record }: Difference): boolean {
	return record === undefined;
}

function add(counts: Record<string, number>, name: string, value: number): void {
	counts[name] = (counts[name] ?? 0) + value;
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
			side: 'lastAgreed',
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

async function repairPage(
	replication: Replication,
	table: LinkTable,
	differing: Difference[],
	counts: Record<string, number>,
): Promise<PullOutcome[]> {
	const missing = differing.filter(isGone).length;
	if (replication.binding.onDelete !== 'ignore')
		await checkBrake(replication, 'deletes', (counts.unlinked ?? 0) + missing);
	const toWrite = differing.filter(({ push }) => push);
	await checkBrake(replication, 'changes', (counts.written ?? 0) + toWrite.length);
	const written = await runRecords(
		replication,
		toWrite.map(({ link }) => ({ localId: link.localId, fields: {} })),
		true,
		'lastAgreed',
	);
	const toRead = differing.filter(({ push }) => !push);
	const records = new Map(toRead.flatMap(({ link, record }) => (record ? [[link.externalId, record] as const] : [])));
	const pulled = await pullLinks(
		replication,
		table,
		toRead.map(({ link }) => link),
		records,
	);
	const outcomes = [...written, ...pulled.values()];
	add(counts, 'written', toWrite.length);
	add(counts, 'repaired', outcomes.filter(({ outcome }) => outcome === 'updated').length);
	if (replication.binding.onDelete !== 'ignore') add(counts, 'unlinked', missing);
	return outcomes;
}
