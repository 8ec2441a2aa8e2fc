import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import { push } from '../../lib/sync/push';
import { reconcile } from '../../lib/sync/reconcile';
import type { PushItem, Replication } from '../../lib/sync/replication';
import { Random } from '../simulator/random';
import { Remote } from '../simulator/remote';
import { KEY_FIELD, remoteAdapter, remotePromises } from '../simulator/remote-adapter';
import { bindingOf, type SimulatedRule } from '../simulator/rules';
import { Wire } from '../simulator/wire';

const LINKS = Number(process.env.CROSSLINK_LINKS ?? 20_000);
const BATCH = 100;
const PAGE = 500;
const LIVE_BATCH = 50;
/** Both the other side's edits and the live edits meet the backfill in records it has passed, is at, and has not reached. */
const DRIFTED_EVERY = 10;
const MEGABYTE = 1024 * 1024;
const MOST_GROWTH_MB = 30;
/** Pages between two full garbage collections: what the process has of the machine says more about the collector than about us. */
const PAGES_PER_LOOK = 5;

const RULES: SimulatedRule[] = [
	{
		local: 'name',
		external: 'x0',
		direction: 'push',
		owner: 'local',
		policy: 'owner',
		strength: 'enforced',
		kind: 'text',
	},
	{
		local: 'notes',
		external: 'x1',
		direction: 'push',
		owner: 'local',
		policy: 'owner',
		strength: 'onChange',
		kind: 'text',
	},
];

describe(`a backfill of ${LINKS} records beside live traffic`, () => {
	let folder = '';
	let collectGarbage = () => {};
	beforeAll(async () => {
		setFlagsFromString('--expose-gc');
		collectGarbage = runInNewContext('gc') as () => void;
		folder = await mkdtemp(join(tmpdir(), 'crosslink-backfill-'));
	});
	afterAll(async () => {
		await closeAllStores();
		await rm(folder, { recursive: true, force: true });
	});

	it('sets nothing back that is newer, mends what drifted, and holds one page in memory', async () => {
		const { store } = await acquireStore(`sqlite:${join(folder, 'store.sqlite')}`);
		await store.createLinkTables('simulated', [{ entity: 'order', columns: [] }]);
		const remote = new Remote({ [KEY_FIELD]: 'text', x0: 'text', x1: 'text' }, KEY_FIELD, Date.now);
		const binding = bindingOf(RULES, 'unlink');
		const wire = new Wire({
			attempts: 1,
			fault: () => undefined,
			pass: () => new Promise((resolve) => setImmediate(resolve)),
		});
		let runs = 0;
		const replication = (): Replication => ({
			tenant: 't',
			integration: 'simulated',
			binding,
			bindings: new Map([['order', binding]]),
			adapter: remoteAdapter(remote, wire, BATCH, Date.now),
			promises: remotePromises(BATCH),
			limits: {},
			store,
			retry: { attempts: 3, delaySeconds: 1 },
			leaseSeconds: 600,
			syncLog: 'errors',
			syncLogDays: 90,
			freeze: { flips: 50, minutes: 10 },
			brakes: { deletes: 1, deletesCount: LINKS, changes: 1, changesCount: LINKS },
			mappingVersion: 'backfill',
			runId: `run ${++runs}`,
			now: () => new Date(),
		});

		const names = new Map<string, string>();
		const item = (id: string): PushItem => ({ localId: id, fields: { name: names.get(id) ?? '', notes: `n ${id}` } });
		const ids = Array.from({ length: LINKS }, (_, index) => String(index).padStart(6, '0'));
		for (const id of ids) names.set(id, `Order ${id}`);
		await push(replication(), ids.map(item));
		const records = new Map(remote.list('deals').map((record) => [record.fields.get(KEY_FIELD)?.slice(2), record]));
		for (const id of ids.filter((_, index) => index % DRIFTED_EVERY === 0)) {
			const record = records.get(id);
			if (record) remote.update(record, { x0: 'drifted' }, 'person');
		}

		let filling = true;
		let liveEdits = 0;
		const random = new Random(1);
		const live = (async () => {
			while (filling) {
				const touched = [...new Set(Array.from({ length: LIVE_BATCH }, () => random.pick(ids)))];
				for (const id of touched) names.set(id, `Order ${id} live ${++liveEdits}`);
				const outcomes = await push(replication(), touched.map(item));
				expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
			}
		})();
		const aliveMb = () => {
			collectGarbage();
			const { heapUsed, external } = process.memoryUsage();
			return (heapUsed + external) / MEGABYTE;
		};
		const start = aliveMb();
		let most = start;
		let pages = 0;
		let finished = false;
		let repaired = 0;
		const options = { repair: true, restart: true, pageSize: PAGE, maxMs: 600_000 };
		for await (const { report } of reconcile(replication(), options)) {
			if (++pages % PAGES_PER_LOOK === 0) most = Math.max(most, aliveMb());
			finished = report.finished;
			repaired = report.counts.repaired ?? 0;
		}
		filling = false;
		await live;

		expect(finished).toBe(true);
		expect(liveEdits).toBeGreaterThan(LINKS / 100);
		expect(repaired).toBeGreaterThan(LINKS / DRIFTED_EVERY / 2);
		const wrong = ids.filter((id) => records.get(id)?.fields.get('x0') !== names.get(id));
		expect(wrong).toEqual([]);
		expect(most - start).toBeLessThan(MOST_GROWTH_MB);
		process.stdout.write(
			`${LINKS} links, ${repaired} repaired beside ${liveEdits} live edits, memory +${Math.round(most - start)} MB\n`,
		);
	}, 300_000);
});
