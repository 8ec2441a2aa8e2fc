import { assertIds } from '../ids';
import type { ClaimResult, Lease } from '../store';
import { idBatch, slices, sortedUnique, type LinkContext } from './link-context';
import { linkOf } from './link-row';

/**
 * Missing links are inserted and free ones taken by the same statement, so that two runs with the same new record
 * get one link and one lease between them:
 *
 *     run A: insert r1 ............ commit            -> claimed r1
 *     run B:    insert r1 (waits for A) . r1 is leased -> busy r1
 *
 * A lease that has run out is that of a run which died or was too slow, and may have written to the other side by then:
 * the link is in doubt.
 */
export async function claimLinks(
	context: LinkContext,
	tenant: string,
	localIds: string[],
	lease: Lease,
): Promise<ClaimResult> {
	const { database, dialect, table } = context;
	assertIds('local id', localIds);
	const ids = sortedUnique(localIds);
	const claimed = await database.transaction(
		async (session) => {
			const rows = [];
			for (const slice of slices(ids, dialect.sliceRows)) {
				const batch = idBatch(dialect, slice, 4);
				rows.push(
					...(await session.query(
						`INSERT INTO ${table} AS link
							(tenant, local_id, sync_status, attempts, lease_owner, lease_until, created_at, updated_at)
						SELECT $1, b.id, 'pending', 0, $2, ${dialect.later('$3')}, ${dialect.now}, ${dialect.now}
						FROM ${batch.source}
						WHERE true
						ON CONFLICT (tenant, local_id) DO UPDATE
						SET lease_owner = excluded.lease_owner, lease_until = excluded.lease_until,
							in_doubt = CASE WHEN link.lease_owner <> excluded.lease_owner THEN true ELSE link.in_doubt END
						WHERE link.lease_until IS NULL OR link.lease_until <= ${dialect.now}
							OR link.lease_owner = excluded.lease_owner
						RETURNING *`,
						[tenant, lease.owner, lease.seconds, ...batch.parameters],
					)),
				);
			}
			return rows.map(linkOf);
		},
		{ idempotent: true },
	);
	const ours = new Set(claimed.map((link) => link.localId));
	return { claimed, busy: ids.filter((id) => !ours.has(id)) };
}

export async function releaseLinks(
	context: LinkContext,
	tenant: string,
	leaseOwner: string,
	localIds: string[],
): Promise<void> {
	const { database, dialect, table } = context;
	for (const slice of slices(sortedUnique(localIds), dialect.sliceRows)) {
		const batch = idBatch(dialect, slice, 3);
		await database.statement(
			// coalesce: PostgreSQL takes a lease for so rare that it would read the whole table for it.
			`UPDATE ${table} SET lease_owner = NULL, lease_until = NULL
			WHERE tenant = $1 AND coalesce(lease_owner, '') = $2 AND local_id IN (SELECT b.id FROM ${batch.source})`,
			[tenant, leaseOwner, ...batch.parameters],
		);
	}
}
