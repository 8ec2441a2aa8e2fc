import { readFile } from 'node:fs/promises';
import { describeWithN8n } from '../servers/n8n';
import { requireRedis } from '../servers/redis';
import { until } from '../until';
import { QueueSite } from './queue-site';

/** A lease that runs out, the look for what is left over, and a slow machine. */
const AGAIN_MS = 240_000;
const TEST_MS = 300_000;
/** All of what n8n 2.41 needs for them; later versions turn them on by themselves. */
const DURABLE_POLLS = {
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
	N8N_USE_WORKFLOW_PUBLICATION_SERVICE: 'true',
	N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true',
};

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

	/** All that the business system was told of, in order to see at the end that nothing was told twice. */
	const seen: string[] = [];
	const expectOnce = async (records: string[], what: string, timeoutMs = AGAIN_MS) => {
		await until(() => allDone(records), what, timeoutMs);
		expect(told(records)).toEqual(once(records));
		seen.push(...records);
	};
	const prefixed = (prefix: string, records: string[]) => records.map((record) => `${prefix}:${record}`);
	const delivered: string[] = [];
	const changed: string[] = [];

	it(
		'killed between answer and execution, and the queue lost, an event starts its workflow after the restart',
		async () => {
			// There is no worker yet: nothing can have begun.
			const early = names('early', 3);
			// n8n has just published the workflow, and may answer 404 for a moment.
			await site().deliverSurely('msg_early', early);
			await site().killFront();
			await site().redis.wipe();
			await site().startFront();
			await site().startWorker();
			delivered.push(...early);
			await expectOnce(early, 'what was answered before the end');
		},
		TEST_MS,
	);

	it(
		'the same delivery ten times at once, on three processes, is worked through once',
		async () => {
			const third = await site().startWebhookProcess();
			const processes = [site().mainUrl, site().webhookUrl, third.url];
			// A process that has just come up loads code and opens the store with its first request.
			for (const [index, to] of processes.entries()) {
				await site().deliverSurely(`msg_first_${index}`, [`first-${index}`], to);
			}
			const records = names('many', 20);
			delivered.push(...names('first', processes.length), ...records);
			const statuses = await Promise.all(
				Array.from({ length: 10 }, (_, n) => site().deliver('msg_many', records, processes[n % processes.length])),
			);
			expect(statuses).toEqual(statuses.map(() => 200));
			await expectOnce(records, 'all events', 30_000);
			await third.stop();
		},
		TEST_MS,
	);

	it(
		'polls bring what the inbox holds and what changed in a table, each once',
		async () => {
			const rows = names('row', 5);
			await site().publishPolls();
			await site().changeOrders(rows);
			changed.push(...rows);
			await expectOnce([...prefixed('inbox', delivered), ...prefixed('table', rows)], 'what the polls found');
		},
		TEST_MS,
	);

	it(
		'what a worker had in hand that is killed in mid-execution is worked through by another one',
		async () => {
			const worker = await site().startWorker();
			await site().stopOtherWorkers(worker);
			site().holding = true;
			const cut = names('cut', 3);
			expect(await site().deliver('msg_cut', cut)).toBe(200);
			await site().changeOrders(cut);
			await until(() => told(cut).some(({ begun }) => begun > 0), 'the execution', 30_000);
			await until(() => told(prefixed('table', cut)).some(({ begun }) => begun > 0), 'the polled one', 30_000);
			await site().kill(worker);
			site().letGo();
			await Promise.all([site().startWorker(), site().startWorker()]);
			const meanwhile = names('meanwhile', 10);
			expect(await site().deliver('msg_meanwhile', meanwhile)).toBe(200);
			delivered.push(...cut, ...meanwhile);
			changed.push(...cut);
			const all = [...cut, ...meanwhile, ...prefixed('inbox', [...cut, ...meanwhile]), ...prefixed('table', cut)];
			await until(() => allDone(all), 'what the dead worker had in hand', AGAIN_MS);
			expect(told(all).map(({ done }) => done)).toEqual(all.map(() => 1));
			expect(told(meanwhile)).toEqual(once(meanwhile));
			expect(told(seen)).toEqual(once(seen));
		},
		TEST_MS,
	);

	it(
		'a process with the embedded store answers 503, and its log says what to do',
		async () => {
			const alone = await site().startWithoutStore();
			const before = await site().select('SELECT 1 FROM crosslink.processed_webhook');
			expect(await site().deliver('msg_alone', ['alone'], alone.url)).toBe(503);
			const log = await readFile(alone.logFile, 'utf8');
			expect(log).toMatch(/answered 503 .*embedded/i);
			expect(log).toContain('CROSSLINK_STORE_URL');
			expect(await site().select('SELECT 1 FROM crosslink.processed_webhook')).toHaveLength(before.length);
			await alone.stop();
		},
		TEST_MS,
	);

	it(
		'PostgreSQL and Redis are restarted underneath, and nothing is lost or doubled',
		async () => {
			const batches = Array.from({ length: 30 }, (_, n) => ({ id: `msg_restart_${n}`, records: names(`r${n}`, 3) }));
			const sent = batches.flatMap(({ records }) => records);
			const rows = names('later', 10);
			const sending = (async () => {
				for (const [index, { id, records }] of batches.entries()) {
					const taken = site().deliverSurely(id, records);
					if (index === 10) await Promise.all([taken, site().postgres.restart()]);
					else if (index === 20) await Promise.all([taken, site().redis.restart()]);
					else await taken;
				}
			})();
			await sending;
			await site().changeOrders(rows);
			delivered.push(...sent);
			changed.push(...rows);
			const all = [...sent, ...prefixed('inbox', sent), ...prefixed('table', rows)];
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
			await expectKept();
		},
		TEST_MS * 2,
	);

	it(
		'n8n’s durable polls go on where its legacy ones were',
		async () => {
			await site().killFront();
			await site().startFront(DURABLE_POLLS);
			const [records, rows] = [names('durable', 5), names('durable-row', 5)];
			expect(await site().deliver('msg_durable', records)).toBe(200);
			await site().changeOrders(rows);
			delivered.push(...records);
			changed.push(...rows);
			const all = [...records, ...prefixed('inbox', records), ...prefixed('table', rows)];
			await until(() => allDone(all), 'what was found by durable polls', AGAIN_MS);
			expect(told([...all, ...seen]).filter(({ done }) => done !== 1)).toEqual([]);
			await expectKept();
			// It would look the same if n8n had not taken the switch.
			expect(await site().durablePolls()).toBe(2);
		},
		TEST_MS,
	);

	async function expectKept(): Promise<void> {
		const kept = await site().select(
			`SELECT integration, external_id FROM crosslink.processed_webhook WHERE status = 'received' ORDER BY 1, 2`,
		);
		const of = (integration: string) =>
			kept.filter((row) => row.integration === integration).map((row) => String(row.external_id));
		expect(of('own').sort()).toEqual(delivered.toSorted());
		expect(of('database').sort()).toEqual(changed.toSorted());
	}
});
