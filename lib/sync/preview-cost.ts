import type { RecordGroup } from './groups';
import { inChunks } from './leases';
import type { RecordPlan } from './plan';
import { additionsOf, removalsOf } from './plan-associations';
import type { PlanSummary } from './replication';
import type { RecordRun } from './run';

interface Planned {
	group: RecordGroup;
	plan: RecordPlan;
}

/**
 * Calls a run of these plans makes, in the order and batches it makes them, and how long the account's pace lets them
 * take. Not counted: what a fault adds (a refused batch is split), and once per connection the list of pipelines.
 */
export function costOf(run: RecordRun, plans: Planned[], deletes: number): Pick<PlanSummary, 'calls' | 'seconds'> {
	const { promises, binding, limits } = run.replication;
	const busy = plans
		.filter(({ plan }) => plan.kind !== 'none')
		.sort((a, b) => Number(a.plan.kind === 'create') - Number(b.plan.kind === 'create'));
	let calls = run.pull ? Math.ceil(run.seen.size / promises.batchSize.read) : 0;
	for (const batch of inChunks(busy, promises.batchSize.upsert)) calls += callsOf(batch, promises.batchSize.associate);
	if (binding.onDelete === 'archive') calls += Math.ceil(deletes / promises.batchSize.upsert);
	const { intervalMs, burst } = limits.general ?? { intervalMs: 0, burst: 0 };
	return { calls, seconds: Math.ceil((Math.max(0, calls - burst) * intervalMs) / 1000) };
}

/** One batch: an update call, a create call, and per entity one call to add and one to take away associations. */
function callsOf(batch: Planned[], associateSize: number): number {
	const updates = batch.some(({ plan }) => plan.kind === 'update' && Object.keys(plan.writes).length > 0);
	const creates = batch.some(({ plan }) => plan.kind === 'create');
	const moves = batch.flatMap(({ plan }) => plan.associations);
	const entities = [...new Set(moves.map((move) => move.entity))];
	const associations = entities.flatMap((entity) => {
		const ofEntity = moves.filter((move) => move.entity === entity);
		const adds = ofEntity.reduce((sum, move) => sum + additionsOf(move).length, 0);
		const removals = ofEntity.reduce((sum, move) => sum + removalsOf(move).length, 0);
		return [Math.ceil(adds / associateSize), Math.ceil(removals / associateSize)];
	});
	return Number(updates) + Number(creates) + associations.reduce((sum, calls) => sum + calls, 0);
}
