import { requireLinks } from '../adapters/capability';
import { hashOf } from '../canonical-json';
import { CrosslinkError } from '../errors';
import type { Replication } from '../sync/replication';
import type { Connected } from './connected';

/**
 * What the engine needs to replicate one entity over this connection.
 * @param run the store, the name that owns the leases (unique per run), the cancel signal, and whether brakes count
 * @throws CrosslinkError `rejected`: `capability_missing` for your own system, `entity_unknown`, listing what there is
 */
export function replicationOf(
	connected: Pick<Connected, 'tenant' | 'integration' | 'bindings' | 'adapter' | 'module' | 'settings'>,
	entity: string,
	run: Pick<Replication, 'store' | 'runId' | 'signal' | 'despiteBrakes'>,
): Replication {
	requireLinks(connected.module);
	const binding = connected.bindings.get(entity);
	if (binding === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'entity_unknown',
			message: `The integration ${connected.integration} has no entity "${entity}" for tenant "${connected.tenant}".`,
			remedy: `Use one of: ${[...connected.bindings.keys()].join(', ')}; or add it with Integration → Configure.`,
		});
	}
	const { tenant, integration, bindings, adapter, module, settings } = connected;
	return {
		...run,
		tenant,
		integration,
		binding,
		bindings,
		adapter,
		promises: module.promises,
		limits: module.limits,
		retry: settings.retry,
		leaseSeconds: settings.leaseSeconds,
		syncLog: settings.syncLog,
		syncLogDays: settings.syncLogDays,
		freeze: settings.freeze,
		brakes: settings.brakes,
		mappingVersion: hashOf(JSON.parse(JSON.stringify([binding.object, binding.fields, binding.associations]))),
		now: () => new Date(),
	};
}
