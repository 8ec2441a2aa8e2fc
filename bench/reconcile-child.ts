import { acquireStore } from '../lib/store/open';
import { reconcile } from '../lib/sync/reconcile';
import { childInput } from './child';
import { hubSpotAt, replicationOn, type Remote } from './replication';

export interface ReconcileFigures {
	startMb: number;
	/** After the first tenth: code is loaded and compiled, buffers have their size. */
	warmMb: number;
	peakMb: number;
	/** What is alive after a garbage collection: before, and the most of a few looks on the way. */
	liveStartMb: number;
	livePeakMb: number;
	seconds: number;
	counts: Record<string, number>;
}

const MB = 1_048_576;
const SAMPLE_MS = 20;
/** Pages between two full garbage collections, which show what is really held. */
const PAGES_PER_LOOK = 50;
const WARM_AFTER_PAGES = 20;

/** One whole reconcile, as a node runs it, in a process that does nothing else. */
async function main(): Promise<void> {
	const input = childInput<Remote & { storeUrl: string; pageSize: number }>();
	const { store, release } = await acquireStore(input.storeUrl, { idleCloseMs: 0 });
	const replication = replicationOn(store, hubSpotAt(input), 'order');
	const live = (): number => {
		globalThis.gc?.();
		return process.memoryUsage().heapUsed / MB;
	};
	const figures: ReconcileFigures = {
		startMb: 0,
		warmMb: 0,
		peakMb: 0,
		liveStartMb: live(),
		livePeakMb: 0,
		seconds: 0,
		counts: {},
	};
	figures.startMb = process.memoryUsage().rss / MB;
	const look = (): void => {
		figures.peakMb = Math.max(figures.peakMb, process.memoryUsage().rss / MB);
	};
	const sampling = setInterval(look, SAMPLE_MS);
	const start = performance.now();
	const options = { repair: false, restart: true, pageSize: input.pageSize, maxMs: Number.MAX_SAFE_INTEGER };
	let pages = 0;
	for await (const { report } of reconcile(replication, options)) {
		look();
		if (++pages === WARM_AFTER_PAGES) figures.warmMb = figures.peakMb;
		if (pages % PAGES_PER_LOOK === 0) figures.livePeakMb = Math.max(figures.livePeakMb, live());
		figures.counts = report.counts;
	}
	figures.seconds = (performance.now() - start) / 1000;
	clearInterval(sampling);
	release();
	process.send?.(figures, () => process.disconnect());
}

main().catch((error: unknown) => {
	process.stderr.write(`${String(error)}\n`);
	process.exitCode = 1;
	process.disconnect();
});
