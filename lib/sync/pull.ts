import type { ExternalRecord } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { LinkRow, LinkTable } from '../store/store';
import { inChunks } from './leases';
import { followSurvivors } from './merged-records';
import { failure, outcomeOf, viewOf } from './outcome';
import { fieldsToRead, planPull } from './plan';
import { writeReceipt } from './receipt';
import type { PullItem, PullOutcome, Replication, SyncOutcome } from './replication';

/** Links looked up in one statement. */
const LOOKUP_CHUNK = 1_000;

/**
 * Reads linked records from the other side and says what to write into your system (Pull Fields): one `patch` and one
 * `receipt` per record. Nothing is written anywhere except where the other side has merged a record; the base moves
 * only with `confirm`, so that a flow that dies in between pulls the same again.
 * @returns one outcome per item, in the order of `items`; a record named twice is read once
 */
export async function pull(replication: Replication, items: PullItem[]): Promise<PullOutcome[]> {
	const problems = items.map(idProblem);
	const table = replication.store.links(replication.integration, replication.binding.entity);
	const usable = items.map((item, index) => (problems[index] ? {} : item));
	const links = await findLinks(table, replication.tenant, usable);
	const linked = [...new Map(links.flatMap((link) => (isLive(link) ? [[link.localId, link] as const] : []))).values()];
	const records = await readRecords(replication, linked);
	const corrected = await followSurvivors(replication, table, linked, records);

	return items.map((item, index) => {
		const link = links[index];
		const problem = problems[index];
		if (problem) return withoutPatch(failure(replication, null, problem));
		if (!isLive(link)) return notLinked(replication, item, link);
		const moved = corrected.get(link.localId);
		if (moved instanceof CrosslinkError) return withoutPatch(failure(replication, link.localId, moved, link));
		const record = records.get(link.externalId);
		if (record === undefined || record.deleted) return gone(replication, link);
		return pulled(replication, moved ?? link, record);
	});
}

function pulled(replication: Replication, link: LinkRow, record: ExternalRecord): PullOutcome {
	try {
		const plan = planPull(replication.binding, record, link);
		const receipt =
			plan.moves.length === 0
				? null
				: writeReceipt({
						tenant: replication.tenant,
						integration: replication.integration,
						entity: replication.binding.entity,
						localId: link.localId,
						externalId: record.externalId,
						version: record.version,
						moves: plan.moves,
					});
		const outcome = outcomeOf(replication, {
			outcome: plan.moves.length === 0 ? 'unchanged' : 'updated',
			localId: link.localId,
			externalId: record.externalId,
			changes: plan.changes,
			link: viewOf(link),
		});
		return { ...outcome, patch: plan.patch, receipt };
	} catch (thrown) {
		return withoutPatch(failure(replication, link.localId, asCrosslinkError(thrown), link));
	}
}

function isLive(link: LinkRow | undefined): link is LinkRow & { externalId: string } {
	return link !== undefined && link.externalId !== null && link.syncStatus !== 'deleted';
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

/** What the other side holds now, by the id the link has. */
async function readRecords(replication: Replication, links: LinkRow[]): Promise<Map<string, ExternalRecord>> {
	const records = new Map<string, ExternalRecord>();
	if (links.length === 0) return records;
	const read = requireCapability(replication.integration, replication.adapter, 'read');
	const fields = fieldsToRead(replication.binding);
	for (const chunk of inChunks(links, replication.promises.batchSize.read)) {
		replication.signal?.throwIfAborted();
		const ids = chunk.map((link) => link.externalId as string);
		for (const record of await read(replication.binding, ids, fields)) {
			records.set(record.requestedId ?? record.externalId, record);
		}
	}
	return records;
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
		reason: `${replication.integration} record ${link.externalId} is not there any more: deleted, or out of reach of this connection.`,
	});
	return withoutPatch(outcome);
}

function withoutPatch(outcome: SyncOutcome): PullOutcome {
	return { ...outcome, patch: {}, receipt: null };
}
