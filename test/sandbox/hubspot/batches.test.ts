import { contractFaults } from './vendor-contract';
import { dealProperties, startVendor, type Vendor } from './vendor-client';

const key = 'crosslink_id';

async function withKey(options = {}): Promise<Vendor> {
	const vendor = await startVendor(options);
	vendor.hs.account.addProperty('deals', key, { hasUniqueValue: true });
	return vendor;
}

const upsertInput = (id: string, more: Record<string, string> = {}) => ({
	id,
	idProperty: key,
	properties: dealProperties(more),
});

describe('batches, through the vendor’s client', () => {
	it('upserts by the unique property: first new, then not, in no promised order', async () => {
		const { client, last, hs } = await withKey();
		const inputs = ['K1', 'K2', 'K3'].map((id) => upsertInput(id));
		const first = await client.crm.deals.batchApi.upsert({ inputs });
		expect(contractFaults('crm/deals', 'BatchResponseSimplePublicUpsertObject', last().body)).toEqual([]);
		expect(first.results.map((one) => [one._new, one.properties[key]])).toEqual([
			[true, 'K3'],
			[true, 'K2'],
			[true, 'K1'],
		]);
		const again = await client.crm.deals.batchApi.upsert({ inputs });
		expect(again.results.every((one) => one._new === false)).toBe(true);
		expect(hs.account.list('deals')).toHaveLength(3);
	});

	it('upserts contacts by email', async () => {
		const { client, hs } = await startVendor();
		const input = (id: string, firstname: string) => ({ id, idProperty: 'email', properties: { firstname } });
		await client.crm.contacts.batchApi.upsert({ inputs: [input('Ada@example.com', 'Ada')] });
		await client.crm.contacts.batchApi.upsert({ inputs: [input('ada@EXAMPLE.com', 'Augusta')] });
		expect(hs.account.list('contacts').map((one) => one.properties)).toMatchObject([
			{ email: 'ada@example.com', firstname: 'Augusta' },
		]);
	});

	it('refuses the whole upsert with 409 when one unique value is taken', async () => {
		const { client, hs, failure } = await withKey();
		hs.account.addProperty('deals', 'erp_number', { hasUniqueValue: true });
		hs.account.create('deals', dealProperties({ erp_number: '4711' }));
		const inputs = [upsertInput('K1'), upsertInput('K2', { erp_number: '4711' })];
		const refused = await failure(client.crm.deals.batchApi.upsert({ inputs }));
		expect(refused).toMatchObject({
			code: 409,
			body: { category: 'CONFLICT', errors: [{ code: 'CONFLICTING_UNIQUE_VALUE' }] },
		});
		expect(hs.account.list('deals')).toHaveLength(1);
	});

	it.each(['upsert', 'update'] as const)('refuses duplicate ids in one %s', async (verb) => {
		const { client, hs, failure } = await withKey();
		const { id } = hs.account.create('deals', dealProperties({ [key]: 'K1' }));
		const inputs =
			verb === 'upsert'
				? [upsertInput('K1'), upsertInput(' K1 ')]
				: [
						{ id, properties: {} },
						{ id, properties: {} },
					];
		const refused = await failure(client.crm.deals.batchApi[verb]({ inputs: inputs as never }));
		expect(refused).toMatchObject({ code: 400 });
		expect(refused.body.message).toContain('Duplicate IDs found in batch input');
	});

	it('refuses a whole batch for one unknown property, and writes nothing', async () => {
		const { client, hs, failure } = await withKey();
		const inputs = [upsertInput('K1'), upsertInput('K2', { nope: 'x' })];
		expect((await failure(client.crm.deals.batchApi.upsert({ inputs }))).body.errors?.[0]?.code).toBe(
			'PROPERTY_DOESNT_EXIST',
		);
		expect(hs.account.list('deals')).toEqual([]);
	});

	it('needs an idProperty that is unique', async () => {
		const { client, failure } = await withKey();
		const upsert = (idProperty: string | undefined) =>
			failure(
				client.crm.deals.batchApi.upsert({
					inputs: [{ id: 'x', properties: dealProperties(), ...(idProperty ? { idProperty } : {}) }],
				}),
			);
		expect((await upsert('dealname')).body.message).toContain('non-unique 0-3 property dealname');
		expect((await upsert(undefined)).code).toBe(400);
		const update = client.crm.deals.batchApi.update({
			inputs: [{ id: '1', idProperty: 'hs_object_id', properties: {} }],
		});
		expect((await failure(update)).body.message).toContain('non-unique 0-3 property hs_object_id');
	});

	it('creates partly when every input carries its own trace id', async () => {
		const { client, last, hs } = await withKey();
		const input = (objectWriteTraceId: string, more = {}) => ({
			properties: dealProperties(more),
			associations: [],
			objectWriteTraceId,
		});
		const made = await client.crm.deals.batchApi.create({
			inputs: [input('a'), input('b', { amount: 'x' }), input('c')],
		});
		expect(last().status).toBe(207);
		expect(contractFaults('crm/deals', 'BatchResponseSimplePublicObjectWithErrors', last().body)).toEqual([]);
		expect(made.results.map((one) => one.objectWriteTraceId).sort()).toEqual(['a', 'c']);
		expect(made).toMatchObject({ numErrors: 1, errors: [{ context: { objectWriteTraceId: ['b'] } }] });
		expect(hs.account.list('deals')).toHaveLength(2);
	});

	it('creates all or nothing without trace ids', async () => {
		const { client, failure, hs, last } = await withKey();
		const inputs = [
			{ properties: dealProperties(), associations: [] },
			{ properties: dealProperties({ amount: 'x' }), associations: [] },
		];
		expect((await failure(client.crm.deals.batchApi.create({ inputs }))).code).toBe(400);
		expect(hs.account.list('deals')).toEqual([]);
		await client.crm.deals.batchApi.create({ inputs: inputs.slice(0, 1) });
		expect(last().status).toBe(201);
		expect(contractFaults('crm/deals', 'BatchResponseSimplePublicObject', last().body)).toEqual([]);
	});

	it('says which ids a read or update did not find, beside the rest', async () => {
		const { client, hs, last } = await withKey();
		const { id } = hs.account.create('deals', dealProperties({ [key]: 'K1' }));
		await client.crm.deals.batchApi.read({
			inputs: [{ id }, { id: '5' }, { id: '6' }],
			properties: ['dealname'],
			propertiesWithHistory: [],
		});
		expect(last()).toMatchObject({
			status: 207,
			body: { results: [{ id }], errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['5', '6'] } }] },
		});
		expect(contractFaults('crm/deals', 'BatchResponseSimplePublicObjectWithErrors', last().body)).toEqual([]);
		const byKey = await client.crm.deals.batchApi.read({
			inputs: [{ id: 'K1' }],
			idProperty: key,
			properties: [],
			propertiesWithHistory: [],
		});
		expect(byKey.results[0]?.id).toBe(id);
		expect(last().status).toBe(200);
		await client.crm.deals.batchApi.update({
			inputs: [
				{ id, properties: { amount: '1' } },
				{ id: '5', properties: { amount: '1' } },
			],
		});
		expect(last()).toMatchObject({ status: 207, body: { results: [{ id }], numErrors: 1 } });
	});

	it('can keep item errors under the plain success status, as the 2026-09 contract lists', async () => {
		const { call } = await withKey({ partialStatus: 'success' });
		const read = await call('POST', '/crm/objects/2026-09/deals/batch/read', { inputs: [{ id: '5' }], properties: [] });
		expect(read).toMatchObject({ status: 200, body: { numErrors: 1 } });
	});

	it('archives in batches, frees unique values, and restores', async () => {
		const { client, hs, failure } = await withKey();
		const { id } = hs.account.create('deals', dealProperties({ [key]: 'K1' }));
		await client.crm.deals.batchApi.archive({ inputs: [{ id }, { id: '5' }] });
		expect((await failure(client.crm.deals.basicApi.getById(id))).code).toBe(404);
		const other = await client.crm.deals.batchApi.upsert({ inputs: [upsertInput('K1')] });
		expect(other.results[0]?._new).toBe(true);
		expect(() => hs.account.restore('deals', id)).toThrow('already has that value');
		hs.account.archive('deals', other.results[0]?.id ?? '');
		hs.account.restore('deals', id);
		expect((await client.crm.deals.basicApi.getById(id)).archived).toBe(false);
	});

	it.each(['read', 'create', 'update', 'upsert', 'archive'])('takes 100 inputs and refuses 101 in %s', async (verb) => {
		const { call } = await withKey();
		const inputs = (count: number) => ({ inputs: Array.from({ length: count }, (_, n) => upsertInput(`K${n}`)) });
		expect((await call('POST', `/crm/objects/2026-09/deals/batch/${verb}`, inputs(101))).status).toBe(400);
		expect((await call('POST', `/crm/objects/2026-09/deals/batch/${verb}`, { inputs: [] })).status).toBe(400);
		expect((await call('POST', `/crm/objects/2026-09/deals/batch/${verb}`, inputs(100))).status).toBeLessThan(300);
	});

	it('tells of a taken email with the existing id', async () => {
		const { client, hs, failure } = await startVendor();
		const { id } = hs.account.create('contacts', { email: 'a@example.com' });
		const refused = await failure(
			client.crm.contacts.basicApi.create({ properties: { email: 'A@example.com' }, associations: [] }),
		);
		expect(refused).toMatchObject({
			code: 409,
			body: { message: `Contact already exists. Existing ID: ${id}`, category: 'CONFLICT' },
		});
	});
});
