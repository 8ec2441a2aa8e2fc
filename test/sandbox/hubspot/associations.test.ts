import { AssociationSpecAssociationCategoryEnum as Category } from '@hubspot/api-client/lib/codegen/crm/associations/v4';
import { contractFaults } from './vendor-contract';
import { dealProperties, startVendor } from './vendor-client';

const area = 'crm/associations/v4';

async function linked(options = {}) {
	const vendor = await startVendor(options);
	const { account } = vendor.hs;
	const deals = [1, 2].map((n) => account.create('deals', dealProperties({ dealname: `D${n}` })).id) as [
		string,
		string,
	];
	const companies = [1, 2, 3].map((n) => account.create('companies', { name: `C${n}` }).id) as [string, string, string];
	return {
		...vendor,
		batch: vendor.client.crm.associations.v4.batchApi,
		basic: vendor.client.crm.associations.v4.basicApi,
		deals,
		companies,
	};
}

describe('associations, through the vendor’s client', () => {
	it('links by default in a batch, again without harm, first company primary', async () => {
		const { batch, last, deals, companies, hs } = await linked();
		const inputs = [
			{ _from: { id: deals[0] }, to: { id: companies[0] } },
			{ _from: { id: deals[0] }, to: { id: companies[1] } },
		];
		for (let round = 0; round < 2; round++) {
			const made = await batch.createDefault('deals', 'companies', { inputs });
			expect(contractFaults(area, 'BatchResponsePublicDefaultAssociation', last().body)).toEqual([]);
			expect(made.results).toHaveLength(4);
		}
		expect(hs.account.associations('deals', deals[0])).toEqual([
			{ object: 'companies', id: companies[0], labels: ['Primary'] },
			{ object: 'companies', id: companies[1], labels: [] },
		]);
		expect(hs.account.associations('companies', companies[0])).toEqual([
			{ object: 'deals', id: deals[0], labels: ['Primary'] },
		]);
	});

	it('links singly by PUT on the dated path', async () => {
		const { basic, call, last, deals, companies, hs } = await linked();
		await basic.createDefault('deals', deals[0], 'companies', companies[0]);
		expect(contractFaults(area, 'BatchResponsePublicDefaultAssociation', last().body)).toEqual([]);
		const path = `/crm/objects/2026-09/deals/${deals[1]}/associations/default/companies/${companies[0]}`;
		expect((await call('PUT', path)).status).toBe(200);
		expect(hs.account.associations('companies', companies[0])).toHaveLength(2);
		expect((await call('PUT', path.replace(companies[0], '5'))).status).toBe(404);
	});

	it('does the good pairs of a batch and names the others', async () => {
		const { batch, deals, companies, hs } = await linked();
		const inputs = [
			{ _from: { id: deals[0] }, to: { id: companies[0] } },
			{ _from: { id: deals[1] }, to: { id: '5' } },
		];
		const made = await batch.createDefault('deals', 'companies', { inputs });
		expect(made).toMatchObject({
			numErrors: 1,
			errors: [{ context: { fromObjectId: [deals[1]], toObjectId: ['5'] } }],
		});
		expect(hs.account.associations('deals', deals[0])).toHaveLength(1);
	});

	it('replaces labels by the set sent', async () => {
		const { batch, last, deals, companies, hs } = await linked();
		const create = (associationTypeId: number) =>
			batch.create('deals', 'companies', {
				inputs: [
					{
						_from: { id: deals[0] },
						to: { id: companies[0] },
						types: [{ associationCategory: Category.HubspotDefined, associationTypeId }],
					},
				],
			});
		await create(5);
		expect(last().status).toBe(201);
		expect(contractFaults(area, 'BatchResponseLabelsBetweenObjectPair', last().body)).toEqual([]);
		expect(hs.account.associations('deals', deals[0])[0]?.labels).toEqual(['Primary']);
		await create(341);
		expect(hs.account.associations('deals', deals[0])[0]?.labels).toEqual([]);
		await expect(create(279)).rejects.toMatchObject({ code: 400 });
	});

	it('reads in batches with inner paging, and an error for a record without links', async () => {
		const { batch, last, deals, companies, hs } = await linked({ associationPageSize: 2 });
		for (const company of companies) hs.account.associate('deals', deals[0], 'companies', company);
		const first = await batch.getPage('deals', 'companies', { inputs: [{ id: deals[0] }, { id: deals[1] }] });
		expect(last().status).toBe(207);
		expect(contractFaults(area, 'BatchResponsePublicAssociationMultiWithLabelWithErrors', last().body)).toEqual([]);
		expect(first).toMatchObject({ errors: [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }] });
		expect(first.results[0]?.to.map((one) => one.toObjectId)).toEqual(companies.slice(0, 2));
		const after = first.results[0]?.paging?.next?.after ?? '';
		const second = await batch.getPage('deals', 'companies', { inputs: [{ id: deals[0], after }] });
		expect(contractFaults(area, 'BatchResponsePublicAssociationMultiWithLabel', last().body)).toEqual([]);
		expect(second.results[0]?.to.map((one) => one.toObjectId)).toEqual(companies.slice(2));
	});

	it('lists singly, removes in batches and singly', async () => {
		const { batch, basic, last, deals, companies, hs } = await linked();
		for (const company of companies) hs.account.associate('deals', deals[0], 'companies', company);
		const page = await basic.getPage('deals', deals[0], 'companies', undefined, 2);
		expect(contractFaults(area, 'CollectionResponseMultiAssociatedObjectWithLabelForwardPaging', last().body)).toEqual(
			[],
		);
		expect([page.results.length, page.paging?.next?.after]).toEqual([2, companies[1]]);
		await batch.archive('deals', 'companies', {
			inputs: [{ _from: { id: deals[0] }, to: [{ id: companies[0] }, { id: companies[1] }] }],
		});
		expect(last().status).toBe(204);
		await basic.archive('companies', companies[2], 'deals', deals[0]);
		expect(hs.account.associations('deals', deals[0])).toEqual([]);
	});

	it.each([
		['batch/read', 1_000],
		['batch/associate/default', 2_000],
	])('bounds %s at %d inputs', async (verb, limit) => {
		const { call } = await linked();
		const inputs = (count: number) =>
			Array.from({ length: count }, () => ({ id: '5', from: { id: '5' }, to: { id: '5' } }));
		const path = `/crm/associations/2026-09/deals/companies/${verb}`;
		expect((await call('POST', path, { inputs: inputs(limit + 1) })).status).toBe(400);
		expect((await call('POST', path, { inputs: inputs(limit) })).status).toBeLessThan(300);
	});

	it('lists the kinds of links between two objects', async () => {
		const { client } = await linked();
		const { results } = await client.crm.associations.v4.schema.definitionsApi.getAll('deals', 'companies');
		expect(results.map((one) => [one.typeId, one.label])).toEqual([
			[341, null],
			[5, 'Primary'],
		]);
	});
});
