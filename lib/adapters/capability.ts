import { CrosslinkError } from '../errors';
import type { Adapter, AdapterModule, Capability } from './adapter';

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

/**
 * Your own system has no links: its records are what the others are linked with.
 * @throws CrosslinkError `rejected`, `capability_missing`
 */
export function requireLinks({
	integration,
	displayName,
	ownSystem,
}: Pick<AdapterModule, 'integration' | 'displayName' | 'ownSystem'>): void {
	if (ownSystem !== true) return;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'capability_missing',
		message: `"${displayName}" (${integration}) only tells of changes: its records are not linked, pushed or pulled.`,
		remedy: 'Choose the external system that the record is to be kept in step with.',
	});
}
