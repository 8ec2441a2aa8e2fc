import { startVendor } from './vendor-client';

const LIST = '/crm/objects/2026-09/deals';
const SEARCH = `${LIST}/search`;

describe('limits', () => {
	it('counts ten rolling seconds and says so in headers', async () => {
		let now = 1_767_225_600_000;
		const rateLimit = { perTenSeconds: 3, searchPerSecond: 5, daily: 100 };
		const { call } = await startVendor({ now: () => now, rateLimit });
		const first = await call('GET', LIST);
		expect(Object.fromEntries([...first.headers].filter(([name]) => name.startsWith('x-hubspot-ratelimit')))).toEqual({
			'x-hubspot-ratelimit-max': '3',
			'x-hubspot-ratelimit-remaining': '2',
			'x-hubspot-ratelimit-interval-milliseconds': '10000',
			'x-hubspot-ratelimit-daily': '100',
			'x-hubspot-ratelimit-daily-remaining': '99',
		});
		now += 6_000;
		await call('GET', LIST);
		await call('GET', LIST);
		const refused = await call('GET', LIST);
		expect(refused).toMatchObject({
			status: 429,
			body: { policyName: 'TEN_SECONDLY_ROLLING', category: 'RATE_LIMITS', errorType: 'RATE_LIMIT' },
		});
		expect(refused.headers.get('x-hubspot-ratelimit-remaining')).toBe('0');
		now += 4_000;
		expect((await call('GET', LIST)).status).toBe(200);
		expect((await call('GET', LIST)).status).toBe(429);
	});

	it('limits search by the second, apart, and without headers', async () => {
		let now = 1_767_225_600_000;
		const { call } = await startVendor({
			now: () => now,
			rateLimit: { perTenSeconds: 1, searchPerSecond: 2, daily: 100 },
		});
		const seen = [];
		for (let n = 0; n < 3; n++) seen.push(await call('POST', SEARCH, {}));
		expect(seen.map((one) => one.status)).toEqual([200, 200, 429]);
		expect(seen[2]?.body).toMatchObject({ policyName: 'SECONDLY' });
		expect(seen.flatMap((one) => [...one.headers.keys()]).filter((name) => name.includes('ratelimit'))).toEqual([]);
		expect((await call('GET', LIST)).status).toBe(200);
		now += 1_000;
		expect((await call('POST', SEARCH, {})).status).toBe(200);
	});

	it('ends the day, and begins the next one', async () => {
		let now = 1_767_225_600_000;
		const { call } = await startVendor({
			now: () => now,
			rateLimit: { perTenSeconds: 10, searchPerSecond: 10, daily: 2 },
		});
		await call('GET', LIST);
		await call('POST', SEARCH, {});
		expect(await call('GET', LIST)).toMatchObject({ status: 429, body: { policyName: 'DAILY' } });
		now += 86_400_000;
		expect((await call('GET', LIST)).status).toBe(200);
	});

	it('has a Professional account’s limits by default', async () => {
		const { call } = await startVendor({ rateLimit: {} });
		expect((await call('GET', LIST)).headers.get('x-hubspot-ratelimit-max')).toBe('190');
	});
});
