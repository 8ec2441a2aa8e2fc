import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { eventKeysOf } from '../inbox/event-items';
import { keyTextOf } from '../inbox/intake';
import type { EventKey, Taking } from '../store/store';
import { endTaking, holdTaking, LEASE_SECONDS } from './heartbeat';
import { toNodeError } from './node-error';
import { openHostStore } from './store';

export { LEASE_SECONDS };

/** Events that were emitted and that no execution has taken come up again after so many seconds; doubled each time. */
export const AGAIN_SECONDS = 60;

/** Names a trigger node as a receiver of events; the same in all its executions and on all processes. */
export function receiverOf(context: Pick<IExecuteFunctions, 'getWorkflow' | 'getNode'>): string {
	return `${context.getWorkflow().id ?? ''}/${context.getNode().id}`;
}

/**
 * The `execute()` of a trigger node: n8n calls it at the start of every execution with the items that were emitted, on a
 * worker too. The execution takes the events of its items in hand and passes on only those that are its own now; what
 * another execution has in hand or has done is dropped, and with nothing left the run ends here.
 *
 * The events stay with the execution while its process lives. They are done when it ends, with whatever result; when its
 * process dies, they come up again.
 *
 * A run by hand takes nothing: all items pass, and without emitted items there is the sample.
 */
export async function executeTaken(
	this: IExecuteFunctions,
	sample?: () => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> {
	const items = this.getInputData();
	const keys = items.flatMap(({ json }) => eventKeysOf(json));
	if (keys.length === 0) return this.getMode() === 'manual' && sample !== undefined ? await sample() : [items];
	if (this.getMode() === 'manual') return [items];
	try {
		return [await takenOf(this, items, keys)];
	} catch (thrown) {
		throw toNodeError(this.getNode(), thrown);
	}
}

async function takenOf(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
	keys: EventKey[],
): Promise<INodeExecutionData[]> {
	// Two n8n that share a store count their executions each for itself.
	const taker = `${context.getInstanceId()}:${context.getExecutionId()}`;
	const taking: Taking = { receiver: receiverOf(context), taker };
	const { store, release } = await openHostStore(context);
	let held = false;
	try {
		const taken = new Set((await store.deliveries.take(taking, keys, LEASE_SECONDS)).map(keyTextOf));
		if (taken.size === 0) return [];
		if (context.onExecutionFinish === undefined) {
			await store.deliveries.done([taking]);
		} else {
			holdTaking(store, taking, context.logger, release);
			held = true;
			context.onExecutionFinish(() => endTaking(store, taking));
		}
		return items.filter(({ json }) => {
			const own = eventKeysOf(json);
			return own.length === 0 || own.some((key) => taken.has(keyTextOf(key)));
		});
	} finally {
		if (!held) release();
	}
}
