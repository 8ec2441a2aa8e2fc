import { setImmediate as othersTurn } from 'node:timers/promises';
import { asCrosslinkError, CrosslinkError } from '../../../lib/errors';
import type { Target } from '../../../lib/host/target';
import { failedItem, type ItemResult } from './operation';

/** Items whose expressions are run in one go: thousands at a stretch would keep n8n from answering anybody. */
const READ_AT_ONCE = 100;

/** Where a record operation goes. */
export interface EntityTarget extends Target {
	entity: string;
}

/** Items that go to the same place, in input order. */
export interface Group<T> {
	target: EntityTarget;
	items: Array<{ index: number; value: T }>;
}

/**
 * Runs an engine function once for all items of the same tenant, integration, entity and connection.
 * An item that cannot be read fails alone; a group that cannot run fails as one, and the other groups go on.
 */
export async function byTarget<T>(
	indexes: number[],
	read: (index: number) => { target: EntityTarget; value: T },
	run: (group: Group<T>) => Promise<ItemResult[]>,
): Promise<ItemResult[]> {
	const results: ItemResult[] = [];
	const groups = new Map<string, Group<T>>();
	for (const [position, index] of indexes.entries()) {
		if (position % READ_AT_ONCE === READ_AT_ONCE - 1) await othersTurn();
		try {
			const { target, value } = read(index);
			const key = JSON.stringify([target.tenant, target.integration, target.entity, target.connection]);
			const group = groups.get(key) ?? { target, items: [] };
			group.items.push({ index, value });
			groups.set(key, group);
		} catch (thrown) {
			results.push(failedItem(index, unreadable(index, thrown)));
		}
	}
	for (const group of groups.values()) {
		try {
			results.push(...(await run(group)));
		} catch (thrown) {
			const error = asCrosslinkError(thrown);
			results.push(...group.items.map(({ index }) => failedItem(index, error)));
		}
	}
	return results;
}

/** Runs an operation item by item; a failure concerns its item only. */
export async function eachItem<T>(
	indexes: number[],
	read: (index: number) => T,
	run: (value: T, index: number) => Promise<ItemResult | ItemResult[]>,
): Promise<ItemResult[]> {
	const results: ItemResult[] = [];
	for (const index of indexes) {
		let value: T;
		try {
			value = read(index);
		} catch (thrown) {
			results.push(failedItem(index, unreadable(index, thrown)));
			continue;
		}
		try {
			results.push(...[await run(value, index)].flat());
		} catch (thrown) {
			results.push(failedItem(index, asCrosslinkError(thrown)));
		}
	}
	return results;
}

/** Reading parameters runs the user's expressions; what n8n throws there is about the item, not a fault of ours. */
function unreadable(index: number, thrown: unknown): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	return new CrosslinkError({
		class: 'rejected',
		code: 'parameter_invalid',
		message: `A parameter of item ${index} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
		remedy: 'Correct the parameter, or the expression in it, for this item.',
	});
}
