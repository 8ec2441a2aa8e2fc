import { FilterOperatorEnum as Op, type Filter } from '@hubspot/api-client/lib/codegen/crm/deals';
import { contractFaults } from './vendor-contract';
import { dealProperties, startVendor, type Vendor } from './vendor-client';

const START = 1_767_225_600_000;

type Given = Partial<Filter> & { propertyName: string; operator: Op };

const search = (vendor: Vendor, filters: Given[][], more: Record<string, unknown> = {}) =>
	vendor.client.crm.deals.searchApi.doSearch({
		filterGroups: filters.map((group) => ({ filters: group as Filter[] })),
		properties: ['dealname'],
		...more,
	});

const names = (answer: { results: Array<{ properties: Record<string, string | null> }> }) =>
	answer.results.map((one) => one.properties.dealname);

async function withDeals(): Promise<Vendor> {
	let now = START;
	const vendor = await startVendor({ now: () => now });
	for (const [dealname, amount] of [
		['Alpha one', '10'],
		['Beta two', '9'],
		['Gamma one', ''],
	] as const) {
		vendor.hs.account.create('deals', dealProperties({ dealname, amount }));
		now += 1_000;
	}
	return vendor;
}

describe('search', () => {
	it.each<[string, Given[][], string[]]>([
		['EQ ignores case', [[{ propertyName: 'dealname', operator: Op.Eq, value: 'ALPHA ONE' }]], ['Alpha one']],
		['NEQ', [[{ propertyName: 'amount', operator: Op.Neq, value: '10' }]], ['Beta two', 'Gamma one']],
		['LT by number, not by text', [[{ propertyName: 'amount', operator: Op.Lt, value: '10' }]], ['Beta two']],
		['LTE', [[{ propertyName: 'amount', operator: Op.Lte, value: '10' }]], ['Alpha one', 'Beta two']],
		['GT', [[{ propertyName: 'amount', operator: Op.Gt, value: '9' }]], ['Alpha one']],
		['GTE', [[{ propertyName: 'amount', operator: Op.Gte, value: '9' }]], ['Alpha one', 'Beta two']],
		[
			'BETWEEN takes both ends',
			[
				[
					{
						propertyName: 'hs_lastmodifieddate',
						operator: Op.Between,
						value: `${START}`,
						highValue: `${START + 1_000}`,
					},
				],
			],
			['Alpha one', 'Beta two'],
		],
		[
			'IN wants lower case',
			[[{ propertyName: 'dealname', operator: Op.In, values: ['alpha one', 'Beta two'] }]],
			['Alpha one'],
		],
		['NOT_IN', [[{ propertyName: 'dealname', operator: Op.NotIn, values: ['alpha one'] }]], ['Beta two', 'Gamma one']],
		['HAS_PROPERTY', [[{ propertyName: 'amount', operator: Op.HasProperty }]], ['Alpha one', 'Beta two']],
		['NOT_HAS_PROPERTY', [[{ propertyName: 'amount', operator: Op.NotHasProperty }]], ['Gamma one']],
		['CONTAINS_TOKEN', [[{ propertyName: 'dealname', operator: Op.ContainsToken, value: 'gam*' }]], ['Gamma one']],
		['NOT_CONTAINS_TOKEN', [[{ propertyName: 'dealname', operator: Op.NotContainsToken, value: 'one' }]], ['Beta two']],
		[
			'AND inside a group',
			[
				[
					{ propertyName: 'dealname', operator: Op.ContainsToken, value: 'one' },
					{ propertyName: 'amount', operator: Op.HasProperty },
				],
			],
			['Alpha one'],
		],
		[
			'OR between groups',
			[
				[{ propertyName: 'amount', operator: Op.Eq, value: '9' }],
				[{ propertyName: 'amount', operator: Op.NotHasProperty }],
			],
			['Beta two', 'Gamma one'],
		],
	])('%s', async (_name, filters, expected) => {
		expect(names(await search(await withDeals(), filters))).toEqual(expected);
	});

	it('answers within the contract, by pages, with a total and one sort', async () => {
		const vendor = await withDeals();
		const first = await search(vendor, [], { limit: 2, sorts: ['-hs_object_id'] });
		expect(
			contractFaults('crm/deals', 'CollectionResponseWithTotalSimplePublicObjectForwardPaging', vendor.last().body),
		).toEqual([]);
		expect([first.total, names(first), first.paging?.next?.after]).toEqual([3, ['Gamma one', 'Beta two'], '2']);
		const second = await search(vendor, [], { limit: 2, sorts: ['-hs_object_id'], after: '2' });
		expect([names(second), second.paging]).toEqual([['Alpha one'], undefined]);
		const asObject = { limit: 1, sorts: [{ propertyName: 'amount', direction: 'ASCENDING' }] };
		const answer = await vendor.call('POST', '/crm/objects/2026-09/deals/search', asObject);
		expect(names(answer.body as never)).toEqual(['Beta two']);
		expect(names(await search(vendor, [], { query: 'gamma' }))).toEqual(['Gamma one']);
	});

	const filters = (count: number): Given[] =>
		Array.from({ length: count }, () => ({ propertyName: 'amount', operator: Op.HasProperty }));

	it.each<[string, Given[][], Record<string, unknown>]>([
		['more than 200 a page', [], { limit: 201 }],
		['paging past 10,000', [], { limit: 200, after: '9801' }],
		['an `after` that is no integer', [], { after: 'x' }],
		['two sorts', [], { sorts: ['amount', 'dealname'] }],
		['a sixth group', Array.from({ length: 6 }, () => filters(1)), {}],
		['a seventh filter', [filters(7)], {}],
		['a nineteenth filter', [filters(5), filters(5), filters(5), filters(4)], {}],
		['an unknown property', [[{ propertyName: 'nope', operator: Op.HasProperty }]], {}],
		['an unknown operator', [[{ propertyName: 'amount', operator: 'LIKE' as Op, value: '1' }]], {}],
		['a value that is no number', [[{ propertyName: 'amount', operator: Op.Gt, value: 'many' }]], {}],
		['a body over 3,000 characters', [[{ propertyName: 'dealname', operator: Op.Eq, value: 'x'.repeat(3_000) }]], {}],
	])('refuses %s', async (_name, groups, more) => {
		const vendor = await startVendor();
		const refused = await vendor.failure(search(vendor, groups, more));
		expect(refused).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
	});

	it('takes what is just allowed', async () => {
		const vendor = await startVendor();
		const answer = await search(vendor, [filters(6), filters(6), filters(4), filters(1), filters(1)], {
			limit: 200,
			after: '9800',
		});
		expect(answer.results).toEqual([]);
	});

	it('sees writes, and archiving, only after the index delay', async () => {
		let now = START;
		const vendor = await startVendor({ now: () => now, indexDelayMs: 5_000 });
		const { id } = vendor.hs.account.create('deals', dealProperties({ dealname: 'Old' }));
		expect(names(await search(vendor, []))).toEqual([]);
		now += 5_000;
		vendor.hs.account.edit('deals', id, { dealname: 'New' });
		expect(names(await search(vendor, []))).toEqual(['Old']);
		expect((await vendor.client.crm.deals.basicApi.getById(id)).properties.dealname).toBe('New');
		now += 4_999;
		expect(names(await search(vendor, []))).toEqual(['Old']);
		now += 1;
		expect(names(await search(vendor, []))).toEqual(['New']);
		vendor.hs.account.indexDelayMs = 0;
		vendor.hs.account.archive('deals', id);
		expect(names(await search(vendor, []))).toEqual([]);
	});

	it('meets the 10,000 wall by offset but not by ids', async () => {
		const vendor = await startVendor({ now: () => START });
		for (let n = 0; n < 10_050; n++) vendor.hs.account.create('companies', { name: `C${n}` });
		const ids: string[] = [];
		for (let last = '0', more = true; more;) {
			const filter = { propertyName: 'hs_object_id', operator: 'GT', value: last };
			const body = { filterGroups: [{ filters: [filter] }], sorts: ['hs_object_id'], limit: 200 };
			const answer = await vendor.call('POST', '/crm/objects/2026-09/companies/search', body);
			const { results } = answer.body as { results: Array<{ id: string }> };
			ids.push(...results.map((one) => one.id));
			last = results.at(-1)?.id ?? last;
			more = results.length === 200;
		}
		expect(new Set(ids).size).toBe(10_050);
	});
});
