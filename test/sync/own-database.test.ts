import type { UpsertRecord } from '../../lib/adapters/adapter';
import type { OwnRecords } from '../../lib/sync/own-records';
import { pullOwn, pushOwn, syncOwn } from '../../lib/sync/own-run';
import type { PullOutcome } from '../../lib/sync/replication';
import { startTcpProxy } from '../servers/tcp-proxy';
import { inEachDatabase, type OwnSite } from './own-world';
import { openWorld, type World } from './world';

const SETTINGS = {
	entities: {
		order: {
			fields: [
				{ local: 'amount', external: 'amount', direction: 'both', policy: 'manual', transform: { type: 'number' } },
				{ local: 'extra.next', external: 'hs_next_step', direction: 'both', policy: 'owner', owner: 'external' },
			],
		},
	},
	syncLog: 'all',
};

inEachDatabase('both sides by one run', (start) => {
	let site: OwnSite;
	let world: World;
	beforeAll(async () => {
		site = await start();
	}, 60_000);
	afterAll(() => site.stop());
	beforeEach(async () => {
		await site.sql('DELETE FROM orders');
		await site.sql(`INSERT INTO orders (id, title, amount, due_date, extra) VALUES
			(1, 'Pumps', 100.50, '2026-12-01', '{"color": "red"}'), (2, 'Valves', 200, NULL, NULL)`);
		world = await openWorld({ settings: SETTINGS });
	});
	afterEach(() => world.close());

	const run = async (ids = ['1'], own = site.own()): Promise<PullOutcome[]> =>
		await syncOwn(
			await world.replication('order'),
			own,
			ids.map((localId) => ({ localId })),
		);
	const one = async (own?: OwnRecords): Promise<PullOutcome> => (await run(['1'], own))[0] as PullOutcome;
	const deal = (outcome: PullOutcome) => world.hubspot.account.get('deals', outcome.externalId ?? '')?.properties;
	/** Linked, agreed on both sides, and at rest. */
	const linked = async (): Promise<string> => {
		const { externalId } = await one();
		await one();
		expect(await one()).toMatchObject({ outcome: 'unchanged', patch: {}, receipt: null });
		world.hubspot.calls.clear();
		return externalId ?? '';
	};
	/** Your own system in which somebody else is at work right before each write. */
	const disturbed = (meanwhile: (record: UpsertRecord, times: number) => Promise<void>): OwnRecords => {
		const own = site.own();
		let times = 0;
		return {
			...own,
			adapter: {
				...own.adapter,
				upsert: async (binding, records) => {
					for (const record of records) await meanwhile(record, ++times);
					return (await own.adapter.upsert?.(binding, records)) ?? [];
				},
			},
		};
	};

	it('carries each side its way, writes the patch and confirms it, and comes to rest', async () => {
		const outcomes = await run(['1', '2']);
		expect(outcomes.map(({ outcome, localId }) => [outcome, localId])).toEqual([
			['created', '1'],
			['created', '2'],
		]);
		expect(deal(outcomes[0] as PullOutcome)).toMatchObject({ dealname: 'Pumps', amount: '100.5' });

		const dealId = outcomes[0]?.externalId ?? '';
		world.hubspot.account.edit('deals', dealId, { description: 'call back', amount: '120.5', hs_next_step: 'visit' });
		await site.sql(`UPDATE orders SET title = 'Big pumps', updated_at = CURRENT_TIMESTAMP(6) WHERE id = 1`);
		const [both] = await run(['1', '2']);
		expect(both).toMatchObject({ outcome: 'updated', receipt: null, patch: { salesNotes: 'call back' } });
		expect(deal(both as PullOutcome)?.dealname).toBe('Big pumps');
		const row = await site.order('1');
		expect({
			...row,
			extra: typeof row?.['extra'] === 'string' ? JSON.parse(row['extra']) : row?.['extra'],
		}).toMatchObject({
			title: 'Big pumps',
			amount: '120.50',
			sales_notes: 'call back',
			extra: { color: 'red', next: 'visit' },
		});

		world.hubspot.calls.clear();
		const rest = await run(['1', '2']);
		expect(rest.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
		expect(world.calls()).toBe(1);
		expect(await site.order('1')).toEqual(row);
	});

	it('knows its own write when it comes back as a change of yours', async () => {
		const dealId = await linked();
		const binding = site.own().binding;
		const { cursor } = (await site.own().adapter.changesSince?.(binding, 'now', [])) ?? { cursor: {} };
		world.hubspot.account.edit('deals', dealId, { description: 'theirs', amount: '7' });
		await one();
		const page = await site.own().adapter.changesSince?.(binding, cursor, []);
		expect(page?.records.map(({ externalId }) => externalId)).toContain('1');
		world.hubspot.calls.clear();
		expect(await one()).toMatchObject({ outcome: 'unchanged', changes: [] });
		expect(world.calls('batch/update')).toBe(0);
	});

	it('never lands on an edit that is made between the look and the write', async () => {
		const dealId = await linked();
		world.hubspot.account.edit('deals', dealId, { description: 'theirs' });
		const own = disturbed(async (_record, times) => {
			if (times === 1)
				await site.sql(
					`UPDATE orders SET title = 'At the same moment', updated_at = CURRENT_TIMESTAMP(6) WHERE id = 1`,
				);
		});
		expect(await one(own)).toMatchObject({ outcome: 'updated', receipt: null });
		expect(await site.order('1')).toMatchObject({ title: 'At the same moment', sales_notes: 'theirs' });
		expect(world.hubspot.account.get('deals', dealId)?.properties.dealname).toBe('At the same moment');
		expect(await one()).toMatchObject({ outcome: 'unchanged' });
	});

	it('does not decide by what was read before that edit', async () => {
		const dealId = await linked();
		world.hubspot.account.edit('deals', dealId, { amount: '120' });
		const own = disturbed(async (_record, times) => {
			if (times === 1) await site.sql(`UPDATE orders SET amount = 110, updated_at = CURRENT_TIMESTAMP(6) WHERE id = 1`);
		});
		expect(await one(own)).toMatchObject({ outcome: 'conflict', conflicts: [{ field: 'amount', external: '120' }] });
		expect((await site.order('1'))?.['amount']).toBe('110.00');
		expect(world.hubspot.account.get('deals', dealId)?.properties.amount).toBe('120');
	});

	it('gives up on a record that never rests, says so, and loses nothing', async () => {
		const dealId = await linked();
		world.hubspot.account.edit('deals', dealId, { description: 'theirs' });
		const own = disturbed(async (_record, times) => {
			await site.sql(`UPDATE orders SET title = 'Edit ${times}', updated_at = CURRENT_TIMESTAMP(6) WHERE id = 1`);
		});
		expect(await one(own)).toMatchObject({ outcome: 'failed', error: { class: 'transient', code: 'record_moved' } });
		expect(await one()).toMatchObject({ outcome: 'updated', patch: { salesNotes: 'theirs' } });
		expect((await site.order('1'))?.['sales_notes']).toBe('theirs');
	});

	it('dies between write and confirm without harm: the next run finds both equal', async () => {
		const dealId = await linked();
		world.hubspot.account.edit('deals', dealId, { description: 'theirs', amount: '120.5' });
		const own = site.own();
		const dying: OwnRecords = {
			...own,
			adapter: {
				...own.adapter,
				upsert: async (binding, records) => {
					await own.adapter.upsert?.(binding, records);
					throw new Error('kill -9');
				},
			},
		};
		await expect(one(dying)).rejects.toThrow('kill -9');
		expect(await site.order('1')).toMatchObject({ sales_notes: 'theirs', amount: '120.50' });
		world.hubspot.calls.clear();
		expect(await one()).toMatchObject({ patch: {}, changes: [] });
		expect(world.calls('batch/update')).toBe(0);
		// And their next edit is theirs again, not a conflict with a copy of the last one.
		world.hubspot.account.edit('deals', dealId, { description: 'theirs again', amount: '130' });
		expect(await one()).toMatchObject({ outcome: 'updated', patch: { salesNotes: 'theirs again', amount: 130 } });
	});

	it('takes a commit whose answer was lost for what it is', async () => {
		const dealId = await linked();
		world.hubspot.account.edit('deals', dealId, { description: 'theirs' });
		const proxy = await startTcpProxy(site.port);
		try {
			const own = site.own(proxy.port);
			const counted: OwnRecords = {
				...own,
				adapter: {
					...own.adapter,
					upsert: async (binding, records) => {
						proxy.loseAnswerTo('COMMIT');
						return (await own.adapter.upsert?.(binding, records)) ?? [];
					},
				},
			};
			expect(await one(counted)).toMatchObject({ outcome: 'updated', receipt: null });
			expect(proxy.lost()).toBe(1);
		} finally {
			await proxy.stop();
		}
		expect(await one()).toMatchObject({ outcome: 'unchanged' });
	}, 60_000);

	it('says what the database refuses, keeps it with the link, and mends it by itself', async () => {
		const dealId = await linked();
		const long = 'x'.repeat(21);
		await site.sql(`ALTER TABLE orders ADD CONSTRAINT short_notes CHECK (char_length(sales_notes) < 20)`);
		try {
			world.hubspot.account.edit('deals', dealId, { description: long });
			const refused = await one();
			expect(refused).toMatchObject({ outcome: 'failed', error: { class: 'rejected', code: 'constraint_violated' } });
			expect(refused.error?.message).toMatch(/row "1".*short_notes/);
			expect(refused.receipt).not.toBeNull();
			const table = world.store.links('hubspot', 'order');
			expect(await table.findByLocalIds('default', ['1'])).toMatchObject([
				{ syncStatus: 'failed', errorCode: 'constraint_violated' },
			]);
			const troubled = async () => (await table.findByLocalIds('default', ['1']))[0];
			const { lastSyncedAt } = (await troubled()) ?? {};
			await one();
			// Told once, as the same trouble: by when it began, too.
			expect(await troubled()).toMatchObject({ syncStatus: 'failed', lastSyncedAt });
			world.hubspot.account.edit('deals', dealId, { description: 'short' });
			expect(await one()).toMatchObject({ outcome: 'updated', link: { syncStatus: 'synced', lastError: null } });
			expect((await site.order('1'))?.['sales_notes']).toBe('short');
		} finally {
			await site.sql('ALTER TABLE orders DROP CONSTRAINT short_notes');
		}
	});

	it('skips a record that has no row, and obeys "Deleted"', async () => {
		expect(await run(['99'])).toMatchObject([
			{ outcome: 'skipped', reason: expect.stringContaining('no row in orders') as string },
		]);
		const deleted = await syncOwn(await world.replication('order'), site.own(), [{ localId: '1', deleted: true }]);
		expect(deleted).toMatchObject([{ localId: '1', patch: {} }]);
	});

	it('pushes what the rows hold, and pulls into them what is new', async () => {
		const [pushed] = await pushOwn(await world.replication('order'), site.own(), [{ localId: '1' }]);
		expect(pushed).toMatchObject({ outcome: 'created' });
		expect(pushed).not.toHaveProperty('patch');
		const externalId = pushed?.externalId ?? '';
		world.hubspot.account.edit('deals', externalId, { description: 'theirs', amount: '120' });
		const pull = async () => await pullOwn(await world.replication('order'), site.own(), [{ externalId }]);
		expect(await pull()).toMatchObject([
			{ outcome: 'updated', receipt: null, patch: { salesNotes: 'theirs', amount: 120 } },
		]);
		expect(await site.order('1')).toMatchObject({ sales_notes: 'theirs', amount: '120.00' });
		expect(await pull()).toMatchObject([{ outcome: 'unchanged' }]);
	});

	it('does two runs at once without one landing on the other', async () => {
		const dealId = await linked();
		for (let round = 1; round <= 5; round++) {
			world.hubspot.account.edit('deals', dealId, { description: `round ${round}` });
			await site.sql(`UPDATE orders SET title = 'Round ${round}', updated_at = CURRENT_TIMESTAMP(6) WHERE id = 1`);
			const outcomes = await Promise.all([one(), one()]);
			expect(outcomes.map(({ outcome }) => outcome)).not.toContain('failed');
		}
		expect(await one()).toMatchObject({ outcome: 'unchanged' });
		expect(await site.order('1')).toMatchObject({ title: 'Round 5', sales_notes: 'round 5' });
		expect(world.hubspot.account.get('deals', dealId)?.properties.dealname).toBe('Round 5');
	}, 60_000);
});
