import { setTimeout as sleep } from 'node:timers/promises';
import { CrosslinkError } from '../errors';
import type { LinkRow, LinkTable } from '../store/store';
import type { Replication } from './replication';

/** How long a run waits for links another run is working on, in milliseconds. Longer than any batch takes. */
const BUSY_WAIT_MS = 20_000;
const BUSY_POLL_MS = 50;
const BUSY_POLL_MAX_MS = 1_000;

/** What work on leased links says while it is at it. */
export interface LeasedSteps {
	/** These are claimed again soon: so that nobody waits long for links a slow run has not come to yet. */
	leave: (links: LinkRow[]) => void;
	/** These are about to be written on the other side: what is not settled of them is in doubt from here on. */
	called: (links: LinkRow[]) => void;
}

/** What is done with leased links; returns the local ids it settled, whose leases are gone already. */
export type LeasedWork = (links: LinkRow[], told: LeasedSteps) => Promise<ReadonlySet<string>>;

/** Links in one claim and commit. */
export interface ChunkSize {
	least: number;
	/** As many as are quick go together, up to these. */
	most: number;
}

/** As many calls go into one chunk as take so long together, in milliseconds: a commit then costs little beside them. */
const QUICK_MS = 250;

/** One quick chunk may be luck. */
const GROWTH = 10;

/** Local ids in one claim, call and commit. */
export function inChunks<T>(values: T[], size: number): T[][] {
	const chunks: T[][] = [];
	for (let start = 0; start < values.length; start += size) chunks.push(values.slice(start, start + size));
	return chunks;
}

/**
 * Runs `work` on links whose leases are ours, chunk by chunk, and gives every lease back whatever happens.
 * Links another run holds are waited for and then handed to `work` fresh from the store, so that the loser of a
 * race sees what the winner wrote.
 * @returns local ids that stayed busy to the end
 */
export async function withLeases(
	replication: Replication,
	table: LinkTable,
	localIds: string[],
	chunkSize: number | ChunkSize,
	work: LeasedWork,
): Promise<string[]> {
	const { least, most } = typeof chunkSize === 'number' ? { least: chunkSize, most: chunkSize } : chunkSize;
	let size = least;
	let waiting = localIds;
	let pause = BUSY_POLL_MS;
	const deadline = Date.now() + BUSY_WAIT_MS;
	for (;;) {
		const busy: string[] = [];
		for (let queue = waiting; queue.length > 0;) {
			replication.signal?.throwIfAborted();
			const start = performance.now();
			const { held, left } = await claimAndWork(replication, table, queue.slice(0, size), work);
			busy.push(...held);
			queue = [...left, ...queue.slice(size)];
			size = nextSize(size, performance.now() - start, { least, most });
		}
		if (busy.length === 0 || Date.now() > deadline) return busy;
		if (busy.length < waiting.length) pause = BUSY_POLL_MS;
		waiting = busy;
		await sleep(pause, undefined, { signal: replication.signal });
		pause = Math.min(pause * 2, BUSY_POLL_MAX_MS);
	}
}

/** What fits at the pace of the last chunk, in whole calls; a faster one is trusted a step at a time. */
function nextSize(size: number, ms: number, { least, most }: ChunkSize): number {
	const fitting = Math.floor((size * QUICK_MS) / Math.max(ms, 1) / least) * least;
	return Math.max(least, Math.min(fitting, size * GROWTH, most));
}

async function claimAndWork(
	replication: Replication,
	table: LinkTable,
	localIds: string[],
	work: LeasedWork,
): Promise<{ held: string[]; left: string[] }> {
	const lease = { owner: replication.runId, seconds: replication.leaseSeconds };
	const { claimed, busy } = await table.claim(replication.tenant, localIds, lease);
	if (claimed.length === 0) return { held: busy, left: [] };
	const left: string[] = [];
	const called = new Set<string>();
	let settled: ReadonlySet<string> = new Set();
	try {
		settled = await work(claimed, {
			leave: (links) => left.push(...links.map((link) => link.localId)),
			called: (links) => links.forEach((link) => called.add(link.localId)),
		});
	} finally {
		const kept = claimed.map((link) => link.localId).filter((localId) => !settled.has(localId));
		const doubtful = kept.filter((localId) => called.has(localId));
		if (doubtful.length > 0) await table.doubt(replication.tenant, doubtful);
		const clean = kept.filter((localId) => !called.has(localId));
		if (clean.length > 0) await table.release(replication.tenant, replication.runId, clean);
	}
	return { held: busy, left };
}

/** The error of a link that another run held all the time. */
export function linkBusy(localId: string, entity: string): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: 'link_busy',
		message: `Another run is working on ${entity} "${localId}" and did not finish in ${BUSY_WAIT_MS / 1000} seconds.`,
		remedy: 'Run it again in a minute. Nothing was written for this record by this run.',
	});
}
