import { Client } from 'pg';
import { loadAdapter } from '../lib/adapters/registry';
import type { EntityBinding } from '../lib/adapters/adapter';
import { childInput } from './child';
import { median, timed } from './report';

export interface PollInput {
	way: 'adapter' | 'full' | 'query';
	url: string;
	/** The instant after which rows changed. */
	since: string;
}

export interface PollFigures {
	rows: number;
	statements: number;
	/** With the loading of code and the login. */
	firstMs: number;
	/** Median of those that follow. */
	laterMs: number;
	/** The most the process had beyond what it began with. */
	growthMb: number;
}

const MB = 1_048_576;
const LATER = 9;
const SAMPLE_MS = 5;

/** One way of finding the changed rows, first cold, then a few times more. */
async function main(): Promise<void> {
	const input = childInput<PollInput>();
	const statements = countStatements();
	const poll = pollOf(input);
	globalThis.gc?.();
	const start = process.memoryUsage().rss;
	let peak = start;
	const look = (): void => void (peak = Math.max(peak, process.memoryUsage().rss));
	const sampling = setInterval(look, SAMPLE_MS);
	let rows = 0;
	const once = async (): Promise<void> => void (rows = await poll());
	const firstMs = await timed(once);
	const later: number[] = [];
	const before = statements();
	for (let turn = 0; turn < LATER; turn++) later.push(await timed(once));
	look();
	clearInterval(sampling);
	const figures: PollFigures = {
		rows,
		statements: (statements() - before) / LATER,
		firstMs,
		laterMs: median(later),
		growthMb: (peak - start) / MB,
	};
	process.send?.(figures, () => process.exit());
}

function pollOf({ way, url, since }: PollInput): () => Promise<number> {
	if (way === 'adapter') return adapterPoll(url, since);
	const condition = way === 'query' ? 'WHERE updated_at >= $1 ORDER BY updated_at, id LIMIT 500' : '';
	let client: Client | undefined;
	return async () => {
		if (client === undefined) {
			client = new Client({ connectionString: url });
			await client.connect();
		}
		const { rows } = await client.query(`SELECT * FROM orders ${condition}`, way === 'query' ? [since] : []);
		return rows.length;
	};
}

function adapterPoll(url: string, since: string): () => Promise<number> {
	const { hostname, port, pathname, username, password } = new URL(url);
	const connection = {
		host: hostname,
		port,
		database: pathname.slice(1),
		user: username,
		password,
		sslMode: 'disable',
	};
	const binding: EntityBinding = {
		entity: 'order',
		displayName: 'Order',
		object: 'orders',
		fields: [],
		associations: [],
		linkColumns: [],
		keyField: 'id',
		onCreate: {},
		onDelete: 'ignore',
		source: { id: 'id', changed: 'updated_at' },
	};
	const transport = { calls: 0, request: () => Promise.reject(new Error('no HTTP here')) };
	return async () => {
		// Anew for each poll, as a node does it.
		const module = await loadAdapter('database', 'onprem');
		const page = await module.create({ connection, transport }).changesSince?.(binding, { since }, []);
		return page?.records.length ?? 0;
	};
}

/** Everything that is sent to the server, BEGIN and COMMIT included. */
function countStatements(): () => number {
	let statements = 0;
	const prototype = Client.prototype as unknown as { query: (...given: unknown[]) => unknown };
	const { query } = prototype;
	prototype.query = function (...given) {
		statements += 1;
		return query.apply(this, given);
	};
	return () => statements;
}

main().catch((error: unknown) => {
	process.stderr.write(`${String(error)}\n`);
	process.exitCode = 1;
	process.disconnect();
});
