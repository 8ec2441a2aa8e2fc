import { CrosslinkError } from '../errors';
import type { Adapter, Capability } from './adapter';

/**
 * The adapter's function for one capability, bound to the adapter.
 * @throws CrosslinkError `rejected`, `capability_missing`, when the integration cannot do it
 */
export function requireCapability<C extends Capability>(
	integration: string,
	adapter: Adapter,
	capability: C,
): NonNullable<Adapter[C]> {
	const power = adapter[capability];
	if (power === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'capability_missing',
			message: `The integration "${integration}" cannot do this: it offers no "${capability}".`,
			remedy: 'Choose another operation, or another integration for it.',
		});
	}
	return power.bind(adapter) as NonNullable<Adapter[C]>;
}
