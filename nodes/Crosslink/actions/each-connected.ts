import type { IDataObject } from 'n8n-workflow';
import type { Session } from '../../../lib/host/session';
import type { Target } from '../../../lib/host/target';
import type { Connected } from '../../../lib/tenants/connected';
import { eachItem } from './by-target';
import { asJson, type ItemResult } from './operation';

/**
 * Runs an operation item by item, each over the connection of its target. Where the integration is switched off for the
 * item's tenant nothing is called: the item comes out as skipped.
 * @param named what a skipped item has to be known by
 */
export async function eachConnected<T extends { target: Target }>(
	session: Session,
	indexes: number[],
	read: (index: number) => T,
	run: (connected: Connected, value: T, index: number) => Promise<ItemResult | ItemResult[]>,
	named: (value: T) => IDataObject = () => ({}),
): Promise<ItemResult[]> {
	return await eachItem(indexes, read, async (value, index) => {
		const connected = await session.connect(value.target, index);
		return skippedWhenOff(index, connected, named(value)) ?? (await run(connected, value, index));
	});
}

/** The item of a target whose integration is switched off, with the reason; undefined where it is not. */
export function skippedWhenOff(index: number, connected: Connected, named: IDataObject): ItemResult | undefined {
	const { tenant, integration, disabledReason: reason } = connected;
	if (reason === undefined) return undefined;
	return { index, json: asJson({ outcome: 'skipped', tenant, integration, ...named, reason }) };
}
