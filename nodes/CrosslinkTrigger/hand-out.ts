import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { asCrosslinkError } from '../../lib/errors';
import { AGAIN_SECONDS, receiverOf } from '../../lib/host/deliveries';
import { openHostStore } from '../../lib/host/store';
import type { Target } from '../../lib/host/target';
import type { ItemOptions } from '../../lib/inbox/event-items';
import { startGathering } from './gathering';
import { itemOptionsOf, targetOf } from './parameters';

/** How often this looks for events that were stored and not worked through. */
const LOOK_MS = 10_000;

/** Events started with one execution, as a vendor sends them at most. */
const BATCH = 100;

/** Executions started with one look: after a long pause the rest follows with the next ones. */
const BATCHES_A_LOOK = 10;

/** Read when the workflow is published: later n8n has no place to evaluate an expression in. */
interface Published {
	receiver: string;
	target: Target;
	options: ItemOptions;
}

/**
 * While the workflow is published: starts it with what this process receives, and with events that were stored but whose
 * execution never began (n8n was stopped right after the answer), or whose process died. Runs on one process only (n8n's
 * leader); what an execution has in hand is not started again. A store that cannot be reached is said once and asked again
 * with the next look.
 */
export function handOutWhilePublished(context: ITriggerFunctions): ITriggerResponse {
	const published: Published = {
		receiver: receiverOf(context),
		target: targetOf(context),
		options: itemOptionsOf(context),
	};
	const endGathering = context.getMode() === 'manual' ? undefined : startGathering(context, published.options);
	let failing = false;
	let closed = false;

	async function look(): Promise<void> {
		try {
			await handOut(context, published, () => closed);
			failing = false;
		} catch (thrown) {
			if (failing) return;
			failing = true;
			const { message, remedy } = asCrosslinkError(thrown);
			context.logger.warn(
				`Crosslink Trigger cannot look for events that were left over, and goes on trying: ${message} ${remedy}`,
				{ nodeName: context.getNode().name, workflowId: context.getWorkflow().id },
			);
		}
	}

	// Never two looks at once: the one under way may be waiting for a slow store.
	let timer: NodeJS.Timeout | undefined;
	let looking = lookAndWait();
	async function lookAndWait(): Promise<void> {
		await look();
		if (closed) return;
		timer = setTimeout(() => {
			looking = lookAndWait();
		}, LOOK_MS).unref();
	}

	return {
		async closeFunction() {
			closed = true;
			clearTimeout(timer);
			await Promise.all([looking, endGathering?.()]);
		},
	};
}

async function handOut(
	context: ITriggerFunctions,
	{ receiver, target, options }: Published,
	closed: () => boolean,
): Promise<void> {
	const { store, release } = await openHostStore(context);
	try {
		const { toItems } = await import('../../lib/inbox/event-items');
		for (let batch = 0; batch < BATCHES_A_LOOK; batch++) {
			const events = await store.deliveries.due(receiver, { limit: BATCH, againSeconds: AGAIN_SECONDS });
			// Also while the workflow is being taken down: n8n waits for this look.
			if (events.length > 0) {
				const items = await toItems(store, events, options);
				context.emit([items.map((item) => ({ json: { ...item } }))]);
			}
			if (events.length < BATCH || closed()) break;
		}
		if (closed()) return;
		const { pruneInboxes } = await import('../../lib/inbox/prune');
		await pruneInboxes(store, target.integration, target.tenant);
	} finally {
		release();
	}
}
