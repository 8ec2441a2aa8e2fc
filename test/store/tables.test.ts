import { acquireStore } from '../../lib/store/open';
import { describeOnBothStores, failureOf } from './both-stores';

describeOnBothStores('integration configurations', (site) => {
	it('creates with defaults, changes only what is given, and keeps null apart from left out', async () => {
		const { configs } = site.store;
		expect(await configs.get('t', 'hubspot')).toBeUndefined();
		const created = await configs.save({ tenant: 't', integration: 'hubspot', credentials: 'sealed' });
		expect(created).toMatchObject({
			mode: 'cloud',
			enabled: false,
			credentials: 'sealed',
			settings: {},
			webhookSecret: null,
		});
		const changed = await configs.save({
			tenant: 't',
			integration: 'hubspot',
			mode: 'onprem',
			enabled: true,
			settings: { entities: { order: { object: 'deals' } } },
			webhookSecret: 's',
		});
		expect(changed.createdAt).toEqual(created.createdAt);
		expect(await configs.save({ tenant: 't', integration: 'hubspot', credentials: null })).toMatchObject({
			mode: 'onprem',
			enabled: true,
			credentials: null,
			settings: { entities: { order: { object: 'deals' } } },
			webhookSecret: 's',
		});
		await configs.save({ tenant: 't', integration: 'a_first' });
		expect((await configs.getMany('t')).map((config) => config.integration)).toEqual(['a_first', 'hubspot']);
	});

	it('gives an account to one tenant only, and finds tenants by it', async () => {
		const { configs } = site.store;
		const account = (tenant: string, accountId: string | null, integration = 'hubspot') =>
			configs.save({ tenant, integration, accountId });
		expect(await account('north', '100')).toMatchObject({ accountId: '100' });
		expect(await account('north', '100')).toMatchObject({ accountId: '100' });
		await account('south', '200');
		await account('east', '100', 'salesforce');
		const taken = await failureOf(account('south', '100'));
		expect(taken).toMatchObject({ class: 'rejected', code: 'account_taken' });
		expect((taken as Error).message).not.toContain('north');
		expect(await failureOf(account('new', '200'))).toMatchObject({ code: 'account_taken' });
		expect(await configs.get('new', 'hubspot')).toBeUndefined();
		expect((await configs.get('south', 'hubspot'))?.accountId).toBe('200');
		expect(await configs.findByAccounts('hubspot', ['100', '200', '300', '100'])).toEqual(
			new Map([
				['100', 'north'],
				['200', 'south'],
			]),
		);
		await account('north', null);
		expect(await account('south', '100')).toMatchObject({ accountId: '100' });
		expect(await configs.findByAccounts('hubspot', [])).toEqual(new Map());
		expect(await failureOf(account('south', ''))).toMatchObject({ code: 'id_invalid' });
	});

	it('refuses an integration name and a tenant that cannot be', async () => {
		const { configs } = site.store;
		expect(await failureOf(configs.save({ tenant: 't', integration: 'Hub Spot' }))).toMatchObject({
			code: 'name_invalid',
		});
		expect(await failureOf(configs.save({ tenant: '', integration: 'hubspot' }))).toMatchObject({ code: 'id_invalid' });
		expect(await failureOf(configs.get('x'.repeat(129), 'hubspot'))).toMatchObject({ code: 'id_invalid' });
	});
});

describeOnBothStores('the call budget', (site) => {
	const limit = { intervalMs: 1_000, burst: 3 };

	it('lets a burst go at once and spaces what follows', async () => {
		const { budget } = site.store;
		const waits = [];
		for (let call = 0; call < 6; call++) waits.push(await budget.reserve('acme', 'read', limit));
		expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
		for (const [index, expected] of [1_000, 2_000, 3_000].entries()) {
			expect(waits[3 + index]).toBeLessThanOrEqual(expected);
			expect(waits[3 + index]).toBeGreaterThan(expected - 500);
		}
		expect(await budget.reserve('acme', 'write', limit)).toBe(0);
		expect(await budget.reserve('other', 'read', limit)).toBe(0);
	});

	it('is one budget for two connections that book at the same time', async () => {
		const other = await acquireStore(site.kind === 'postgres' ? `${site.location}?application_name=b` : site.location);
		const waits = await Promise.all(
			Array.from({ length: 40 }, (_, index) =>
				(index % 2 ? site.store : other.store).budget.reserve('shared', 'read', { intervalMs: 10_000, burst: 5 }),
			),
		);
		waits.sort((left, right) => left - right);
		expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
		// Booked one behind the other: no two calls share a slot.
		const slots = waits.slice(5).map((wait) => Math.round(wait / 10_000));
		expect(new Set(slots).size).toBe(35);
		other.release();
	});

	it('waits out a pause, and a shorter one does not end it', async () => {
		const { budget } = site.store;
		await budget.pause('paused', 'read', 60_000);
		await budget.pause('paused', 'read', 1_000);
		const waits = [];
		for (let call = 0; call < 4; call++) waits.push(await budget.reserve('paused', 'read', limit));
		for (const wait of waits) expect(wait).toBeGreaterThan(55_000);
		expect((waits[3] ?? 0) - (waits[2] ?? 0)).toBeGreaterThan(500);
		await budget.reserve('later', 'read', limit);
		await budget.pause('later', 'read', 5_000);
		expect(await budget.reserve('later', 'read', limit)).toBeGreaterThan(4_000);
	});

	it('lets calls go again when time has passed', async () => {
		const { budget } = site.store;
		const quick = { intervalMs: 20, burst: 1 };
		let waited = 0;
		for (let call = 0; call < 5; call++) {
			const wait = await budget.reserve('quick', 'read', quick);
			await new Promise((resolve) => setTimeout(resolve, wait));
			waited += wait;
		}
		expect(waited).toBeLessThanOrEqual(100);
		expect(await budget.reserve('quick', 'read', quick)).toBeLessThanOrEqual(20);
	});

	it('refuses numbers that are none', async () => {
		const { budget } = site.store;
		await expect(budget.reserve('a', 'b', { intervalMs: Number.NaN, burst: 1 })).rejects.toThrow(/intervalMs/);
		await expect(budget.pause('a', 'b', Number.POSITIVE_INFINITY)).rejects.toThrow(/ms of a call budget/);
	});
});
