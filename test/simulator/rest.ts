import { sameValue, valueAt } from '../../lib/sync/fields';
import { baseOf } from '../../lib/sync/plan-field';
import { faultOf } from './check-field';
import { pullFlow, pushFlow, reconcileFlow, retryFlow, syncFlow, type Site } from './flows';
import { doubledReferred, referenceFaults, REFERENCES, referredFlow } from './references';
import type { World } from './world';

/** Full passes after which everything must be still. */
const MOST_PASSES = 10;

/** No more edits, no more faults: everything is looked at until nothing changes. Returns what is wrong then. */
export async function bringToRest(world: World): Promise<string[]> {
	world.calm = true;
	world.scheduler.interleave = false;
	await world.mend();
	const ids = [...world.local.records.keys()];
	for (let pass = 1; ; pass++) {
		world.now += 100_000;
		world.note(`pass ${pass}`);
		const before = await fingerprint(world);
		for (const reference of REFERENCES)
			await complete(world, [...reference.ids], (site) => referredFlow(site, reference));
		await complete(world, ids, (site) => syncFlow(site, ids));
		await complete(world, ids, (site) => pullFlow(site, ids));
		await complete(world, ids, (site) => retryFlow(site));
		await complete(world, ids, (site) => reconcileFlow(site, true));
		let decided = false;
		while (await world.decide()) decided = true;
		if (!decided && (await fingerprint(world)) === before) break;
		if (pass === MOST_PASSES) return [`does not come to rest in ${MOST_PASSES} passes`];
	}
	return [
		...(await stillness(world, ids)),
		...(await faultsAtRest(world, ids)),
		...doubledReferred(world),
		...boundedness(world),
	];
}

async function complete(world: World, ids: string[], flow: (site: Site) => Promise<void>): Promise<void> {
	const task = world.run('rest', ids, flow);
	await world.scheduler.quiet();
	if (task.failure) throw task.failure;
}

/** Everything that a pass may change. */
async function fingerprint({ local, remote, table, tenant }: World): Promise<string> {
	const links = await table.page(tenant, { limit: 1_000 });
	return JSON.stringify([
		[...local.records.values()],
		[...remote.records.values()].map(({ id, version }) => [id, version]),
		links.map(({ localId, externalId, syncStatus, baseHash }) => [localId, externalId, syncStatus, baseHash]),
	]);
}

/** A further pass writes nothing, and a push of what is linked makes no call. */
async function stillness(world: World, ids: string[]): Promise<string[]> {
	const faults: string[] = [];
	const links = await world.table.findByLocalIds(world.tenant, ids);
	const synced = links.filter((link) => link.syncStatus === 'synced').map((link) => link.localId);
	// Rules that have to see the other side on every push.
	const looks = world.rules.some(
		({ direction, strength, policy }) => direction !== 'pull' && (strength === 'enforced' || policy === 'onlyIfEmpty'),
	);
	const { calls, writes } = world.counts;
	await complete(world, ids, (site) => pushFlow(site, synced));
	if (!looks && world.counts.calls > calls)
		faults.push(`a push of unchanged records made ${world.counts.calls - calls} calls`);
	await complete(world, ids, (site) => syncFlow(site, ids));
	await complete(world, ids, (site) => reconcileFlow(site, true));
	if (world.counts.writes > writes) faults.push(`a further pass wrote ${world.counts.writes - writes} records`);
	return faults;
}

async function faultsAtRest(world: World, ids: string[]): Promise<string[]> {
	const faults: string[] = [];
	const links = new Map((await world.table.findByLocalIds(world.tenant, ids)).map((link) => [link.localId, link]));
	const conflicts = await world.store.conflicts.page(world.tenant, {}, { limit: 1_000 });
	// Deleted before its create was known to have succeeded, and known a moment later: not made anew then.
	for (const id of world.lostUnknown) if (world.recordOf(id)?.archived) world.deletedThere.add(id);
	for (const { localId, field, reason, status, local } of conflicts) {
		const rule = world.rules.find((one) => one.local === field);
		const copy = JSON.stringify(local);
		const history = rule && world.history(localId, rule);
		// A run that wrote what it had read before the copy was made has agreed on that with the other side.
		const isCopy = history && history.copied.has(copy) && !history.typed.has(copy) && !history.everRaced;
		if (reason === 'both_changed' && isCopy)
			faults.push(`${localId} ${field}: a conflict over a copy of the other side's own value`);
		const decides = rule?.direction !== 'both' || rule.policy === 'owner';
		if (reason === 'both_changed' && decides) faults.push(`${localId} ${field}: a conflict that its rule decides`);
		const live = links.get(localId)?.syncStatus !== 'deleted';
		if (status !== 'done' && live && !isGone(world, localId))
			faults.push(`${localId} ${field}: a conflict is ${status} at rest`);
	}
	for (const id of ids) {
		const link = links.get(id);
		const there = world.recordOf(id);
		const made = world.created.get(id) ?? 0;
		if (made > 1 && !world.lostUnknown.has(id)) faults.push(`${id}: ${made} records were created for it`);
		if (isGone(world, id)) {
			faults.push(...deletionFaults(world, id, link?.syncStatus).map((fault) => `${id}: ${fault}`));
			continue;
		}
		if (link?.syncStatus !== 'synced' || link.externalId === null) {
			faults.push(`${id}: its link is ${link?.syncStatus} at rest: ${link?.lastError}`);
			continue;
		}
		if (there?.id !== link.externalId) {
			faults.push(`${id}: its link leads to ${link.externalId}, its record is ${there?.id}`);
			continue;
		}
		faults.push(...(await referenceFaults(world, id, world.local.records.get(id)?.fields ?? {})));
		for (const rule of world.rules) {
			const base = baseOf(link.base, rule);
			const external = there.fields.get(rule.external) ?? null;
			const local = valueAt(world.local.records.get(id)?.fields ?? {}, rule.local);
			const fault = faultOf({
				rule,
				history: world.history(id, rule),
				local: world.here(id, rule),
				external,
				baseIsLocal: sameValue(base?.local, local),
				baseIsExternal: sameValue(base?.external, external),
				inBase: base !== undefined,
				shown: conflicts.some((one) => one.localId === id && one.field === rule.local),
			});
			if (fault !== undefined) {
				const sides = JSON.stringify({ rule, local, external, base, history: world.history(id, rule) });
				faults.push(`${id} ${rule.local}: ${fault}: ${sides}`);
			}
		}
	}
	return faults;
}

const isGone = (world: World, id: string): boolean =>
	world.deletedHere.has(id) || world.deletedThere.has(id) || world.local.records.get(id)?.deleted === true;

/** What a deletion on one side must have led to on the other, by the policy. */
function deletionFaults(world: World, id: string, status: string | undefined): string[] {
	const here = world.local.records.get(id)?.deleted === false;
	const record = world.recordOf(id);
	const there = record !== undefined && !record.archived;
	const { onDelete } = world.binding;
	const byPersonHere = world.deletedHere.has(id);
	const byPersonThere = world.deletedThere.has(id);
	if (onDelete !== 'archive') {
		if (there && byPersonThere && !byPersonHere && record) return ['a record deleted there is there again'];
		const byPerson = byPersonThere || world.lostUnknown.has(id);
		if (!there && !byPerson && record) return ['the record there was touched though the policy is not archive'];
		if (!here && !byPersonHere) return ['the record here was touched though the policy is not archive'];
		if (onDelete === 'unlink' && status !== 'deleted' && status !== undefined) return [`its link is ${status}`];
		return [];
	}
	if (there && byPersonHere) return ['deleted here, not archived there'];
	if (here && byPersonThere) return ['deleted there, not here'];
	return [];
}

/**
 * Calls: a run of n records reads them at most twice, looks them up once, follows a merge, writes once, and adds and takes
 * away references of each of two entities, twice where they wait for one another, each tried twice; a record another run holds is taken up alone. Writes: each answers an edit, a decision, a new record, or a run
 * that was cut off or had seen an older state.
 */
function boundedness({ counts, created }: World): string[] {
	const faults: string[] = [];
	const calls = 2 * ((5 + 2 * 2 * REFERENCES.length) * counts.runItems + 2 * counts.runs);
	if (counts.calls > calls) faults.push(`${counts.calls} calls, more than ${calls}`);
	const writes =
		counts.edits + 2 * counts.decisions + created.size + 4 * (counts.kills + counts.faults) + counts.runItems;
	if (counts.writes > writes) faults.push(`${counts.writes} records written, more than ${writes}`);
	return faults;
}
