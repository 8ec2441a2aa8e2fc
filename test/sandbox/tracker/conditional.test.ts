import type { Tracker } from '../../../sandbox/tracker';
import { call, startForTest, TOKEN } from './tracker-client';

let tracker: Tracker;
beforeEach(async () => {
	tracker = await startForTest();
});
afterEach(async () => await tracker.stop());

const read = async (path = '/api/orders/1001') => await call(tracker, 'GET', path);
const write = async (body: object, condition: string, path = '/api/orders/1001') =>
	await call(tracker, 'PATCH', path, body, { authorization: `Bearer ${TOKEN}`, 'if-match': condition });

describe('the version of a record', () => {
	it('comes as a field and as ETag, and moves with every change and no other call', async () => {
		const first = await read();
		expect([first.headers.get('etag'), first.body.version]).toEqual(['"1"', 1]);
		const changed = await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'new' });
		expect([changed.headers.get('etag'), changed.body.version]).toEqual(['"2"', 2]);
		await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'new' });
		await call(tracker, 'PATCH', '/_sandbox/orders/1001', { status: 'shipped' }, {});
		expect((await read()).headers.get('etag')).toBe('"3"');
		const [listed] = (await call(tracker, 'GET', '/api/orders?ids=1001')).body.results;
		expect(listed).toEqual((await read()).body);
		const made = await call(tracker, 'POST', '/api/companies', { name: 'Firm' });
		expect([made.headers.get('etag'), made.body.version]).toEqual(['"1"', 1]);
	});

	it('is set by nobody else', async () => {
		expect(await call(tracker, 'PATCH', '/api/orders/1001', { version: 9 })).toMatchObject({ status: 422 });
		expect(await call(tracker, 'POST', '/api/orders', { name: 'New', version: 9 })).toMatchObject({ status: 422 });
	});
});

describe('a change with If-Match', () => {
	it('goes through while the record is as it was read', async () => {
		const { headers } = await read();
		const answer = await write({ salesStage: 'won' }, headers.get('etag') ?? '');
		expect(answer).toMatchObject({ status: 200, body: { salesStage: 'won', version: 2 } });
	});

	it('is refused in plain words when somebody was faster, and changes nothing', async () => {
		const { headers } = await read();
		await call(tracker, 'PATCH', '/_sandbox/orders/1001', { status: 'shipped' }, {});
		const theirs = (await read()).body;
		const answer = await write({ salesStage: 'won' }, headers.get('etag') ?? '');
		expect(answer).toMatchObject({ status: 412, body: { error: { code: 'changed_meanwhile' } } });
		expect(answer.body.error.message).toMatch(
			/^The order 1001 has changed since you read it: it has version 2 now, of \S+ by page\. Read it again/,
		);
		expect((await read()).body).toEqual(theirs);
	});

	it('is refused even where it would change nothing', async () => {
		await call(tracker, 'PATCH', '/api/orders/1001', { salesStage: 'won' });
		expect(await write({ salesStage: 'won' }, '"1"')).toMatchObject({ status: 412 });
	});

	it.each([
		['*', 200],
		['"7", "1"', 200],
		['"7","8"', 412],
		['W/"1"', 412],
		['1', 400],
		['"1', 400],
		['', 400],
		['*, "1"', 400],
	])('understands %j', async (condition, status) => {
		expect(await write({ salesStage: 'won' }, condition)).toMatchObject({ status });
	});

	it('of a record that is not there, or with a wrong field, says that instead', async () => {
		expect(await write({ name: 'x' }, '*', '/api/orders/9999')).toMatchObject({ status: 404 });
		expect(await write({ amount: 'much' }, '"7"')).toMatchObject({ status: 422 });
	});

	it('lets exactly one of many through that read the same version', async () => {
		const writers = Array.from({ length: 20 }, async (_, n) => await write({ notes: `writer ${n}` }, '"1"'));
		const statuses = (await Promise.all(writers)).map(({ status }) => status);
		expect(statuses.filter((status) => status === 200)).toHaveLength(1);
		expect(statuses.filter((status) => status === 412)).toHaveLength(19);
		expect((await read()).body.version).toBe(2);
	});
});

describe('a batch', () => {
	it('takes the version per item, and answers per item', async () => {
		await call(tracker, 'PATCH', '/api/orders/1002', { notes: 'faster' });
		const { body } = await call(tracker, 'PATCH', '/api/orders', [
			{ id: '1001', version: 1, salesStage: 'won' },
			{ id: '1002', version: 1, salesStage: 'won' },
			{ id: '1003', salesStage: 'won' },
			{ id: '1004', version: '1', salesStage: 'won' },
		]);
		expect(body.results.map((each: { status: number }) => each.status)).toEqual([200, 412, 200, 422]);
		expect(body.results[1]).toMatchObject({ id: '1002', ok: false, error: { code: 'changed_meanwhile' } });
		expect(tracker.orders().map(({ salesStage }) => salesStage)).toEqual(['won', null, 'won', ...Array(22).fill(null)]);
	});

	it('refuses one condition for all, which it would not look at', async () => {
		const answer = await write([{ id: '1001', salesStage: 'won' }], '"1"', '/api/orders');
		expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_if_match' } } });
		expect((await read()).body.version).toBe(1);
	});
});
