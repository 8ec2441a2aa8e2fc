import { acquireStore } from '../lib/store/open';
import { push } from '../lib/sync/push';
import type { PushItem } from '../lib/sync/replication';
import { childInput } from './child';
import { runPushFlow, type FlowInput } from './integrator-flow';
import { hubSpotAt, replicationOn, type Remote } from './replication';

export type PushInput =
	| ({ way: 'flow' } & FlowInput)
	| ({ way: 'crosslink'; storeUrl: string; leaseSeconds: number; items: PushItem[] } & Remote);

/** One push in a process of its own, to be killed in the middle. */
async function main(): Promise<void> {
	const input = childInput<PushInput>();
	if (input.way === 'flow') await runPushFlow(input);
	else {
		const { store, release } = await acquireStore(input.storeUrl, { idleCloseMs: 0 });
		const { leaseSeconds } = input;
		await push(replicationOn(store, hubSpotAt(input), 'order', { leaseSeconds }), input.items);
		release();
	}
	process.send?.('done', () => process.disconnect());
}

main().catch((error: unknown) => {
	process.stderr.write(`${String(error)}\n`);
	process.exitCode = 1;
	process.disconnect();
});
