import { isRecordId, propertiesToRead, toRecord } from '../../../../lib/adapters/hubspot/record';

const answer = { id: '7', properties: { amount: '1' } };

it('knows the ids merged into a record, from its property and from the id it was asked for', () => {
	const properties = { hs_merged_object_ids: '1;2;7' };
	expect(toRecord('deals', { id: '7', properties }, [], '3').aliases.sort()).toEqual(['1', '2', '3']);
	expect(toRecord('deals', answer, [], '3')).toMatchObject({ requestedId: '3', externalId: '7', aliases: ['3'] });
	expect(toRecord('deals', answer, [], '7').aliases).toEqual([]);
});

it.each([
	['deals', { hs_lastmodifieddate: '2026-11-23T10:00:00.5Z' }, '2026-11-23T10:00:00.500Z'],
	['deals', { hs_lastmodifieddate: '1763892000500' }, '2025-11-23T10:00:00.500Z'],
	['contacts', { lastmodifieddate: '2026-11-23T10:00:00Z' }, '2026-11-23T10:00:00.000Z'],
	['contacts', { hs_lastmodifieddate: '2026-11-23T10:00:00Z' }, '2020-01-01T00:00:00.000Z'],
	['deals', { hs_lastmodifieddate: 'rubbish' }, '2020-01-01T00:00:00.000Z'],
])('takes the version of %s from %j', (object, properties, version) => {
	const record = toRecord(object, { id: '7', properties, updatedAt: new Date('2020-01-01') }, []);
	expect(record).toMatchObject({ version, modifiedAt: new Date(version) });
});

it('has no version when HubSpot says nothing', () => {
	expect(toRecord('deals', answer, [])).toMatchObject({ version: null, modifiedAt: null });
	expect(toRecord('deals', { ...answer, updatedAt: new Date('rubbish') }, []).version).toBeNull();
});

it('asks for each property once, and for what version and merges need', () => {
	expect(propertiesToRead('deals', ['amount', 'hs_lastmodifieddate'])).toEqual([
		'amount',
		'hs_lastmodifieddate',
		'hs_merged_object_ids',
	]);
});

it.each([
	['34100000001', true],
	['0', true],
	['', false],
	['-1', false],
	['1e3', false],
	['7/../8', false],
	['123456789012345678901', false],
])('%p is a record id: %p', (id, is) => {
	expect(isRecordId(id)).toBe(is);
});
