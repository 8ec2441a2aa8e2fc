import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DataSource, EntitySchema } from 'typeorm';
import { acquireStore } from '../lib/store/open';
import { startPostgres } from '../test/servers/postgres';
import { median, printTable, timed, type Row } from './report';

const ROWS = 20_000;
/** One row a round trip is slow: measured on fewer rows, given per second like the others. */
const SLOW_ROWS = 1_000;
const RUNS = 3;

const pairs = (count: number, turn: string) =>
	Array.from({ length: count }, (_, index) => ({
		localId: String(index).padStart(8, '0'),
		externalId: `${turn}-${String(index).padStart(8, '0')}`,
	}));

interface LinkEntity {
	tenant: string;
	local_id: string;
	external_id: string;
	sync_status: string;
	attempts: number;
	created_at: Date;
	updated_at: Date;
}

/** The same table as TypeORM would have it: for the loop a developer writes first. */
const linkEntity = new EntitySchema<LinkEntity>({
	name: 'link',
	schema: 'crosslink',
	tableName: 'hubspot_order_link',
	columns: {
		tenant: { type: String, primary: true },
		local_id: { type: String, primary: true },
		external_id: { type: String },
		sync_status: { type: String },
		attempts: { type: Number },
		created_at: { type: 'timestamptz' },
		updated_at: { type: 'timestamptz' },
	},
});

/** `link.upsert` beside a `repository.save` loop and beside COPY straight into the table, in one run. */
export async function benchLinkUpserts(): Promise<void> {
	const server = await startPostgres({ durable: true });
	const folder = mkdtempSync(join(tmpdir(), 'crosslink-bench-'));
	try {
		const url = await server.createDatabase();
		const postgres = await ours(url);
		const saved = await saveLoop(url);
		const copied = await copy(url);
		const sqlite = await ours(`sqlite:${join(folder, 'bench.sqlite')}`);
		const row = (name: string, perSecond: number): Row => ({
			name,
			cells: [
				Math.round(perSecond),
				`${(perSecond / saved).toFixed(1)} ×`,
				`${Math.round((100 * perSecond) / copied)} %`,
			],
		});
		printTable(
			'Link upserts per second (new links)',
			['rows/s', 'beside repository.save', 'beside COPY'],
			[
				row('Crosslink, PostgreSQL', postgres.inserted),
				row('Crosslink, PostgreSQL, all re-pointed', postgres.updated),
				row('Crosslink, PostgreSQL, nothing changed', postgres.unchanged),
				row('Crosslink, embedded store', sqlite.inserted),
				row('Crosslink, embedded store, nothing changed', sqlite.unchanged),
				row('`repository.save` in a loop, PostgreSQL', saved),
				row('COPY into the same table, PostgreSQL (floor)', copied),
			],
		);
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

async function ours(location: string): Promise<{ inserted: number; updated: number; unchanged: number }> {
	const { store, release } = await acquireStore(location, { idleCloseMs: 0 });
	try {
		await store.createLinkTables('hubspot', [{ entity: 'order', columns: ['pipeline', 'stage'] }]);
		const links = store.links('hubspot', 'order');
		const rate = async (tenant: string, turn: string): Promise<number> =>
			ROWS / ((await timed(() => links.upsert(tenant, pairs(ROWS, turn)))) / 1000);
		const runs = { inserted: [] as number[], updated: [] as number[], unchanged: [] as number[] };
		for (let run = 0; run < RUNS; run++) {
			runs.inserted.push(await rate(`tenant-${run}`, 'a'));
			runs.updated.push(await rate(`tenant-${run}`, 'b'));
			runs.unchanged.push(await rate(`tenant-${run}`, 'b'));
		}
		return { inserted: median(runs.inserted), updated: median(runs.updated), unchanged: median(runs.unchanged) };
	} finally {
		release();
	}
}

async function saveLoop(url: string): Promise<number> {
	const source = await new DataSource({ type: 'postgres', url, entities: [linkEntity] }).initialize();
	try {
		const repository = source.getRepository(linkEntity);
		const now = new Date();
		const ms = await timed(async () => {
			for (const { localId, externalId } of pairs(SLOW_ROWS, 'save')) {
				await repository.save({
					tenant: 'save',
					local_id: localId,
					external_id: externalId,
					sync_status: 'pending',
					attempts: 0,
					created_at: now,
					updated_at: now,
				});
			}
		});
		return SLOW_ROWS / (ms / 1000);
	} finally {
		await source.destroy();
	}
}

async function copy(url: string): Promise<number> {
	const client = new Client({ connectionString: url });
	await client.connect();
	try {
		const rates: number[] = [];
		for (let run = 0; run < RUNS; run++) {
			const ms = await timed(async () => {
				const target = client.query(
					copyFrom(
						'COPY crosslink.hubspot_order_link (tenant, local_id, external_id, sync_status, attempts, created_at, updated_at) FROM STDIN',
					),
				);
				const now = new Date().toISOString();
				const lines = pairs(ROWS, `copy-${run}`).map(
					({ localId, externalId }) => `copy-${run}\t${localId}\t${externalId}\tpending\t0\t${now}\t${now}\n`,
				);
				await pipeline(lines, target);
			});
			rates.push(ROWS / (ms / 1000));
		}
		return median(rates);
	} finally {
		await client.end();
	}
}
