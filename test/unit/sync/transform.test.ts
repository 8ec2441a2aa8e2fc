import type { FieldRule, FieldValue } from '../../../lib/adapters/adapter';
import { toExternal, toLocal } from '../../../lib/sync/transform';

const rule = (type?: NonNullable<FieldRule['transform']>['type']): FieldRule => ({
	local: 'here',
	external: 'there',
	direction: 'both',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	...(type ? { transform: { type } } : {}),
});

describe('transform', () => {
	const incoming: Array<[NonNullable<FieldRule['transform']>['type'], FieldValue, FieldValue]> = [
		['number', ' 12.50 ', 12.5],
		['number', '', null],
		['boolean', 'true', true],
		['boolean', 'No', false],
		['date', '2026-12-01T00:00:00Z', '2026-12-01'],
		['datetime', '1796083200000', '2026-12-01T00:00:00.000Z'],
		['text', 12, '12'],
		['text', 'as it is', 'as it is'],
		['number', null, null],
	];
	it.each(incoming)('%s: %j becomes %j', (type, value, expected) => {
		expect(toLocal(rule(type), value)).toEqual(expected);
		expect(toExternal(rule(type), value)).toEqual(expected);
	});

	it('leaves values alone without a type', () => {
		expect(toLocal(rule(), '12.50')).toBe('12.50');
	});

	it.each([
		['number', 'twelve'],
		['boolean', 'perhaps'],
		['date', 'next week'],
	] as const)('names the field when %s gets %j', (type, value) => {
		expect(() => toLocal(rule(type), value)).toThrow(/Field "there" should be/);
	});
});
