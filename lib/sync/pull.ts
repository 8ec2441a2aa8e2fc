import type { ExternalRecord } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { Conflict, LinkRow, LinkTable } from '../store/store';
import { fieldConflict, goneText } from './errors';
import { inChunks } from './leases';
import { followSurvivors } from './merged-records';
import { failure, outcomeOf, viewOf, withoutPatch } from './outcome';
import { handOut, patchOutcome } from './patch';
import { planRecord, type RecordPlan } from './plan';
import { noteHanded } from './note-handed';
import { noteFindings, type Finding } from './pull-findings';
import { readExternals } from './read-externals';
import type { OwnRecord } from './own-records';
import type { PullItem, PullOutcome, Replication } from './replication';
import { findPending } from './run';
import { viewOfConflict } from './settlement-outcome';

/** Links looked up in one statement. */
const LOOKUP_CHUNK = 1_000;

/** A link that can be read on the other side. */
type Readable = LinkRow & { externalId: string };

/**
 * Reads linked records from the other side and says what to write into your system (Pull Fields): one `patch` and one
 * `receipt` per record. The base moves only with `confirm`, so that a flow that dies in between pulls the same again;
 * what is noted at once is a merge, a deletion the policy follows, a restore, and a field that flips to and fro.
 * @param readHere reads your side of the records by local id; left out = it is not known to this run
 * @returns one outcome per item, in the order of `items`; a record named twice is read once
 */
export async function pull(
	replication: Replication,
	items: PullItem[],
	readHere?: (localIds: string[]) => Promise<ReadonlyMap<string, OwnRecord>>,
): Promise<PullOutcome[]> {
	const problems = items.map(idProblem);
	const table = replication.store.links(replication.integration, replication.binding.entity);
	const usable = items.map((item, index) => (problems[index] ? {} : item));
	const links = await findLinks(table, replication.tenant, usable);
	const readable = [...new Map(links.flatMap((link) => (isReadable(link) ? [[link.localId, link]] : []))).values()];
	const here = await readHere?.(readable.map((link) => link.localId));
	const records = await readExternals(
		replication,
		readable.map((link) => link.externalId),
	);
	const outcomes = await pullLinks(replication, table, readable, records, here);
	return items.map((item, index) => {
		const problem = problems[index];
		if (problem) return withoutPatch(failure(replication, null, problem));
		const link = links[index];
		const outcome = link === undefined ? undefined : outcomes.get(link.localId);
		return outcome ?? notLinked(replication, item, link);
	});
}

/** The pull of links whose records were read already: each its outcome, by local id. */
export async function pullLinks(
	replication: Replication,
	table: LinkTable,
	links: Readable[],
	records: ReadonlyMap<string, ExternalRecord>,
	here: ReadonlyMap<string, OwnRecord> = new Map(),
): Promise<Map<string, PullOutcome>> {
	const pending = await findPending(replication, links);
	const moved = await followSurvivors(replication, table, links.filter(isLive), records);
	const outcomes = new Map<string, PullOutcome>();
	const findings: Finding[] = [];
	const plans = new Map<string, RecordPlan>();
	for (const before of links) {
		const link = moved.get(before.localId) ?? before;
		const record = records.get(before.externalId);
		if (link instanceof CrosslinkError) {
			outcomes.set(before.localId, withoutPatch(failure(replication, before.localId, link, before)));
		} else if (record === undefined) {
			if (isLive(link) && replication.binding.onDelete !== 'ignore') findings.push({ link, kind: 'gone' });
			outcomes.set(link.localId, gone(replication, link));
		} else {
			if (!isLive(link)) findings.push({ link, kind: 'back' });
			const known = { pending: pending.get(link.localId), here: here.get(link.localId) };
			outcomes.set(link.localId, pulled(replication, link, record, known, findings, plans));
		}
	}
	await noteFindings(replication, table, findings);
	await noteHanded(replication, table, plans);
	return outcomes;
}

function pulled(
	replication: Replication,
	link: LinkRow,
	record: ExternalRecord,
	{ pending, here }: { pending?: ReadonlyMap<string, Conflict>; here?: OwnRecord },
	findings: Finding[],
	plans: Map<string, RecordPlan>,
): PullOutcome {
	try {
		const plan = planRecord(replication.binding, {
			localId: link.localId,
			fields: here?.fields,
			localModifiedAt: here?.modifiedAt ?? undefined,
			link,
			external: record,
			push: false,
			pull: true,
			pending: pending ?? new Map(),
			freeze: replication.freeze,
			now: replication.now(),
		});
		plans.set(link.localId, plan);
		if (plan.conflicts.length === 0) return patchOutcome(replication, link, plan, record);
		findings.push({ link, kind: 'conflict', plan });
		return inConflict(replication, link, record, plan);
	} catch (thrown) {
		return withoutPatch(failure(replication, link.localId, asCrosslinkError(thrown), link));
	}
}

function inConflict(replication: Replication, link: LinkRow, record: ExternalRecord, plan: RecordPlan): PullOutcome {
	const names = plan.conflicts.map(({ rule }) => rule.local);
	const outcome = outcomeOf(replication, {
		outcome: 'conflict',
		localId: link.localId,
		externalId: record.externalId,
		changes: plan.changes,
		link: { ...viewOf(link), syncStatus: 'conflict' },
		error: fieldConflict(replication, link.localId, names),
	});
	const conflicts = plan.conflicts.map((conflict) => viewOfConflict(conflict, link));
	return { ...outcome, conflicts, ...handOut(replication, link.localId, record.externalId, plan, record.version) };
}

function isLive(link: LinkRow): boolean {
	return link.syncStatus !== 'deleted';
}

/** A link that ended because its record was deleted is looked at again: the record may have been restored. */
function isReadable(link: LinkRow | undefined): link is Readable {
	if (link === undefined || link.externalId === null) return false;
	return isLive(link) || link.errorCode === 'external_gone';
}

function idProblem(item: PullItem): CrosslinkError | undefined {
	if (item.externalId) return checkId('external id', item.externalId);
	return item.localId ? checkId('local id', item.localId) : undefined;
}

/** Each item's link, by external id where it names one, otherwise by local id. */
async function findLinks(table: LinkTable, tenant: string, items: PullItem[]): Promise<Array<LinkRow | undefined>> {
	const externalIds = items.flatMap((item) => (item.externalId ? [item.externalId] : []));
	const localIds = items.flatMap((item) => (!item.externalId && item.localId ? [item.localId] : []));
	const byExternal = new Map<string, LinkRow>();
	const byLocal = new Map<string, LinkRow>();
	for (const chunk of inChunks([...new Set(externalIds)], LOOKUP_CHUNK)) {
		for (const [id, link] of await table.findByExternalIds(tenant, chunk)) byExternal.set(id, link);
	}
	for (const chunk of inChunks([...new Set(localIds)], LOOKUP_CHUNK)) {
		for (const link of await table.findByLocalIds(tenant, chunk)) byLocal.set(link.localId, link);
	}
	return items.map((item) => (item.externalId ? byExternal.get(item.externalId) : byLocal.get(item.localId ?? '')));
}

function notLinked(replication: Replication, item: PullItem, link: LinkRow | undefined): PullOutcome {
	const { entity, displayName } = replication.binding;
	if (!item.externalId && !item.localId) {
		const error = new CrosslinkError({
			class: 'rejected',
			code: 'id_missing',
			message: `An item to pull (${entity}) names neither an external id nor a local id.`,
			remedy: 'Set "External ID", for example {{ $json.externalId }} behind a Crosslink Trigger, or "Local ID".',
		});
		return withoutPatch(failure(replication, null, error));
	}
	const name = item.externalId
		? `${replication.integration} record ${item.externalId}`
		: `${displayName} "${item.localId}"`;
	const outcome = outcomeOf(replication, {
		outcome: 'skipped',
		localId: link?.localId ?? item.localId ?? null,
		externalId: item.externalId ?? null,
		link: link ? viewOf(link) : null,
		reason: `${name} is not linked to any ${entity} of tenant "${replication.tenant}" yet.`,
	});
	return withoutPatch(outcome);
}

function gone(replication: Replication, link: LinkRow): PullOutcome {
	const outcome = outcomeOf(replication, {
		outcome: 'skipped',
		localId: link.localId,
		externalId: link.externalId,
		link: viewOf(link),
		reason: goneText(replication, link),
	});
	const follow = replication.binding.onDelete === 'archive';
	return { ...withoutPatch(outcome), ...(follow ? { deleted: true as const } : {}) };
}
