import { contractFaults } from './vendor-contract';
import { dealProperties, startVendor } from './vendor-client';

describe('single records, through the vendor’s client', () => {
	it('creates, reads, changes and archives a deal within the contract', async () => {
		const { client, last, hs } = await startVendor();
		const created = await client.crm.deals.basicApi.create({
			properties: dealProperties({ amount: '12.50' }),
			associations: [],
		});
		expect(last().status).toBe(201);
		expect(contractFaults('crm/deals', 'SimplePublicObject', last().body)).toEqual([]);
		expect(created.properties).toMatchObject({ dealname: 'Order 1001', amount: '12.50', hs_object_id: created.id });

		const read = await client.crm.deals.basicApi.getById(
			created.id,
			['amount', 'closedate'],
			['amount'],
			['companies'],
		);
		expect(contractFaults('crm/deals', 'SimplePublicObjectWithAssociations', last().body)).toEqual([]);
		expect(read.properties).toMatchObject({ amount: '12.50', closedate: null });
		expect(read.propertiesWithHistory?.amount).toHaveLength(1);

		await client.crm.deals.basicApi.update(created.id, { properties: { amount: '15' } });
		expect(contractFaults('crm/deals', 'SimplePublicObject', last().body)).toEqual([]);
		expect(hs.account.get('deals', created.id)?.properties.amount).toBe('15');

		await client.crm.deals.basicApi.archive(created.id);
		expect(last().status).toBe(204);
		expect(hs.account.get('deals', created.id)?.archived).toBe(true);
	});

	it('lists by pages of ids, and the recycle bin apart', async () => {
		const { client, last, hs } = await startVendor();
		const ids = [1, 2, 3, 4, 5].map((n) => hs.account.create('companies', { name: `Company ${n}` }).id);
		hs.account.archive('companies', ids[4] ?? '');
		const first = await client.crm.companies.basicApi.getPage(3);
		expect(
			contractFaults('crm/companies', 'CollectionResponseSimplePublicObjectWithAssociationsForwardPaging', last().body),
		).toEqual([]);
		const second = await client.crm.companies.basicApi.getPage(3, first.paging?.next?.after);
		expect([...first.results, ...second.results].map((one) => one.id)).toEqual(ids.slice(0, 4));
		expect(second.paging).toBeUndefined();
		const bin = await client.crm.companies.basicApi.getPage(10, undefined, undefined, undefined, undefined, true);
		expect(bin.results.map((one) => [one.id, one.archivedAt instanceof Date])).toEqual([[ids[4], true]]);
	});

	it('answers a merged id of a single read or write with the survivor, but not in a batch', async () => {
		const { client, hs } = await startVendor();
		const [a, b] = ['A', 'B'].map((name) => hs.account.create('companies', { name }).id) as [string, string];
		await client.crm.companies.basicApi.merge({ primaryObjectId: a, objectIdToMerge: b });
		expect((await client.crm.companies.basicApi.getById(b)).id).toBe(a);
		expect((await client.crm.companies.basicApi.update(b, { properties: { city: 'Ulm' } })).id).toBe(a);
		expect(hs.account.get('companies', a)).toMatchObject({
			mergedIds: [b],
			properties: { city: 'Ulm', hs_merged_object_ids: b },
		});
		const batch = await client.crm.companies.batchApi.read({
			inputs: [{ id: b }],
			properties: [],
			propertiesWithHistory: [],
		});
		expect(batch).toMatchObject({ results: [], numErrors: 1 });
		const update = await client.crm.companies.batchApi.update({ inputs: [{ id: b, properties: { city: 'Bonn' } }] });
		expect(update).toMatchObject({ results: [], errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: [b] } }] });
	});

	it('can give a merge a record with a new id, which takes over values and links', async () => {
		const { client, hs } = await startVendor({ mergeCreatesNewId: true });
		const [a, b] = [
			{ name: 'A', city: '' },
			{ name: 'B', city: 'Ulm' },
		].map((one) => hs.account.create('companies', one).id) as [string, string];
		const deal = hs.account.create('deals', dealProperties()).id;
		hs.account.associate('deals', deal, 'companies', b);
		const survivor = await client.crm.companies.basicApi.merge({ primaryObjectId: a, objectIdToMerge: b });
		expect([a, b]).not.toContain(survivor.id);
		expect(hs.account.get('companies', survivor.id)?.properties).toMatchObject({ name: 'A', city: 'Ulm' });
		expect(hs.account.associations('deals', deal).map((link) => link.id)).toEqual([survivor.id]);
		expect((await client.crm.companies.basicApi.getById(a)).id).toBe(survivor.id);
	});

	it('refuses the 251st merge of one record with 414', async () => {
		const { hs, client, failure } = await startVendor();
		const primary = hs.account.create('contacts', { email: 'p@example.com' }).id;
		for (let n = 0; n < 250; n++)
			hs.account.merge('contacts', primary, hs.account.create('contacts', { firstname: `${n}` }).id);
		const last = hs.account.create('contacts', { firstname: 'last' }).id;
		const refused = await failure(
			client.crm.contacts.basicApi.merge({ primaryObjectId: primary, objectIdToMerge: last }),
		);
		expect(refused.code).toBe(414);
	});

	it('reads and writes by a unique property, URL-encoded, and refuses others', async () => {
		const { client, hs, failure } = await startVendor();
		hs.account.addProperty('deals', 'crosslink_id', { hasUniqueValue: true });
		const { id } = hs.account.create('deals', dealProperties({ crosslink_id: 'a/b ü:1' }));
		const byKey = (key: string, property: string) =>
			client.crm.deals.basicApi.getById(key, undefined, undefined, undefined, false, property);
		expect((await byKey('a/b ü:1', 'crosslink_id')).id).toBe(id);
		expect((await failure(byKey('Order 1001', 'dealname'))).body.message).toContain('non-unique 0-3 property dealname');
		expect((await failure(byKey('nothing', 'crosslink_id'))).code).toBe(404);
		expect((await failure(client.crm.deals.basicApi.getById('abc'))).body.message).toContain('usually numeric');
	});

	it('takes the object by name or type id, and the numbered versions as aliases', async () => {
		const { call, hs } = await startVendor();
		const { id } = hs.account.create('deals', dealProperties());
		for (const path of [
			'objects/2026-09/deals',
			'objects/2026-09/0-3',
			'v3/objects/deal',
			'objects/v3/0-3',
			'v4/objects/deals',
		]) {
			expect((await call('GET', `/crm/${path}/${id}`)).body).toMatchObject({ id });
		}
		expect((await call('GET', `/crm/objects/2026-09/rockets/${id}`)).body).toMatchObject({
			message: 'Unable to infer object type from: rockets',
		});
	});

	it('creates with labelled associations, or not at all', async () => {
		const { client, hs, failure } = await startVendor();
		const company = hs.account.create('companies', { name: 'A' }).id;
		const withLink = (to: string) => ({
			properties: dealProperties(),
			associations: [
				{ to: { id: to }, types: [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 5 }] },
			],
		});
		const deal = await client.crm.deals.basicApi.create(withLink(company));
		expect(hs.account.associations('deals', deal.id)).toEqual([
			{ object: 'companies', id: company, labels: ['Primary'] },
		]);
		expect((await failure(client.crm.deals.basicApi.create(withLink('99')))).code).toBe(400);
		expect(hs.account.list('deals')).toHaveLength(1);
	});
});
