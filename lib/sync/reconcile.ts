import type { ExternalRecord } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { Conflict, LinkIds, LinkRow, LinkTable } from '../store/store';
import { checkBrake } from './brakes';
import { reportDrift, reportGone } from './drift';
import { ownFields } from './own-side';
import { pruneLog } from './prune-log';
import { failure, withoutPatch } from './outcome';
import { planRecord, type RecordPlan } from './plan';
import { pullLinks } from './pull';
import { readExternals } from './read-externals';
import type { PullOutcome, Replication, RunReport } from './replication';
import { findLinks, findPending } from './run';
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
		const page = await comparePage(replication, table, position, options, counts);
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
type LiveIds = LinkIds & { externalId: string };

interface Difference {
	outcome: PullOutcome;
	/** The record is not there any more. */
	gone: boolean;
	/** What a repair goes by; a report keeps none of it, see {@link comparePage}. */
	mend?: {
		link: LiveLink;
		/** As the other side has it; undefined = it is gone. */
		record: ExternalRecord | undefined;
		/** Something is to be written to the other side. */
		push: boolean;
	};
}

interface ComparedPage {
	differing: Difference[];
	/** Local id of the last link looked at. */
	position: string | null;
	/** There are no more links. */
	finished: boolean;
}

/**
 * Compares a page, one call's worth of links at a time, and keeps of it what differs, of a report the words alone. Links that
 * are in memory during a call, or differing ones for a page, make V8 put all their like where only a full collection finds
 * them (100,000 links: the process grew by 140 MB instead of 70). Therefore the ids are read before the call, the links
 * after it.
 */
async function comparePage(
	replication: Replication,
	table: LinkTable,
	after: string | null,
	{ pageSize, repair }: Pick<ReconcileOptions, 'pageSize' | 'repair'>,
	counts: Record<string, number>,
): Promise<ComparedPage> {
	const page: ComparedPage = { differing: [], position: after, finished: false };
	for (let left = pageSize; left > 0 && !page.finished;) {
		replication.signal?.throwIfAborted();
		const limit = Math.min(left, replication.promises.batchSize.read);
		const ids = await table.pageOfIds(replication.tenant, { afterLocalId: page.position ?? undefined, limit });
		const differing = await compareLinks(replication, table, ids, counts);
		page.differing.push(...(repair ? differing : differing.map(({ outcome, gone }) => ({ outcome, gone }))));
		page.position = ids.at(-1)?.localId ?? page.position;
		page.finished = ids.length < limit;
		left -= limit;
	}
	return page;
}

/** Links whose record differs from the base, with the plan that would mend it. Writes nothing. */
async function compareLinks(
	replication: Replication,
	table: LinkTable,
	all: LinkIds[],
	counts: Record<string, number>,
): Promise<Difference[]> {
	const wanted = all.filter((ids): ids is LiveIds => ids.externalId !== null && ids.syncStatus !== 'deleted');
	const records = await readExternals(
		replication,
		wanted.map(({ externalId }) => externalId),
	);
	const links = await unmovedLinks(replication, table, wanted);
	const pending = await findPending(replication, links);
	const differing = links.flatMap((link): Difference[] => {
		const record = records.get(link.externalId);
		const different = (outcome: PullOutcome, push = false): Difference[] => {
			return [{ outcome, gone: record === undefined, mend: { link, record, push } }];
		};
		if (record === undefined) return different(reportGone(replication, link));
		const plan = planOrError(replication, link, record, pending.get(link.localId));
		if (plan instanceof CrosslinkError) {
			return different(withoutPatch(failure(replication, link.localId, plan, link)));
		}
		const merged = record.externalId !== link.externalId;
		if (plan.changes.length === 0 && plan.conflicts.length === 0 && !merged) return [];
		return different(reportDrift(replication, link, record, plan), Object.keys(plan.writes).length > 0);
	});
	add(counts, 'checked', wanted.length);
	add(counts, 'missing', differing.filter(({ gone }) => gone).length);
	add(counts, 'differing', differing.length);
	return differing;
}

/**
 * The links that are as they were when their records were read. Against a link that has moved since, an older record
 * would look like an edit; whoever moved it has looked at both sides.
 */
async function unmovedLinks(replication: Replication, table: LinkTable, before: LiveIds[]): Promise<LiveLink[]> {
	const localIds = before.map(({ localId }) => localId);
	const now = await findLinks(table, replication.tenant, localIds);
	return before.flatMap((ids) => {
		const link = now.get(ids.localId);
		return isUnmoved(link, ids) ? [asClaimed(link)] : [];
	});
}

function isUnmoved(link: LinkRow | undefined, before: LiveIds): link is LiveLink {
	if (link === undefined || link.syncStatus === 'deleted') return false;
	return link.externalId === before.externalId && link.baseHash === before.baseHash;
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
	const missing = differing.filter(({ gone }) => gone).length;
	if (replication.binding.onDelete !== 'ignore')
		await checkBrake(replication, 'deletes', (counts.unlinked ?? 0) + missing);
	const mends = differing.flatMap(({ mend }) => mend ?? []);
	const toWrite = mends.filter(({ push }) => push);
	await checkBrake(replication, 'changes', (counts.written ?? 0) + toWrite.length);
	const written = await runRecords(
		replication,
		toWrite.map(({ link }) => ({ localId: link.localId, fields: {} })),
		true,
		'lastAgreed',
	);
	const toRead = mends.filter(({ push }) => !push);
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
