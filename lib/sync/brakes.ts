import { CrosslinkError } from '../errors';
import type { Store } from '../store/store';
import type { Replication } from './replication';

type Braked = 'deletes' | 'changes';

/** A run that the brakes have stopped; the newest one of each kind and entity is kept. */
export interface BrakeStop {
	kind: Braked;
	/** How many the run wanted, of how many links. */
	wanted: number;
	total: number;
	at: Date;
}

const KINDS: readonly Braked[] = ['deletes', 'changes'];
const progressKind = (kind: Braked): string => `brake_${kind}`;

/**
 * Stops a run that would delete or change more than the set share of the links, before its first write.
 * Small sets are judged by the count alone: one of three links is a third of them and no catastrophe.
 * @throws CrosslinkError `rejected`, `brake_deletes` or `brake_changes`, saying how to go on
 */
export async function checkBrake(replication: Replication, kind: Braked, wanted: number): Promise<void> {
	const { brakes, store, tenant, integration, binding } = replication;
	const allowedCount = kind === 'deletes' ? brakes.deletesCount : brakes.changesCount;
	if (replication.despiteBrakes || wanted <= allowedCount) return;
	const counts = await store.links(integration, binding.entity).countByStatus(tenant);
	const total = counts.pending + counts.synced + counts.conflict + counts.failed;
	const share = total === 0 ? 1 : wanted / total;
	if (share <= brakes[kind]) return;
	await noteStop(replication, { kind, wanted, total, at: replication.now() });
	const percent = (value: number): string => `${Math.round(value * 1000) / 10} %`;
	throw new CrosslinkError({
		class: 'rejected',
		code: `brake_${kind}`,
		message: `Stopped before the first write: this run wants ${wanted} ${kind} of ${total} ${binding.entity} links (${percent(share)}); allowed are ${allowedCount}, or ${percent(brakes[kind])}.`,
		remedy: `Look at the records. If it is meant, run it again with "Go On Despite Brakes", or raise "brakes" in the integration's settings.`,
	});
}

/** The last run of each kind that the brakes have stopped, for one entity. */
export async function brakeStops(
	store: Store,
	tenant: string,
	integration: string,
	entity: string,
): Promise<BrakeStop[]> {
	const stops: BrakeStop[] = [];
	for (const kind of KINDS) {
		const noted = await store.progress.get(tenant, integration, entity, progressKind(kind));
		if (noted === undefined) continue;
		stops.push({ kind, wanted: noted.counts.wanted ?? 0, total: noted.counts.total ?? 0, at: noted.startedAt });
	}
	return stops;
}

async function noteStop(
	{ store, tenant, integration, binding }: Replication,
	{ kind, wanted, total, at }: BrakeStop,
): Promise<void> {
	const counts = { wanted, total };
	await store.progress.save(tenant, integration, binding.entity, progressKind(kind), {
		position: null,
		counts,
		startedAt: at,
		finishedAt: at,
	});
}
