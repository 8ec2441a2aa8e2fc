import { Client } from 'pg';
import { loadAdapter } from '../lib/adapters/registry';
import type { Adapter, EntityBinding } from '../lib/adapters/adapter';
import { hubSpot } from '../lib/adapters/hubspot';
import { childInput } from './child';
import { wholePolls } from './poll-turn';
import { hubSpotAt, type Remote } from './replication';
import { median, timed } from './report';

export type PollInput = (
	| {
			way: 'poll' | 'adapter' | 'full' | 'query';
			url: string;
			/** The instant after which rows changed. */
			since: string;
	  }
	| { way: 'hubspot'; remote: Remote; /** The same in milliseconds since 1970. */ since: number }
) & {
	/** Of Crosslink's own store. */
	storeUrl: string;
};

export interface PollFigures {
	rows: number;
	polls: number;
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
	const poll = await pollOf(input);
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
		polls: 1 + LATER,
		statements: (statements() - before) / LATER,
		firstMs,
		laterMs: median(later),
		growthMb: (peak - start) / MB,
	};
	process.send?.(figures, () => process.exit());
}

async function pollOf(input: PollInput): Promise<() => Promise<number>> {
	if (input.way === 'hubspot') return await hubSpotPolls(input);
	const { way, url, since, storeUrl } = input;
	const adapter = databaseAt(url);
	if (way === 'poll') {
		const module = await loadAdapter('database', 'onprem');
		return await wholePolls(storeUrl, { module, adapter, binding: ORDERS, cursor: { since } });
	}
	if (way === 'adapter') {
		return async () => {
			const page = await (await adapter()).changesSince?.(ORDERS, { since }, []);
			return page?.records.length ?? 0;
		};
	}
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

async function hubSpotPolls({ remote, since, storeUrl }: Extract<PollInput, { way: 'hubspot' }>) {
	const defaults = hubSpot.entities.find(({ entity }) => entity === 'order');
	if (defaults === undefined) throw new Error('HubSpot has no entity "order".');
	const binding: EntityBinding = { ...defaults, keyField: hubSpot.keyField, onDelete: 'ignore', onCreate: {} };
	const adapter = () => Promise.resolve(hubSpotAt(remote));
	return await wholePolls(storeUrl, { module: hubSpot, adapter, binding, cursor: { since } });
}

const ORDERS: EntityBinding = {
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

/** The adapter, made anew for each poll, as a node does it. */
function databaseAt(url: string): () => Promise<Adapter> {
	const { hostname, port, pathname, username, password } = new URL(url);
	const connection = {
		host: hostname,
		port,
		database: pathname.slice(1),
		user: username,
		password,
		sslMode: 'disable',
	};
	const transport = { calls: 0, request: () => Promise.reject(new Error('no HTTP here')) };
	return async () => (await loadAdapter('database', 'onprem')).create({ connection, transport });
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
