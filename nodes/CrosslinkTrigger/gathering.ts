import type { ITriggerFunctions } from 'n8n-workflow';
import { asCrosslinkError } from '../../lib/errors';
import { receiverOf } from '../../lib/host/deliveries';
import type { ItemOptions, LinkedEvent } from '../../lib/inbox/event-items';
import { Gatherer } from '../../lib/inbox/gather';

/** By receiver: the published triggers that run in this process. */
const gatherers = new Map<string, Gatherer>();

/**
 * While the workflow is published, the deliveries that this very process receives are gathered and start it from here. Other
 * processes (n8n's webhook processes, in queue mode) start an execution of their own with each delivery.
 * @param options read when the workflow was published: later n8n has no place to evaluate an expression in
 * @returns ends it; what waits starts the workflow now
 */
export function startGathering(context: ITriggerFunctions, options: ItemOptions): () => Promise<void> {
	const receiver = receiverOf(context);
	const starting = new Set<Promise<void>>();

	async function start(events: LinkedEvent[]): Promise<void> {
		try {
			// Loaded on first use, as all that a webhook needs.
			const { itemsOf } = await import('../../lib/inbox/event-items');
			context.emit([itemsOf(events, options).map((item) => ({ json: { ...item } }))]);
		} catch (thrown) {
			const { message } = asCrosslinkError(thrown);
			context.logger.warn(
				`Crosslink Trigger could not start the workflow with ${events.length} events, and tries again in a minute: ${message}`,
				{ nodeName: context.getNode().name, workflowId: context.getWorkflow().id },
			);
		}
	}

	const gatherer = new Gatherer((events) => {
		const one = start(events).finally(() => starting.delete(one));
		starting.add(one);
	});
	gatherers.set(receiver, gatherer);
	return async () => {
		// n8n may have published the next version of the workflow already.
		if (gatherers.get(receiver) === gatherer) gatherers.delete(receiver);
		gatherer.close();
		await Promise.all(starting);
	};
}

/** Hands events to the published trigger of this process; false when it runs in another one. */
export function gather(receiver: string, events: readonly LinkedEvent[]): boolean {
	const gatherer = gatherers.get(receiver);
	gatherer?.add(events);
	return gatherer !== undefined;
}
