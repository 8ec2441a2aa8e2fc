import { CrosslinkError } from '../../lib/errors';
import type { LinkTable, Store } from '../../lib/store/store';

export interface StoreFaults {
	/** Awaited before and after every statement; a place to be killed at. */
	pass(place: string): Promise<void>;
	/** Asked for every statement: the store fails before it, or after it has done it. */
	fault(): 'before' | 'after' | undefined;
	/** Asked for every claim: the lease runs out at once, as when a batch takes too long. */
	lapse(): boolean;
}

/** Local ids a run holds leases of, by table and run, to let them run out when it is killed. */
export type HeldLeases = Map<string, Set<string>>;

const heldBy = (table: LinkTable, owner: string): string => `${table.name} ${owner}`;

/** The real store, with places to stop at and faults before and after every statement. */
export function faultyStore(store: Store, faults: StoreFaults, held: HeldLeases): Store {
	async function statement<T>(name: string, work: () => Promise<T>): Promise<T> {
		await faults.pass(`before ${name}`);
		const fault = faults.fault();
		if (fault === 'before') throw storeFailed(name, false);
		const result = await work();
		await faults.pass(`after ${name}`);
		if (fault === 'after') throw storeFailed(name, true);
		return result;
	}

	function links(integration: string, entity: string): LinkTable {
		const table = store.links(integration, entity);
		return {
			name: table.name,
			findByLocalIds: (...args) => statement('findByLocalIds', () => table.findByLocalIds(...args)),
			findByExternalIds: (...args) => statement('findByExternalIds', () => table.findByExternalIds(...args)),
			claim: (tenant, localIds, lease) =>
				statement('claim', async () => {
					const seconds = faults.lapse() ? -1 : lease.seconds;
					const result = await table.claim(tenant, localIds, { ...lease, seconds });
					const ours = held.get(heldBy(table, lease.owner)) ?? new Set<string>();
					for (const { localId } of result.claimed) ours.add(localId);
					held.set(heldBy(table, lease.owner), ours);
					return result;
				}),
			settle: (tenant, owner, ...rest) =>
				statement('settle', async () => {
					const result = await table.settle(tenant, owner, ...rest);
					for (const localId of [...result.settled, ...result.lost]) held.get(heldBy(table, owner))?.delete(localId);
					return result;
				}),
			note: (...args) => statement('note', () => table.note(...args)),
			release: (tenant, owner, localIds) =>
				statement('release', async () => {
					await table.release(tenant, owner, localIds);
					for (const localId of localIds) held.get(heldBy(table, owner))?.delete(localId);
				}),
			doubt: (tenant, localIds) =>
				statement('doubt', async () => {
					await table.doubt(tenant, localIds);
					for (const ids of held.values()) for (const localId of localIds) ids.delete(localId);
				}),
			upsert: (...args) => statement('upsert', () => table.upsert(...args)),
			troubled: (...args) => statement('troubled', () => table.troubled(...args)),
			page: (...args) => statement('page', () => table.page(...args)),
			pageOfIds: (...args) => statement('pageOfIds', () => table.pageOfIds(...args)),
			due: (...args) => statement('due', () => table.due(...args)),
			countByStatus: (...args) => statement('countByStatus', () => table.countByStatus(...args)),
		};
	}

	return { ...store, links };
}

/** What time does to the leases of a run that is no more: claimed once more in its name, for a time that is over. */
export async function expireLeases(table: LinkTable, tenant: string, held: HeldLeases, owner: string): Promise<void> {
	const ids = [...(held.get(heldBy(table, owner)) ?? [])];
	held.delete(heldBy(table, owner));
	const links = await table.findByLocalIds(tenant, ids);
	const still = links.filter((link) => link.leaseOwner === owner).map((link) => link.localId);
	if (still.length > 0) await table.claim(tenant, still, { owner, seconds: -1 });
}

function storeFailed(name: string, done: boolean): CrosslinkError {
	return new CrosslinkError({
		class: done ? 'unknown' : 'transient',
		code: done ? 'store_commit_unknown' : 'store_unreachable',
		message: `The simulated store failed in ${name}.`,
		remedy: 'Run it again.',
	});
}
