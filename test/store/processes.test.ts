import { MIGRATIONS } from '../../lib/store/migrations';
import { acquireStore } from '../../lib/store/open';
import { describeOnBothStores } from './both-stores';
import { startChild } from './children/child';

describeOnBothStores('several processes', (site) => {
	it('six open a new store at the same time: each succeeds, and the steps run once', async () => {
		const location = await site.newLocation();
		const children = Array.from({ length: 6 }, () => startChild('open-once', [location]));
		const outcomes = await Promise.all(children.map((child) => child.done()));
		expect(outcomes).toEqual(Array.from({ length: 6 }, () => ['ok']));
		expect(await site.aside('SELECT name FROM crosslink.migration', location)).toHaveLength(MIGRATIONS.length);
		expect(await site.aside('SELECT table_name FROM crosslink.link_table', location)).toHaveLength(1);
	});

	it('three claim the same 1,000 links: each link is claimed once', async () => {
		await site.store.createLinkTables('race', [{ entity: 'order', columns: [] }]);
		const runs = ['a', 'b', 'c'].map((owner) => startChild('claim-all', [site.location, owner, '1000']));
		const claimed = (await Promise.all(runs.map((run) => run.done()))).flat();
		expect(claimed).toHaveLength(1_000);
		expect(new Set(claimed).size).toBe(1_000);
	});

	it('three receive the same 1,000 events and take them: each is new once and taken once', async () => {
		const runs = ['a', 'b', 'c'].map((taker) => startChild('receive-all', [site.location, taker, '1000']));
		const lines = (await Promise.all(runs.map((run) => run.done()))).flat();
		const parts = lines.map((line) => JSON.parse(line) as { fresh: number; taken: string[] });
		expect(parts.reduce((sum, { fresh }) => sum + fresh, 0)).toBe(1_000);
		const taken = parts.flatMap((part) => part.taken);
		expect(taken).toHaveLength(1_000);
		expect(new Set(taken).size).toBe(1_000);
		expect(await site.store.deliveries.backlog('w/race')).toEqual({ waiting: 0, taken: 0, oldest: null });
	});

	it('killed in the middle of writing, it has lost no link it had acknowledged', async () => {
		const location = await site.newLocation();
		const acknowledged: string[] = [];
		for (const [round, rows] of [5, 40, 150].entries()) {
			const child = startChild('write-on', [location, `r${round}`]);
			await child.printed(rows);
			child.process.kill('SIGKILL');
			await child.gone;
			acknowledged.push(...child.lines());
		}
		const { store, release } = await acquireStore(location);
		const links = store.links('crash', 'order');
		const found = new Map(
			(await links.findByLocalIds('t', acknowledged)).map((link) => [link.localId, link.externalId]),
		);
		expect(acknowledged.length).toBeGreaterThanOrEqual(195);
		expect(acknowledged.filter((localId) => found.get(localId) !== `e-${localId}`)).toEqual([]);
		if (site.kind === 'sqlite') {
			expect(await site.aside('PRAGMA integrity_check', location)).toEqual([{ integrity_check: 'ok' }]);
		}
		release();
	});
});
