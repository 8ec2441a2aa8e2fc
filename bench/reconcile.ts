import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireStore } from '../lib/store/open';
import { importLinks } from '../lib/sync/import-links';
import { startHubSpot, type HubSpotStandIn } from '../sandbox/hubspot';
import { startPostgres } from '../test/servers/postgres';
import { startChild } from './child';
import type { ReconcileFigures } from './reconcile-child';
import { createLinkTables, hubSpotAt, replicationOn } from './replication';
import { printTable, timed, type Row } from './report';

const LINKS = 100_000;
/** What Reconcile takes when nothing else is set. */
const PAGE_SIZE = 500;
/** V8 lets garbage pile up while there is room; with little room the process shows what it needs. */
const LITTLE_ROOM = ['--max-old-space-size=80', '--max-semi-space-size=8'];
/** Deals that somebody has changed since the links were made. */
const DRIFTED = 1_000;

/** A reconcile of 100,000 links in a process of its own: time, calls, memory. */
export async function benchReconcile(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'crosslink-bench-'));
	const server = await startPostgres({ durable: true });
	try {
		const rows = [
			await measure('embedded', `sqlite:${join(folder, 'bench.sqlite')}`),
			await measure('PostgreSQL', await server.createDatabase()),
		];
		printTable(
			`Reconcile of ${LINKS.toLocaleString('en-US')} links, ${DRIFTED.toLocaleString('en-US')} of them drifted`,
			[
				'import, s',
				'reconcile, s',
				'calls',
				'found',
				'start, MB',
				'after 10 %, MB',
				'peak, MB',
				'growth, MB',
				'of it alive, MB',
				'growth with a heap of 80 MB',
			],
			rows,
		);
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

async function measure(name: string, storeUrl: string): Promise<Row> {
	const hubspot = await startHubSpot({ rateLimit: { perTenSeconds: 1_000_000, daily: 10_000_000 } });
	try {
		const ids = Array.from({ length: LINKS }, (_, index) => createDeal(hubspot, index));
		const importMs = await timed(() => importAll(hubspot, storeUrl, ids));
		for (const id of ids.slice(0, DRIFTED)) hubspot.account.edit('deals', id, { dealstage: 'contractsent' });
		hubspot.calls.clear();
		const input = { url: hubspot.url, accessToken: hubspot.accessToken, storeUrl, pageSize: PAGE_SIZE };
		const figures = await startChild<ReconcileFigures>('reconcile-child.ts', input).result;
		const calls = hubspot.calls.count;
		const small = await startChild<ReconcileFigures>('reconcile-child.ts', input, LITTLE_ROOM).result;
		const { startMb, warmMb, peakMb, liveStartMb, livePeakMb, seconds, counts } = figures;
		if (counts['checked'] !== LINKS) throw new Error(`Only ${counts['checked']} of ${LINKS} links were looked at.`);
		const cells = [
			importMs / 1000,
			seconds,
			calls,
			counts['differing'] ?? 0,
			startMb,
			warmMb,
			peakMb,
			peakMb - startMb,
			livePeakMb - liveStartMb,
			small.peakMb - small.startMb,
		];
		return { name, cells: cells.map(Math.round) };
	} finally {
		await hubspot.stop();
	}
}

function createDeal({ account }: HubSpotStandIn, index: number): string {
	const stage = { pipeline: 'default', dealstage: 'appointmentscheduled' };
	const properties = { dealname: `Order ${index}`, amount: String(index), ...stage };
	return account.create('deals', properties).id;
}

async function importAll(hubspot: HubSpotStandIn, storeUrl: string, ids: string[]): Promise<void> {
	const { store, release } = await acquireStore(storeUrl, { idleCloseMs: 0 });
	try {
		await createLinkTables(store);
		const items = ids.map((externalId, index) => ({ localId: String(index).padStart(8, '0'), externalId }));
		const outcomes = await importLinks(replicationOn(store, hubSpotAt(hubspot), 'order'), items);
		const failed = outcomes.find(({ outcome }) => outcome !== 'created');
		if (failed) throw new Error(`${failed.localId}: ${failed.outcome} ${failed.error?.message ?? ''}`);
	} finally {
		release();
	}
}
