import fc from 'fast-check';
import { dealProperties, startVendor } from './vendor-client';

const issueOf = (body: unknown) =>
	(body as { errors?: Array<{ code: string; context: Record<string, string[]> }> }).errors;

describe('what a property value may be', () => {
	it.each([
		['a number', 12],
		['a boolean', true],
		['null', null],
		['an object', { a: 1 }],
	])('refuses %s: values are strings', async (_name, value) => {
		const { call, hs } = await startVendor();
		const answer = await call('POST', '/crm/objects/2026-09/deals', {
			properties: { ...dealProperties(), amount: value },
		});
		expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR', status: 'error' } });
		expect((answer.body as { message: string }).message).toContain('java.lang.String');
		expect(hs.account.list('deals')).toEqual([]);
	});

	it.each([
		['deals', { nope: 'x' }, 'PROPERTY_DOESNT_EXIST'],
		['deals', { hs_object_id: '1' }, 'READ_ONLY_VALUE'],
		['deals', { hs_is_closed: 'true' }, 'READ_ONLY_VALUE'],
		['deals', { dealstage: 'Closed Won' }, 'INVALID_OPTION'],
		['deals', { hubspot_owner_id: '9100001' }, 'INVALID_OPTION'],
		['deals', { dealtype: 'none' }, 'INVALID_OPTION'],
		['deals', { amount: '12,50' }, 'INVALID_INTEGER'],
		['deals', { amount: ' 12' }, 'INVALID_INTEGER'],
		['deals', { closedate: 'tomorrow' }, 'INVALID_LONG'],
		['deals', { closedate: '2026-02-30' }, 'INVALID_LONG'],
		['deals', { description: 'x'.repeat(65_537) }, 'INVALID_STRING'],
		['contacts', { email: 'no address' }, 'INVALID_EMAIL'],
		['contacts', { date_of_birth: '2000-01-01T10:00:00Z' }, 'INVALID_DATE'],
		['companies', { is_public: 'yes' }, 'INVALID_BOOLEAN'],
	])('refuses in %s: %p with %s', async (object, wrong, code) => {
		const { call } = await startVendor();
		const start = { deals: dealProperties(), contacts: {}, companies: { name: 'A' } }[object];
		const answer = await call('POST', `/crm/objects/2026-09/${object}`, { properties: { ...start, ...wrong } });
		expect(answer.status).toBe(400);
		expect(issueOf(answer.body)).toMatchObject([{ code, context: { propertyName: Object.keys(wrong) } }]);
		expect((answer.body as { message: string }).message).toMatch(
			/^Property values were not valid: \[\{"isValid":false/,
		);
	});

	it('names everything that is wrong in one answer', async () => {
		const { call } = await startVendor();
		const properties = dealProperties({ nope: 'x', amount: 'y' });
		const answer = await call('POST', '/crm/objects/2026-09/deals', { properties });
		expect(issueOf(answer.body)?.map((issue) => issue.code)).toEqual(['PROPERTY_DOESNT_EXIST', 'INVALID_INTEGER']);
	});

	it.each([
		['deals', { dealname: 'A' }, ['dealstage', 'pipeline']],
		['companies', { city: 'Ulm' }, ['name', 'domain']],
	])('requires what %s need on create', async (object, properties, missing) => {
		const { call } = await startVendor();
		const answer = await call('POST', `/crm/objects/2026-09/${object}`, { properties });
		expect(answer).toMatchObject({ status: 400, body: { errors: [{ context: { properties: missing } }] } });
	});

	it('stores values in its own form', async () => {
		const { hs } = await startVendor();
		const deal = hs.account.create(
			'deals',
			dealProperties({ dealname: '  Order 7 ', amount: '100.00', closedate: '1767225600000' }),
		);
		expect(deal.properties).toMatchObject({
			dealname: 'Order 7',
			amount: '100.00',
			closedate: '2026-01-01T00:00:00.000Z',
		});
		expect(hs.account.create('contacts', { email: ' Ada@Example.COM' }).properties.email).toBe('ada@example.com');
		expect(hs.account.create('companies', { domain: 'HTTPS://www.Acme.com/x?y' }).properties.domain).toBe('acme.com');
	});

	it('clears with an empty string: echoed by the write, null for a reader', async () => {
		const { client, hs } = await startVendor();
		const { id } = hs.account.create('deals', dealProperties({ amount: '5' }));
		const written = await client.crm.deals.basicApi.update(id, { properties: { amount: '' } });
		expect(written.properties.amount).toBe('');
		expect((await client.crm.deals.basicApi.getById(id, ['amount'])).properties.amount).toBeNull();
		expect(hs.account.get('deals', id)?.properties).not.toHaveProperty('amount');
	});

	it('keeps a stage inside its pipeline', async () => {
		const { client, hs, failure } = await startVendor();
		const stages = [{ label: 'Open', displayOrder: 0, metadata: { probability: '0.5' } }];
		const pipeline = await client.crm.pipelines.pipelinesApi.create('deals', {
			label: 'Second',
			displayOrder: 1,
			stages,
		});
		const { id } = hs.account.create('deals', dealProperties());
		const stage = pipeline.stages[0]?.id ?? '';
		const move = (properties: Record<string, string>) => client.crm.deals.basicApi.update(id, { properties });
		expect((await failure(move({ dealstage: stage }))).code).toBe(400);
		await move({ dealstage: stage, pipeline: pipeline.id });
		expect(hs.account.get('deals', id)?.properties.hs_deal_stage_probability).toBe('0.5');
	});

	it('moves the modification time also when nothing visible changes', async () => {
		let now = 1_767_225_600_000;
		const { client, hs } = await startVendor({ now: () => now });
		const { id } = hs.account.create('deals', dealProperties({ amount: '5' }));
		now += 1_000;
		await client.crm.deals.basicApi.update(id, { properties: { amount: '5' } });
		expect(hs.account.get('deals', id)?.updatedAt.getTime()).toBe(now);
		now += 1_000;
		hs.account.touch('deals', id);
		expect(hs.account.get('deals', id)?.properties.hs_lastmodifieddate).toBe(new Date(now).toISOString());
	});

	it('gives back any text as it was stored, whatever it holds', async () => {
		const { hs, call } = await startVendor();
		const { id } = hs.account.create('companies', { name: 'A' });
		await fc.assert(
			fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 60 }), async (text) => {
				await call('PATCH', `/crm/objects/2026-09/companies/${id}`, { properties: { description: text } });
				const read = await call('GET', `/crm/objects/2026-09/companies/${id}?properties=description`);
				const { description } = (read.body as { properties: Record<string, string | null> }).properties;
				expect(description ?? '').toBe(text.trim());
			}),
			{ numRuns: 60 },
		);
	});
});
