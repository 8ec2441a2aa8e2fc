import { Client } from 'pg';
import { startPostgres } from '../test/servers/postgres';
import { startChild } from './child';
import type { PollFigures, PollInput } from './poll-child';
import { printTable, type Row } from './report';

const ROWS = 100_000;
const CHANGED = 100;

const WAYS: Array<[PollInput['way'], string]> = [
	['adapter', 'Crosslink: changes since the last poll'],
	['full', 'instead: read the whole table'],
	['query', 'floor: the indexed query alone'],
];

/** A poll over 100,000 rows of which 100 changed, beside reading them all and beside the bare query; each in its own process. */
export async function benchPoll(): Promise<void> {
	const server = await startPostgres({ durable: true });
	try {
		const url = await server.createDatabase();
		const since = await fill(url);
		const rows: Row[] = [];
		for (const [way, name] of WAYS) {
			const input: PollInput = { way, url, since };
			rows.push(asRow(name, await startChild<PollFigures>('poll-child.ts', input).result));
		}
		printTable(
			`A poll over ${ROWS.toLocaleString('en-US')} rows, ${CHANGED} of them changed`,
			['rows', 'statements', 'first, ms', 'later, ms', 'growth, MB'],
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

function asRow(name: string, figures: PollFigures): Row {
	const { rows, statements, firstMs, laterMs, growthMb } = figures;
	return { name, cells: [rows, statements, rounded(firstMs), rounded(laterMs), rounded(growthMb)] };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
