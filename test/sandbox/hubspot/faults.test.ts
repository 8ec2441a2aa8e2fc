import { dealProperties, startVendor } from './vendor-client';

const LIST = '/crm/objects/2026-09/deals';

describe('access', () => {
	it.each([['Bearer nothing'], ['nothing'], ['']])('refuses %p with 401', async (authorization) => {
		const { call } = await startVendor();
		const answer = await call('GET', LIST, undefined, { authorization });
		expect(answer).toMatchObject({ status: 401, body: { status: 'error', category: 'INVALID_AUTHENTICATION' } });
		expect((answer.body as { correlationId: string }).correlationId).toMatch(/^[0-9a-f-]{36}$/);
	});

	it('names the missing scope with 403', async () => {
		const { call } = await startVendor({ scopes: ['crm.objects.deals.read'] });
		expect((await call('GET', LIST)).status).toBe(200);
		expect((await call('GET', '/crm/properties/2026-09/deals')).status).toBe(200);
		expect(await call('POST', LIST, { properties: dealProperties() })).toMatchObject({
			status: 403,
			body: {
				category: 'MISSING_SCOPES',
				errors: [{ context: { requiredGranularScopes: ['crm.objects.deals.write'] } }],
			},
		});
	});

	it('answers broken JSON and unknown paths as errors of the vendor', async () => {
		const { call, hs } = await startVendor();
		expect(await call('POST', LIST, '{"properties":')).toMatchObject({
			status: 400,
			body: { category: 'VALIDATION_ERROR' },
		});
		expect(await call('POST', LIST, '[]')).toMatchObject({ status: 400 });
		expect(await call('GET', '/crm/objects/2031-01/deals')).toMatchObject({ status: 404, body: { status: 'error' } });
		expect(hs.calls.list().map((one) => one.status)).toEqual([400, 400, 404]);
	});
});

describe('faults on demand', () => {
	it.each([400, 401, 403, 404, 409, 423, 477, 500, 503])('answers %d in the vendor’s form, once', async (status) => {
		const { call, hs } = await startVendor();
		hs.faults.add({ kind: 'status', status, retryAfterSeconds: 7 });
		const answer = await call('GET', LIST);
		expect(answer).toMatchObject({ status, body: { status: 'error' } });
		expect(answer.headers.get('retry-after')).toBe('7');
		expect((await call('GET', LIST)).status).toBe(200);
	});

	it.each([502, 504, 521])('answers %d with a page of the edge', async (status) => {
		const { call, hs } = await startVendor();
		hs.faults.add({ kind: 'status', status });
		const answer = await call('GET', LIST);
		expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html;charset=utf-8']);
	});

	it.each(['DAILY', 'TEN_SECONDLY_ROLLING', 'SECONDLY'] as const)(
		'answers 429 by policy %s, without Retry-After unless asked',
		async (policyName) => {
			const { call, hs } = await startVendor();
			hs.faults.add(
				{ kind: 'status', status: 429, policyName },
				{ kind: 'status', status: 429, policyName, retryAfterSeconds: 1 },
			);
			const [bare, told] = [await call('GET', LIST), await call('GET', LIST)];
			expect(bare).toMatchObject({ status: 429, body: { category: 'RATE_LIMITS', policyName } });
			expect([bare.headers.get('retry-after'), told.headers.get('retry-after')]).toEqual([null, '1']);
		},
	);

	it('loses the answer after the work, or the request before it', async () => {
		const { call, hs } = await startVendor();
		hs.faults.add({ kind: 'lostAnswer', match: { method: 'POST', pathIncludes: '/batch/create' } });
		const create = () => call('POST', `${LIST}/batch/create`, { inputs: [{ properties: dealProperties() }] });
		await expect(create()).rejects.toThrow('fetch failed');
		expect(hs.account.list('deals')).toHaveLength(1);
		hs.faults.add({ kind: 'lostRequest' });
		await expect(create()).rejects.toThrow('fetch failed');
		expect(hs.account.list('deals')).toHaveLength(1);
		expect(hs.calls.list().map((one) => [one.status, one.fault, one.inputs])).toEqual([
			[0, 'lostAnswer', 1],
			[0, 'lostRequest', 1],
		]);
	});

	it('hangs until it stops', async () => {
		const { call, hs } = await startVendor();
		hs.faults.add({ kind: 'hang' });
		const hanging = call('GET', LIST).then(
			() => 'answered',
			() => 'cut',
		);
		while (hs.calls.count === 0) await new Promise((resolve) => setImmediate(resolve));
		await hs.stop();
		expect(await hanging).toBe('cut');
	});

	it('is slow, or answers garbage', async () => {
		const { call, hs } = await startVendor();
		hs.faults.add({ kind: 'slow', ms: 60 }, { kind: 'garbage' });
		const before = performance.now();
		expect((await call('GET', LIST)).status).toBe(200);
		expect(performance.now() - before).toBeGreaterThanOrEqual(55);
		expect(await call('GET', LIST)).toMatchObject({ status: 200, text: expect.stringContaining('<!DOCTYPE html>') });
	});

	it('fails chosen inputs of a batch and does the others', async () => {
		const { client, hs, last } = await startVendor();
		hs.account.addProperty('deals', 'key', { hasUniqueValue: true });
		hs.faults.add({ kind: 'perItemErrors', inputs: [1], message: 'locked', match: { pathIncludes: 'upsert' } });
		const inputs = ['A', 'B', 'C'].map((id) => ({ id, idProperty: 'key', properties: dealProperties() }));
		await client.crm.deals.batchApi.upsert({ inputs });
		expect(last()).toMatchObject({
			status: 207,
			body: { numErrors: 1, errors: [{ message: 'locked', context: { ids: ['B'] } }] },
		});
		expect(hs.account.list('deals').map((one) => one.properties.key)).toEqual(['A', 'C']);
	});

	it('counts times and skips, matches by body, and can be cleared', async () => {
		const { call, hs } = await startVendor();
		const statuses = async (count: number) => {
			const seen = [];
			for (let n = 0; n < count; n++) seen.push((await call('GET', LIST)).status);
			return seen;
		};
		hs.faults.add({ kind: 'status', status: 500, times: 2, skip: 1 });
		expect(await statuses(4)).toEqual([200, 500, 500, 200]);
		hs.faults.add({ kind: 'status', status: 500, times: Infinity, match: { bodyIncludes: 'needle' } });
		expect((await call('POST', LIST, { properties: { dealname: 'needle' } })).status).toBe(500);
		expect(await statuses(1)).toEqual([200]);
		hs.faults.clear();
		expect(hs.faults.pending).toEqual([]);
	});

	it('takes faults over HTTP, outside the vendor’s paths', async () => {
		const { call, hs } = await startVendor();
		expect((await call('POST', '/_sandbox/faults', { kind: 'status', status: 503, times: 0 })).status).toBe(200);
		expect((await call('GET', LIST)).status).toBe(503);
		expect((await call('POST', '/_sandbox/faults', { kind: 'earthquake' })).status).toBe(400);
		expect(
			(await call('POST', '/_sandbox/faults', { kind: 'status', status: 1 }, { 'content-type': 'text/plain' })).status,
		).toBe(400);
		expect((await call('DELETE', '/_sandbox/faults')).status).toBe(200);
		expect((await call('GET', LIST)).status).toBe(200);
		expect(hs.calls.list('_sandbox')).toEqual([]);
	});
});
