import { readFile } from 'node:fs/promises';
import { describeWithN8n } from '../servers/n8n';
import { requireRedis } from '../servers/redis';
import { until } from '../until';
import { QueueSite } from './queue-site';

/** A lease that runs out, the look for what is left over, and a slow machine. */
const AGAIN_MS = 240_000;
const TEST_MS = 300_000;

describeWithN8n('n8n in queue mode', (n8nFolder) => {
	if (!requireRedis('n8n in queue mode')) return;
	let started: QueueSite | undefined;
	const site = () => {
		if (!started) throw new Error('n8n did not start.');
		return started;
	};
	beforeAll(async () => {
		started = await QueueSite.start(n8nFolder);
	}, 240_000);
	afterAll(async () => await started?.stop(), 60_000);

	const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
	const told = (records: string[]) => records.map((record) => site().told.get(record) ?? { begun: 0, done: 0 });
	const allDone = (records: string[]) => told(records).every(({ done }) => done > 0);
	const once = (records: string[]) => records.map(() => ({ begun: 1, done: 1 }));

	it(
		'the same delivery ten times at once is worked through once',
		async () => {
			const worker = await site().startWorker();
			const records = names('many', 20);
			const statuses = await Promise.all(Array.from({ length: 10 }, () => site().deliver('msg_many', records)));
			expect(statuses).toEqual(statuses.map(() => 200));
			await until(() => allDone(records), 'all events', 30_000);
			expect(told(records)).toEqual(once(records));

			// A worker dies in mid-execution; another one works its events through, those and no others.
			site().holding = true;
			const cut = names('cut', 3);
			expect(await site().deliver('msg_cut', cut)).toBe(200);
			await until(() => told(cut).some(({ begun }) => begun > 0), 'the execution', 30_000);
			await site().kill(worker);
			site().letGo();
			await Promise.all([site().startWorker(), site().startWorker()]);
			const meanwhile = names('meanwhile', 10);
			expect(await site().deliver('msg_meanwhile', meanwhile)).toBe(200);
			await until(() => allDone([...cut, ...meanwhile]), 'what the dead worker had in hand', AGAIN_MS);
			expect(told(cut).map(({ done }) => done)).toEqual(cut.map(() => 1));
			expect(told([...records, ...meanwhile])).toEqual(once([...records, ...meanwhile]));
		},
		TEST_MS,
	);

	it('a process with the embedded store answers 503, and its log says what to do', async () => {
		const alone = await site().startWithoutStore();
		const before = await site().select('SELECT 1 FROM crosslink.processed_webhook');
		expect(await site().deliver('msg_alone', ['alone'], alone.url)).toBe(503);
		const log = await readFile(alone.logFile, 'utf8');
		expect(log).toMatch(/answered 503 .*embedded/i);
		expect(log).toContain('CROSSLINK_STORE_URL');
		expect(await site().select('SELECT 1 FROM crosslink.processed_webhook')).toHaveLength(before.length);
		await alone.stop();
	});

	it(
		'PostgreSQL and Redis are restarted underneath, and nothing is lost or doubled',
		async () => {
			const batches = Array.from({ length: 30 }, (_, n) => ({ id: `msg_restart_${n}`, records: names(`r${n}`, 3) }));
			const all = batches.flatMap(({ records }) => records);
			const sending = (async () => {
				for (const [index, { id, records }] of batches.entries()) {
					const delivered = site().deliverSurely(id, records);
					if (index === 10) await Promise.all([delivered, site().postgres.restart()]);
					else if (index === 20) await Promise.all([delivered, site().redis.restart()]);
					else await delivered;
				}
			})();
			await sending;
			await until(() => allDone(all), 'all events', AGAIN_MS);
			expect(told(all).filter(({ done }) => done !== 1)).toEqual([]);
			// Where n8n could not save an execution's end it does not tell of it; its events stay in hand for an hour.
			const inHand = 'SELECT DISTINCT taken_by FROM crosslink.event_delivery WHERE done_at IS NULL';
			const settled = async () => (await site().select(inHand)).length <= (await site().endsNotTold());
			await until(settled, 'every delivery to be noted as done', AGAIN_MS);
			const left = await site().select(
				'SELECT 1 FROM crosslink.event_delivery WHERE done_at IS NULL AND taken_by IS NULL',
			);
			expect(left).toEqual([]);
			const [count] = await site().select('SELECT count(*)::int AS events FROM crosslink.processed_webhook');
			expect(count).toEqual({ events: 20 + 3 + 10 + all.length });
		},
		TEST_MS * 2,
	);
});
