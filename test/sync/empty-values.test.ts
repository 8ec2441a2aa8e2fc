import { push } from '../../lib/sync/push';
import { sync } from '../../lib/sync/sync';
import { openWorld, type World } from './world';

describe('empty values', () => {
	let world: World;
	beforeEach(async () => {
		world = await openWorld({
			settings: {
				entities: {
					order: {
						fields: [
							{ local: 'notes', external: 'description', direction: 'push', strength: 'enforced', owner: 'local' },
							{ local: 'name', external: 'dealname', direction: 'both', policy: 'manual' },
						],
					},
				},
			},
		});
	});
	afterEach(async () => {
		await world.close();
	});

	it.each([[''], [null]])(
		'clears a field with %p once, and neither writes it again nor hands it back',
		async (empty) => {
			const item = (fields: object) => [{ localId: '1', fields: { id: '1', name: 'One', notes: 'n', ...fields } }];
			await push(await world.replication('order'), item({}));
			const cleared = item({ notes: empty, name: empty });
			expect((await push(await world.replication('order'), cleared))[0]).toMatchObject({ outcome: 'updated' });
			expect((await push(await world.replication('order'), cleared))[0]).toMatchObject({
				outcome: 'unchanged',
				changes: [],
			});
			const [synced] = await sync(await world.replication('order'), cleared);
			expect(synced?.patch).not.toHaveProperty('name');
			expect(synced?.patch).not.toHaveProperty('notes');
		},
	);
});
