import { push } from '../../lib/sync/push';
import type { PushItem } from '../../lib/sync/replication';
import { openWorld, type World } from './world';

const item = (name: string, amount: number | string): PushItem => ({ localId: '1', fields: { name, amount } });

describe('the sync log', () => {
	let world: World;
	afterEach(async () => {
		await world.close();
	});

	it.each([
		['off', []],
		['errors', ['error amount']],
		['all', ['push name', 'push amount', 'error amount', 'push name']],
	])('set to %s keeps what it says', async (syncLog, kept) => {
		const amount = { local: 'amount', external: 'amount', transform: { type: 'number' } };
		world = await openWorld({ settings: { syncLog, entities: { order: { fields: [amount] } } } });
		for (const one of [item('One', 1), item('One', 'a lot'), item('Two', 1)]) {
			await push(await world.replication('order', { runId: `run of ${one.fields.name as string}` }), [one]);
		}
		const history = await world.store.log.history('default', 'hubspot', 'order', '1', { limit: 20 });
		const told = history.toReversed().map(({ kind, field, rule }) => {
			const about = field ?? (JSON.stringify(rule).includes('amount') ? 'amount' : '');
			return `${kind} ${about}`;
		});
		expect(told.sort()).toEqual([...kept].sort());
		if (syncLog !== 'all') return;
		expect(history[0]).toMatchObject({
			...{ kind: 'push', field: 'name', from: 'One', to: 'Two', run: 'run of Two' },
			rule: { local: 'name', external: 'dealname', direction: 'push', owner: 'local' },
		});
	});
});
