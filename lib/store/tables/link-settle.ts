import { assertIds } from '../ids';
import type { Session } from '../dialect';
import { textOf, textOrNull } from '../row-values';
import type { Alongside, LinkChange, SettleResult } from '../store';
import { saveAliases } from './link-alias';
import { assertAlongside, writeAlongside } from './link-alongside';
import { idBatch, linkBatch, slices, sortedUnique, type LinkContext } from './link-context';
import { writeChanges } from './link-write';

interface Held {
	externalId: string | null;
	deleted: boolean;
}

type Taken = SettleResult['taken'];

/**
 * One transaction: our rows are put under lock, external ids that belong to other live links are set aside, the rest
 * is written with one statement per shape. Another transaction that takes an external id between the look and the
 * write breaks the unique index; the whole is then run again, and sees it.
 */
export async function settleLinks(
	context: LinkContext,
	tenant: string,
	leaseOwner: string,
	changes: LinkChange[],
	alongside: Alongside = {},
): Promise<SettleResult> {
	const byLocalId = new Map(changes.map((change) => [change.localId, change]));
	assertIds('local id', byLocalId.keys());
	for (const { externalId, aliases } of byLocalId.values()) {
		if (externalId) assertIds('external id', [externalId]);
		assertIds('alias', aliases ?? []);
	}
	assertAlongside(alongside);
	return await context.database.transaction(
		async (session) => {
			const held = await lockHeld(context, session, tenant, leaseOwner, [...byLocalId.keys()]);
			const ours = [...byLocalId.values()].filter((change) => held.has(change.localId));
			const taken = await findTaken(context, session, tenant, ours, held);
			const refused = new Set(taken.map((conflict) => conflict.localId));
			const settled = ours.filter((change) => !refused.has(change.localId));
			await writeChanges(context, session, tenant, settled);
			await saveAliases(
				context,
				session,
				tenant,
				settled.flatMap((change) => aliasesOf(change, held)),
			);
			await writeAlongside(context, session, tenant, new Set(settled.map((change) => change.localId)), alongside);
			return {
				settled: settled.map((change) => change.localId),
				lost: [...byLocalId.keys()].filter((localId) => !held.has(localId)),
				taken,
			};
		},
		{ retryUnique: true },
	);
}

/** Looked up by id, the lease compared here: by `lease_owner`, which is rare, PostgreSQL would read the whole table. */
async function lockHeld(
	{ dialect, table }: LinkContext,
	session: Session,
	tenant: string,
	leaseOwner: string,
	localIds: string[],
): Promise<Map<string, Held>> {
	const held = new Map<string, Held>();
	for (const slice of slices(sortedUnique(localIds), dialect.sliceRows)) {
		const batch = linkBatch(dialect, tenant, slice, 1);
		const rows = await session.query(
			`SELECT local_id, external_id, sync_status, lease_owner FROM ${table}
			WHERE (tenant, local_id) IN (SELECT b.of_tenant, b.id FROM ${batch.source})
			ORDER BY local_id ${dialect.forUpdate}`,
			batch.parameters,
		);
		for (const row of rows) {
			if (textOrNull(row, 'lease_owner') !== leaseOwner) continue;
			held.set(textOf(row, 'local_id'), {
				externalId: textOrNull(row, 'external_id'),
				deleted: textOf(row, 'sync_status') === 'deleted',
			});
		}
	}
	return held;
}

/** Changes that would give a live link an external id which another live link has, before or after this settle. */
async function findTaken(
	context: LinkContext,
	session: Session,
	tenant: string,
	changes: LinkChange[],
	held: ReadonlyMap<string, Held>,
): Promise<Taken> {
	const claims: Array<{ localId: string; externalId: string }> = [];
	const freed = new Set<string>();
	for (const change of changes) {
		const before = held.get(change.localId);
		if (!before) continue;
		const externalId = change.externalId === undefined ? before.externalId : change.externalId;
		const deleted = change.syncStatus === undefined ? before.deleted : change.syncStatus === 'deleted';
		if (deleted) freed.add(change.localId);
		else if (externalId !== null && (before.deleted || externalId !== before.externalId)) {
			claims.push({ localId: change.localId, externalId });
		}
	}
	const holders = await liveHolders(
		context,
		session,
		tenant,
		claims.map((claim) => claim.externalId),
	);
	const taken: Taken = [];
	for (const claim of claims) {
		const heldBy = holders.get(claim.externalId);
		if (heldBy === undefined || heldBy === claim.localId || freed.has(heldBy)) {
			// Whoever comes second in this very settle finds it taken by the first.
			holders.set(claim.externalId, claim.localId);
		} else taken.push({ ...claim, heldBy });
	}
	return taken;
}

/** External id -> local id of the live link that has it. */
export async function liveHolders(
	{ dialect, table }: LinkContext,
	session: Session,
	tenant: string,
	externalIds: string[],
): Promise<Map<string, string>> {
	const holders = new Map<string, string>();
	for (const slice of slices(sortedUnique(externalIds), dialect.sliceRows)) {
		const batch = idBatch(dialect, slice, 2);
		const rows = await session.query(
			`SELECT link.external_id, link.local_id FROM ${batch.source}
			JOIN ${table} AS link
				ON link.tenant = $1 AND link.external_id = b.id AND link.sync_status <> 'deleted'`,
			[tenant, ...batch.parameters],
		);
		for (const row of rows) holders.set(textOf(row, 'external_id'), textOf(row, 'local_id'));
	}
	return holders;
}

function aliasesOf(change: LinkChange, held: ReadonlyMap<string, Held>) {
	const externalId = change.externalId ?? held.get(change.localId)?.externalId;
	if (!externalId) return [];
	return (change.aliases ?? []).map((alias) => ({ alias, externalId }));
}
