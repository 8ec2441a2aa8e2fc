import { startChild } from './child';
import { startSite, type Site } from './site';

const ORDERS = 1_000;

describe.each(['sqlite', 'postgres'] as const)('two processes with the same 1,000 orders (%s)', (kind) => {
	let site: Site;
	beforeAll(async () => {
		site = await startSite(kind);
		for (let id = 1; id <= ORDERS; id++) site.orders.set(String(id), { name: `Order ${id}` });
	});
	afterAll(async () => {
		await site.stop();
	});

	/** Lets two processes push at the same time; inputs written at the stand-in, and what the two say they did. */
	async function pushTwice(path: string): Promise<{ written: number; said: Record<string, number> }> {
		site.hubspot.calls.clear();
		const workers = [0, 1].map((turn) => startChild('push-all', [site.argument, String(turn)]));
		await Promise.all(workers.map((worker) => worker.said('ready')));
		for (const worker of workers) worker.process.stdin?.write('go\n');
		const ends = await Promise.all(workers.map((worker) => worker.done()));
		const said: Record<string, number> = {};
		for (const lines of ends) {
			for (const [outcome, count] of Object.entries(JSON.parse(lines.at(-1) ?? '{}') as Record<string, number>)) {
				said[outcome] = (said[outcome] ?? 0) + count;
			}
		}
		const written = site.hubspot.calls.list(path).reduce((sum, { inputs = 0 }) => sum + inputs, 0);
		return { written, said };
	}

	it('create each once', async () => {
		const { written, said } = await pushTwice('/batch/u');
		expect(said).toEqual({ created: ORDERS, unchanged: ORDERS });
		expect(written).toBe(ORDERS);
		const keys = site.hubspot.account.list('deals').map((deal) => deal.properties.crosslink_id);
		expect(keys).toHaveLength(ORDERS);
		expect(new Set(keys).size).toBe(ORDERS);
	});

	it('write each change once', async () => {
		for (let id = 1; id <= ORDERS; id++) site.orders.set(String(id), { name: `Order ${id} renamed` });
		const { written, said } = await pushTwice('/batch/u');
		expect(said).toEqual({ updated: ORDERS, unchanged: ORDERS });
		expect(written).toBe(ORDERS);
	});
});
