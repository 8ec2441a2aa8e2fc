import type { Session } from '../dialect';
import { assertIds } from '../ids';
import { textOf } from '../row-values';
import type { LinkUpsertOutcome } from '../store';
import { idBatch, slices, type LinkContext } from './link-context';
import { liveHolders } from './link-settle';

interface Pair {
	localId: string;
	externalId: string;
}

/**
 * Makes or re-points links by hand. Each slice is one transaction and stands when a later one fails; repeating the
 * whole is safe. A link that gets another external id starts over (`pending`, no base) and its lease is broken: the
 * run that holds it knows the wrong record. A link that has this external id already is not touched.
 * An external id is free only when no live link has it before the call: two links cannot swap theirs in one call.
 * @returns one outcome per distinct local id, in the order they first came
 */
export async function upsertLinks(context: LinkContext, tenant: string, links: Pair[]): Promise<LinkUpsertOutcome[]> {
	const { database, dialect } = context;
	const wanted = new Map(links.map((link) => [link.localId, link.externalId]));
	assertIds('local id', wanted.keys());
	assertIds('external id', wanted.values());
	const outcomes = new Map<string, LinkUpsertOutcome>();
	const distinct = keepFirstClaims(wanted, outcomes);

	const staged = database.stage && distinct.length >= database.stage.minRows;
	const size = staged ? (database.stage?.minRows ?? dialect.sliceRows) : dialect.sliceRows;
	for (const slice of slices(distinct, size)) {
		for (const outcome of await upsertSlice(context, tenant, slice, staged === true)) {
			outcomes.set(outcome.localId, outcome);
		}
		await database.breathe();
	}
	return [...wanted.keys()].flatMap((localId) => outcomes.get(localId) ?? []);
}

/** Sorted by local id; of several local ids that want one external id, the first that came gets it. */
function keepFirstClaims(wanted: ReadonlyMap<string, string>, outcomes: Map<string, LinkUpsertOutcome>): Pair[] {
	const claimedBy = new Map<string, string>();
	const kept: Pair[] = [];
	for (const [localId, externalId] of wanted) {
		const heldBy = claimedBy.get(externalId);
		if (heldBy !== undefined) {
			outcomes.set(localId, { localId, externalId, outcome: 'conflict', heldBy });
			continue;
		}
		claimedBy.set(externalId, localId);
		kept.push({ localId, externalId });
	}
	return kept.sort((left, right) => (left.localId < right.localId ? -1 : 1));
}

async function upsertSlice(
	context: LinkContext,
	tenant: string,
	pairs: Pair[],
	staged: boolean,
): Promise<LinkUpsertOutcome[]> {
	return await context.database.transaction(
		async (session) => {
			const stage = staged ? await stagePairs(context, session, pairs) : undefined;
			const holders = stage
				? await holdersOfStaged(context, session, tenant, stage)
				: await liveHolders(
						context,
						session,
						tenant,
						pairs.map((pair) => pair.externalId),
					);
			const conflicts = pairs.flatMap((pair): LinkUpsertOutcome[] => {
				const heldBy = holders.get(pair.externalId);
				return heldBy === undefined || heldBy === pair.localId ? [] : [{ ...pair, outcome: 'conflict', heldBy }];
			});
			const refused = new Set(conflicts.map((conflict) => conflict.localId));
			const free = pairs.filter((pair) => !refused.has(pair.localId));
			if (stage && refused.size > 0) await unstage(context, session, stage, [...refused]);
			const written = await write(context, session, tenant, free, stage);
			return [
				...conflicts,
				...free.map((pair): LinkUpsertOutcome => ({ ...pair, outcome: written.get(pair.localId) ?? 'unchanged' })),
			];
		},
		{ retryUnique: true, idempotent: true },
	);
}

/** @returns what was written; a link that is not in it had this external id already */
async function write(
	context: LinkContext,
	session: Session,
	tenant: string,
	pairs: Pair[],
	stage: string | undefined,
): Promise<Map<string, 'created' | 'updated'>> {
	const { dialect, table } = context;
	if (pairs.length === 0) return new Map();
	const existing = dialect.insertedFlag ? undefined : await existingIds(context, session, tenant, pairs);
	const batch = stage
		? { source: `(SELECT id, external_id FROM ${stage} ORDER BY id COLLATE "C") AS b`, parameters: [] }
		: dialect.batch(
				{ id: 'text', external_id: 'text' },
				pairs.map((pair) => [pair.localId, pair.externalId]),
				2,
			);
	const rows = await session.query(
		`INSERT INTO ${table} AS link (tenant, local_id, external_id, sync_status, attempts, created_at, updated_at)
		SELECT $1, b.id, b.external_id, 'pending', 0, ${dialect.now}, ${dialect.now}
		FROM ${batch.source}
		WHERE true
		ON CONFLICT (tenant, local_id) DO UPDATE SET
			external_id = excluded.external_id, sync_status = 'pending', updated_at = excluded.updated_at,
			base = NULL, base_hash = NULL, mapping_version = NULL, external_version = NULL, pushed_version = NULL,
			unsent = NULL, flips = NULL, sent = NULL, in_doubt = NULL, handed = NULL,
			last_error = NULL, error_code = NULL, attempts = 0, next_attempt_at = NULL,
			lease_owner = NULL, lease_until = NULL
		WHERE link.external_id IS DISTINCT FROM excluded.external_id OR link.sync_status = 'deleted'
		RETURNING local_id ${dialect.insertedFlag ? `, ${dialect.insertedFlag} AS inserted` : ''}`,
		[tenant, ...batch.parameters],
	);
	return new Map(
		rows.map((row) => {
			const localId = textOf(row, 'local_id');
			const inserted = existing ? !existing.has(localId) : row.inserted === true;
			return [localId, inserted ? 'created' : 'updated'] as const;
		}),
	);
}

async function existingIds(
	{ dialect, table }: LinkContext,
	session: Session,
	tenant: string,
	pairs: Pair[],
): Promise<Set<string>> {
	const batch = idBatch(
		dialect,
		pairs.map((pair) => pair.localId),
		2,
	);
	const rows = await session.query(
		`SELECT link.local_id FROM ${batch.source} JOIN ${table} AS link ON link.tenant = $1 AND link.local_id = b.id`,
		[tenant, ...batch.parameters],
	);
	return new Set(rows.map((row) => textOf(row, 'local_id')));
}

async function stagePairs(context: LinkContext, session: Session, pairs: Pair[]): Promise<string> {
	const { stage } = context.database;
	if (!stage) throw new TypeError(`${context.dialect.kind} has no way to stage rows.`);
	return await stage.rows(
		session,
		['id', 'external_id'],
		pairs.map((pair) => [pair.localId, pair.externalId]),
	);
}

async function holdersOfStaged(
	{ table }: LinkContext,
	session: Session,
	tenant: string,
	stage: string,
): Promise<Map<string, string>> {
	const rows = await session.query(
		`SELECT link.external_id, link.local_id FROM ${stage} AS b
		JOIN ${table} AS link ON link.tenant = $1 AND link.external_id = b.external_id
			AND link.sync_status <> 'deleted' AND link.local_id <> b.id`,
		[tenant],
	);
	return new Map(rows.map((row) => [textOf(row, 'external_id'), textOf(row, 'local_id')]));
}

async function unstage({ dialect }: LinkContext, session: Session, stage: string, ids: string[]): Promise<void> {
	const batch = idBatch(dialect, ids, 1);
	await session.query(`DELETE FROM ${stage} WHERE id IN (SELECT b.id FROM ${batch.source})`, batch.parameters);
}
