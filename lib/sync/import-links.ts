import type { EntityBinding, ExternalRecord } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { Base, LinkChange, LinkUpsertOutcome } from '../store/store';
import { inChunks, linkBusy, withLeases } from './leases';
import { failure, outcomeOf } from './outcome';
import { baseKey } from './plan-field';
import { readExternals } from './read-externals';
import { linkColumns } from './settlement';
import type { ImportItem, Replication, SyncOutcome } from './replication';
import { toLocal } from './transform';

/** Links adopted in one commit, and records read for it. */
const CHUNK = 500;

/**
 * Adopts ids that exist already, in bulk (Import): each record is looked at on the other side, the link is made, and what
 * is there counts as what was last agreed. So the first push after it writes only what really differs. Safe to repeat and
 * to go on with after a break: what is adopted already is `unchanged`.
 * @returns one outcome per item: `created`, `updated` (led elsewhere before) or `unchanged`; `failed` or `conflict` with why
 */
export async function importLinks(replication: Replication, items: ImportItem[]): Promise<SyncOutcome[]> {
	const outcomes: SyncOutcome[] = [];
	for (const chunk of inChunks(items, CHUNK)) {
		replication.signal?.throwIfAborted();
		outcomes.push(...(await importChunk(replication, chunk)));
	}
	return outcomes;
}

async function importChunk(replication: Replication, items: ImportItem[]): Promise<SyncOutcome[]> {
	const { store, tenant, integration, binding } = replication;
	const table = store.links(integration, binding.entity);
	const problems = new Map(items.flatMap((item) => problemOf(item)));
	const usable = items.filter((item) => !problems.has(item));
	let records: Map<string, ExternalRecord>;
	try {
		records = await readExternals(
			replication,
			usable.map((item) => item.externalId),
		);
	} catch (thrown) {
		replication.signal?.throwIfAborted();
		const error = asCrosslinkError(thrown);
		return items.map((item) => failure(replication, item.localId, problems.get(item) ?? error));
	}
	const there = usable.filter((item) => records.has(item.externalId));
	const pairs = there.map((item) => ({
		localId: item.localId,
		// The survivor's id, where the record was merged away since the id was noted.
		externalId: records.get(item.externalId)?.externalId ?? item.externalId,
	}));
	const linked = new Map((await table.upsert(tenant, pairs)).map((outcome) => [outcome.localId, outcome]));
	const adopted = there.flatMap((item) => {
		const outcome = linked.get(item.localId);
		return outcome && outcome.outcome !== 'conflict' && outcome.outcome !== 'unchanged' ? [item] : [];
	});
	const failures = await noteBases(replication, adopted, records);
	return items.map((item) => {
		const problem = problems.get(item) ?? failures.get(item.localId);
		if (problem) return failure(replication, item.localId, problem);
		if (!records.has(item.externalId)) return failure(replication, item.localId, notThere(replication, item));
		return adoption(replication, item, linked.get(item.localId) as LinkUpsertOutcome);
	});
}

/** What the other side holds is the base; a value that does not fit its rule is left out of it. */
async function noteBases(
	replication: Replication,
	items: ImportItem[],
	records: ReadonlyMap<string, ExternalRecord>,
): Promise<Map<string, CrosslinkError>> {
	const { store, tenant, integration, binding, runId } = replication;
	const table = store.links(integration, binding.entity);
	const byLocalId = new Map(items.map((item) => [item.localId, item]));
	const failures = new Map<string, CrosslinkError>();
	const busy = await withLeases(replication, table, [...byLocalId.keys()], CHUNK, async (claimed) => {
		const changes = claimed.map((link): LinkChange => {
			const record = records.get(byLocalId.get(link.localId)?.externalId ?? '') as ExternalRecord;
			return {
				localId: link.localId,
				syncStatus: 'synced',
				base: baseFrom(binding, record),
				mappingVersion: replication.mappingVersion,
				externalVersion: record.version,
				columns: linkColumns(replication, record),
				lastSyncedAt: replication.now(),
				aliases: record.requestedId && record.requestedId !== record.externalId ? [record.requestedId] : [],
			};
		});
		return new Set((await table.settle(tenant, runId, changes)).settled);
	});
	for (const localId of busy) failures.set(localId, linkBusy(localId, binding.entity));
	return failures;
}

function baseFrom(binding: EntityBinding, record: ExternalRecord): Base {
	const base: Base = { local: {}, external: {} };
	for (const rule of binding.fields) {
		const external = record.fields[rule.external];
		if (external === undefined) continue;
		try {
			const local = toLocal(rule, external);
			base.local[baseKey(rule)] = local;
			base.external[baseKey(rule)] = external;
		} catch {
			// Without a base entry the first run compares this field anew.
		}
	}
	return base;
}

function problemOf(item: ImportItem): Array<[ImportItem, CrosslinkError]> {
	const problem = checkId('local id', item.localId) ?? checkId('external id', item.externalId);
	return problem ? [[item, problem]] : [];
}

function notThere({ integration, binding }: Replication, item: ImportItem): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'record_not_found',
		message: `${integration} has no record ${item.externalId} for ${binding.entity} "${item.localId}": deleted, or never there.`,
		remedy: 'Push the record to create it anew, or correct the id and import it again.',
	});
}

function adoption(replication: Replication, item: ImportItem, linked: LinkUpsertOutcome): SyncOutcome {
	const about = { localId: item.localId, externalId: linked.externalId };
	if (linked.outcome !== 'conflict') return outcomeOf(replication, { ...about, outcome: linked.outcome });
	const error = new CrosslinkError({
		class: 'conflict',
		code: 'external_id_taken',
		message: `Record ${linked.externalId} is linked to "${linked.heldBy}" already, so "${item.localId}" cannot have it.`,
		remedy: 'Two local records name one external record: decide which is right, and correct the other.',
	});
	return outcomeOf(replication, { ...about, outcome: 'conflict', error });
}
