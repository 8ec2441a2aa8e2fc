import { QueueSite } from '../test/e2e/queue-site';
import { findN8n } from '../test/servers/n8n';
import { hasRedis } from '../test/servers/redis';
import { until } from '../test/until';
import { printTable, type Row } from './report';

const EVENTS = 300;
const UNDER_WAY = 20;
const WARM_UP = 50;
const MOST_WORKERS = 3;
/** What an execution waits for the business system, in milliseconds. */
const WAITS = [0, 2_000];
const DONE_MS = 300_000;

/** n8n in queue mode with its own and Crosslink's data on one durable PostgreSQL: events per second by workers. */
export async function benchWorkers(): Promise<void> {
	const n8nFolder = findN8n();
	if (n8nFolder === undefined) throw new Error('n8n is not here yet: `npm start -- --once` brings it.');
	if (!hasRedis()) throw new Error('There is no redis-server. Install the package of that name.');
	const site = await QueueSite.start(n8nFolder, { durable: true });
	try {
		const rows: Row[] = [];
		for (let workers = 1; workers <= MOST_WORKERS; workers++) {
			await site.startWorker();
			await workThrough(site, `warm-${workers}`, WARM_UP * workers);
			const cells: number[] = [];
			const note = (seconds: number) => void cells.push(Math.round((10 * EVENTS) / seconds) / 10);
			for (const wait of WAITS) {
				site.beginMs = wait;
				note(await workThrough(site, `${workers}-${wait}`, EVENTS));
			}
			site.beginMs = 0;
			note(await workThrough(site, `${workers}-main`, EVENTS, site.mainUrl));
			rows.push({ name: `${workers} ${workers === 1 ? 'worker' : 'workers'}`, cells });
		}
		printTable(
			`Queue mode, ${EVENTS} events in as many deliveries: events/s from the first delivery to the last execution`,
			[
				...WAITS.map((wait) => (wait === 0 ? 'answered at once' : `business system takes ${wait} ms`)),
				'answered at once, delivered to main',
			],
			rows,
		);
	} finally {
		await site.stop();
	}
}

/** Delivers so many events, and waits until each was worked through once; in seconds. */
async function workThrough(site: QueueSite, name: string, events: number, to = site.webhookUrl): Promise<number> {
	const records = Array.from({ length: events }, (_, n) => `${name}-${n}`);
	let next = 0;
	const start = performance.now();
	const one = async (): Promise<void> => {
		for (let record = records[next++]; record !== undefined; record = records[next++]) {
			const status = await site.deliver(`msg_${record}`, [record], to);
			if (status !== 200) throw new Error(`A delivery was answered ${status}.`);
		}
	};
	await Promise.all(Array.from({ length: UNDER_WAY }, one));
	await until(() => records.every((record) => (site.told.get(record)?.done ?? 0) > 0), 'all events', DONE_MS);
	const seconds = (performance.now() - start) / 1_000;
	const twice = records.filter((record) => site.told.get(record)?.begun !== 1);
	if (twice.length > 0) throw new Error(`${twice.length} events were begun more than once.`);
	return seconds;
}
