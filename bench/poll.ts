import { Client } from 'pg';
import { startHubSpot } from '../sandbox/hubspot';
import { startPostgres } from '../test/servers/postgres';
import { startChild } from './child';
import type { PollFigures, PollInput } from './poll-child';
import { printTable, type Row } from './report';

const ROWS = 100_000;
const CHANGED = 100;

/** Long before the last poll, and a moment the index of HubSpot's search has caught up with. */
const LONG_AGO_MS = 86_400_000;
const SHOWN_MS = 60_000;

const WAYS = [
	['poll', 'Your own table: a whole poll, its events kept'],
	['adapter', 'Your own table: the changes alone'],
	['full', 'instead: read the whole table'],
	['query', 'floor: the indexed query alone'],
] as const;

/**
 * A poll over 100,000 records of which 100 changed: of a table in PostgreSQL, beside reading it all and beside the bare
 * query, and of HubSpot's stand-in. Each in its own process, with Crosslink's store on PostgreSQL.
 */
export async function benchPoll(): Promise<void> {
	const server = await startPostgres({ durable: true });
	try {
		const url = await server.createDatabase();
		const since = await fill(url);
		const rows: Row[] = [];
		for (const [way, name] of WAYS) {
			const input: PollInput = { way, url, since, storeUrl: await server.createDatabase() };
			rows.push(asRow(name, await startChild<PollFigures>('poll-child.ts', input).result, ''));
		}
		rows.unshift(await hubSpotRow(await server.createDatabase()));
		printTable(
			`A poll over ${ROWS.toLocaleString('en-US')} records, ${CHANGED} of them changed`,
			['found', 'calls', 'statements', 'first, ms', 'later, ms', 'growth, MB'],
			rows,
		);
	} finally {
		await server.stop();
	}
}

/** An orders table of 20 columns; the instant after which the last rows changed, as the server writes it. */
async function fill(url: string): Promise<string> {
	const client = new Client({ connectionString: url, types: { getTypeParser: () => String } });
	await client.connect();
	try {
		const extra = Array.from({ length: 15 }, (_, n) => `field_${n} text DEFAULT md5('${n}')`).join(', ');
		await client.query(`CREATE TABLE orders (id bigint PRIMARY KEY, number text, amount numeric(12, 2), due date,
			updated_at timestamptz NOT NULL, ${extra})`);
		await client.query(
			`INSERT INTO orders SELECT n, 'Order ' || n, n, current_date, now() - interval '1 day' * random() - interval '1 hour'
			FROM generate_series(1, ${ROWS}) n`,
		);
		await client.query('CREATE INDEX ON orders (updated_at, id)');
		await client.query('VACUUM ANALYZE orders');
		const { rows } = await client.query<{ since: string }>("SELECT now()::timestamptz AT TIME ZONE 'UTC' AS since");
		await client.query(
			`UPDATE orders SET number = number || '!', updated_at = clock_timestamp() WHERE id % ${ROWS / CHANGED} = 1`,
		);
		return `${rows[0]?.since ?? ''}+00`;
	} finally {
		await client.end();
	}
}

/** HubSpot's stand-in is a process of its own as well: this one. */
async function hubSpotRow(storeUrl: string): Promise<Row> {
	let ago = LONG_AGO_MS;
	const hubspot = await startHubSpot({
		rateLimit: { perTenSeconds: 1_000_000, searchPerSecond: 1_000_000, daily: 10_000_000 },
		now: () => Date.now() - ago,
	});
	try {
		const { account, calls, url, accessToken } = hubspot;
		const stage = { pipeline: 'default', dealstage: 'appointmentscheduled' };
		const deals = Array.from({ length: ROWS }, (_, n) => account.create('deals', { dealname: `Order ${n}`, ...stage }));
		ago = SHOWN_MS;
		const since = Date.now() - ago;
		for (const { id } of deals.slice(0, CHANGED)) account.edit('deals', id, { dealname: 'Changed' });
		calls.clear();
		const input: PollInput = { way: 'hubspot', remote: { url, accessToken }, since, storeUrl };
		const figures = await startChild<PollFigures>('poll-child.ts', input).result;
		return asRow('HubSpot: a whole poll, its events kept', figures, calls.count / figures.polls);
	} finally {
		await hubspot.stop();
	}
}

function asRow(name: string, figures: PollFigures, calls: number | string): Row {
	const { rows, statements, firstMs, laterMs, growthMb } = figures;
	if (rows !== CHANGED && rows !== ROWS) throw new Error(`${name} found ${rows} records.`);
	return { name, cells: [rows, calls, statements, rounded(firstMs), rounded(laterMs), rounded(growthMb)] };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
