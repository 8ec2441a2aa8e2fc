import type { Replication } from '../../lib/sync/replication';
import type { LinkTable, Store } from '../../lib/store/store';

/**
 * Lets a run go up to its settle and no further, as a process that is killed there: none of its `finally` blocks run.
 * Then its leases run out.
 */
export async function dieBeforeSettle(
	replication: Replication,
	work: (dying: Replication) => Promise<unknown>,
): Promise<void> {
	const { store, tenant, integration, binding, runId } = replication;
	const table = store.links(integration, binding.entity);
	await new Promise<void>((resolve, reject) => {
		const dying: LinkTable = {
			...table,
			settle: () => {
				resolve();
				return new Promise(() => undefined);
			},
		};
		const links: Store['links'] = (name, entity) => (entity === binding.entity ? dying : store.links(name, entity));
		work({ ...replication, store: { ...store, links } }).then(
			() => reject(new Error('the run ended without a settle')),
			reject,
		);
	});
	const held = (await table.page(tenant, { limit: 1_000 })).filter((link) => link.leaseOwner === runId);
	await table.claim(
		tenant,
		held.map((link) => link.localId),
		{ owner: runId, seconds: -1 },
	);
}
