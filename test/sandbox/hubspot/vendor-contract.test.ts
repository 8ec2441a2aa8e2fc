import { contractFaults } from './vendor-contract';

const good = {
	id: '1',
	properties: { amount: '5', closedate: null },
	createdAt: '2026-01-01T00:00:00.000Z',
	updatedAt: '2026-01-01T00:00:00Z',
	archived: false,
};

describe('the contract check itself', () => {
	const faults = (value: unknown) => contractFaults('crm/deals', 'SimplePublicObject', value);

	it('passes what the model describes', () => {
		expect(faults(good)).toEqual([]);
		expect(contractFaults('crm/deals', 'Array<SimplePublicObject>', [good, good])).toEqual([]);
	});

	it.each([
		['a missing attribute', { ...good, id: undefined }, '$.id is no string: undefined'],
		['a number for a text', { ...good, id: 1 }, '$.id is no string: 1'],
		['a number for a property', { ...good, properties: { amount: 5 } }, '$.properties.amount is no string: 5'],
		['a date in words', { ...good, createdAt: 'yesterday' }, '$.createdAt is no ISO date: "yesterday"'],
		['an invented attribute', { ...good, colour: 'red' }, '$.colour is not in the contract'],
		['null for a required attribute', { ...good, updatedAt: null }, '$.updatedAt is no ISO date: null'],
	])('finds %s', (_name, value, expected) => {
		expect(faults(value)).toEqual([expected]);
	});

	it('finds an attribute that is not there, and a model that is not', () => {
		const { id: _id, ...rest } = good;
		expect(faults(rest)).toEqual(['$.id is missing']);
		expect(contractFaults('crm/deals', 'NoSuchModel', {})).toEqual(['$: the vendor has no model NoSuchModel']);
	});
});
