import type { Tracker } from '../../../sandbox/tracker';
import { call, startForTest } from './tracker-client';

let tracker: Tracker;
beforeEach(async () => {
	tracker = await startForTest();
});
afterEach(async () => await tracker.stop());

describe('access', () => {
	it.each([{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic dGVzdC10b2tlbg==' }])(
		'refuses %j',
		async (headers) => {
			const answer = await call(tracker, 'GET', '/api/orders', undefined, headers as Record<string, string>);
			expect(answer.status).toBe(401);
			expect(answer.body.error.code).toBe('unauthorized');
			expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
		},
	);

	it('names a path that does not exist', async () => {
		const answer = await call(tracker, 'GET', '/api/invoices?secret=1');
		expect(answer).toMatchObject({
			status: 404,
			body: { error: { message: 'There is nothing at GET /api/invoices.' } },
		});
	});
});

describe('list', () => {
	it('is seeded with 25 orders and 8 companies, every company reference known', async () => {
		const orders = await call(tracker, 'GET', '/api/orders');
		const companies = await call(tracker, 'GET', '/api/companies');
		expect(orders.body.results).toHaveLength(25);
		expect(companies.body.results).toHaveLength(8);
		const known = new Set([null, ...companies.body.results.map((each: { id: string }) => each.id)]);
		for (const order of orders.body.results) expect(known).toContain(order.companyId);
		expect(new Set(orders.body.results.map((each: { number: string }) => each.number)).size).toBe(25);
	});

	it('pages by id until after is null', async () => {
		const seen: string[] = [];
		let after: string | null = null;
		do {
			const page = await call(tracker, 'GET', `/api/orders?limit=10${after ? `&after=${after}` : ''}`);
			seen.push(...page.body.results.map((each: { id: string }) => each.id));
			after = page.body.after;
		} while (after);
		expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => String(1001 + index)));
	});

	it('takes ids, leaving out unknown ones', async () => {
		const answer = await call(tracker, 'GET', '/api/orders?ids=1003,9999,1001');
		expect(answer.body).toMatchObject({ results: [{ id: '1001' }, { id: '1003' }], after: null });
	});

	it('takes updatedSince', async () => {
		const changed = await call(tracker, 'PATCH', '/api/orders/1004', { notes: 'new' });
		const answer = await call(tracker, 'GET', `/api/orders?updatedSince=${changed.body.updatedAt}`);
		expect(answer.body.results.map((each: { id: string }) => each.id)).toEqual(['1004']);
	});

	it.each(['limit=0', 'limit=501', 'limit=x', 'updatedSince=yesterday'])('refuses %s', async (query) => {
		expect(await call(tracker, 'GET', `/api/orders?${query}`)).toMatchObject({
			status: 400,
			body: { error: { code: 'invalid_query', field: query.split('=')[0] } },
		});
	});
});

describe('one record', () => {
	it('is read by id, or answered 404 by name', async () => {
		expect((await call(tracker, 'GET', '/api/companies/c-01')).body.name).toBe('Brackwater Pumps GmbH');
		expect(await call(tracker, 'GET', '/api/companies/c-99')).toMatchObject({
			status: 404,
			body: { error: { message: 'There is no company c-99.' } },
		});
	});

	it('is created with the next id and blanks for what was left out', async () => {
		const answer = await call(tracker, 'POST', '/api/orders', { name: 'New one', companyId: 'c-02' });
		expect(answer.status).toBe(201);
		expect(answer.body).toMatchObject({
			id: '1026',
			number: 'SO-1026',
			status: 'draft',
			amount: null,
			version: 1,
			updatedBy: 'api',
		});
		expect((await call(tracker, 'POST', '/api/companies', { name: 'Firm' })).body.id).toBe('c-09');
	});

	it('is refused with a taken id', async () => {
		expect(await call(tracker, 'POST', '/api/orders', { id: '1001', name: 'Again' })).toMatchObject({ status: 409 });
	});

	it('changes only what is given, and merges custom fields', async () => {
		const before = (await call(tracker, 'GET', '/api/orders/1001')).body;
		const { body } = await call(tracker, 'PATCH', '/api/orders/1001', {
			salesStage: 'won',
			custom_fields: { cost: 7 },
		});
		expect(body).toEqual({
			...before,
			...{ salesStage: 'won', custom_fields: { po: 'PO-77120', cost: 7 }, version: 2, updatedBy: 'api' },
			updatedAt: body.updatedAt,
		});
		expect(body.updatedAt > before.updatedAt).toBe(true);
		expect((await call(tracker, 'GET', '/api/orders/1001')).body).toEqual(body);
	});

	it('keeps version and updatedAt when nothing changes', async () => {
		const before = (await call(tracker, 'GET', '/api/orders/1001')).body;
		expect((await call(tracker, 'PATCH', '/api/orders/1001', { name: before.name })).body).toEqual(before);
	});

	it.each<[object, string]>([
		[{ amount: '12' }, 'amount'],
		[{ amount: 1.234 }, 'amount'],
		[{ currency: 'euro' }, 'currency'],
		[{ status: 'lost' }, 'status'],
		[{ dueDate: '31.12.2026' }, 'dueDate'],
		[{ dueDate: '2026-02-30' }, 'dueDate'],
		[{ companyId: 'c-99' }, 'companyId'],
		[{ name: '' }, 'name'],
		[{ notes: 'x'.repeat(65_537) }, 'notes'],
		[{ updatedAt: '2026-01-01T00:00:00Z' }, 'updatedAt'],
		[{ colour: 'red' }, 'colour'],
		[{ custom_fields: { po: { deep: 1 } } }, 'custom_fields.po'],
	])('refuses %j and changes nothing', async (patch, field) => {
		const before = (await call(tracker, 'GET', '/api/orders/1002')).body;
		const answer = await call(tracker, 'PATCH', '/api/orders/1002', { notes: 'good', ...patch });
		expect(answer).toMatchObject({ status: 422, body: { error: { field } } });
		expect((await call(tracker, 'GET', '/api/orders/1002')).body).toEqual(before);
	});

	it.each([
		['{"name":', 400],
		['[]', 400],
		['"text"', 400],
		[JSON.stringify({ notes: 'x'.repeat(5e6) }), 413],
	])('refuses a body that is no record: %.12s', async (body, status) => {
		const answer = await call(tracker, 'PATCH', '/api/orders/1002', body);
		expect(answer.status).toBe(status);
		expect(answer.body.error.message).toMatch(/\w+ \w+/);
	});
});

describe('batch', () => {
	it('answers per record and does what it can', async () => {
		const { status, body } = await call(tracker, 'PATCH', '/api/orders', [
			{ id: '1001', salesStage: 'won' },
			{ id: '9999', salesStage: 'won' },
			{ id: '1002', amount: 'much' },
			{ salesStage: 'won' },
			null,
			{ id: '1003', salesNotes: 'call back' },
		]);
		expect(status).toBe(200);
		expect(body.results.map((each: { id: string; status: number }) => [each.id, each.status])).toEqual([
			['1001', 200],
			['9999', 404],
			['1002', 422],
			[null, 422],
			[null, 422],
			['1003', 200],
		]);
		expect(tracker.orders().filter((each) => each.updatedBy === 'api')).toHaveLength(2);
	});

	it('is bounded', async () => {
		const many = Array.from({ length: 501 }, () => ({ id: '1001' }));
		expect(await call(tracker, 'PATCH', '/api/orders', many)).toMatchObject({ status: 422 });
		expect(await call(tracker, 'PATCH', '/api/orders', { id: '1001' })).toMatchObject({ status: 400 });
	});
});
