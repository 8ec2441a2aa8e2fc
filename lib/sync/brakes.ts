import { CrosslinkError } from '../errors';
import type { Replication } from './replication';

/**
 * Stops a run that would delete or change more than the set share of the links, before its first write.
 * Small sets are judged by the count alone: one of three links is a third of them and no catastrophe.
 * @throws CrosslinkError `rejected`, `brake_deletes` or `brake_changes`, saying how to go on
 */
export async function checkBrake(replication: Replication, kind: 'deletes' | 'changes', wanted: number): Promise<void> {
	const { brakes, store, tenant, integration, binding } = replication;
	const allowedCount = kind === 'deletes' ? brakes.deletesCount : brakes.changesCount;
	if (replication.despiteBrakes || wanted <= allowedCount) return;
	const counts = await store.links(integration, binding.entity).countByStatus(tenant);
	const total = counts.pending + counts.synced + counts.conflict + counts.failed;
	const share = total === 0 ? 1 : wanted / total;
	if (share <= brakes[kind]) return;
	const percent = (value: number): string => `${Math.round(value * 1000) / 10} %`;
	throw new CrosslinkError({
		class: 'rejected',
		code: `brake_${kind}`,
		message: `Stopped before the first write: this run wants ${wanted} ${kind} of ${total} ${binding.entity} links (${percent(share)}); allowed are ${allowedCount}, or ${percent(brakes[kind])}.`,
		remedy: `Look at the records. If it is meant, run it again with "Go On Despite Brakes", or raise "brakes" in the integration's settings.`,
	});
}
