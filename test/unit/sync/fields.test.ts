import fc from 'fast-check';
import type { Fields, FieldValue } from '../../../lib/adapters/adapter';
import { sameValue, valueAt, withValueAt } from '../../../lib/sync/fields';

const anyValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as FieldValue);
const anyPath = fc
	.array(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 4 })
	.map((parts) => parts.join('.'));

describe('fields', () => {
	it('reads back what was written at a path', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), anyValue),
				anyPath,
				anyValue,
				(record, path, value) => {
					expect(valueAt(withValueAt(record, path, value), path)).toEqual(value);
				},
			),
		);
	});

	it('leaves the original record alone', () => {
		const record: Fields = { custom_fields: { po: '1' } };
		expect(withValueAt(record, 'custom_fields.po', '2')).toEqual({ custom_fields: { po: '2' } });
		expect(record).toEqual({ custom_fields: { po: '1' } });
	});

	it('tells absent, null and empty apart', () => {
		expect(valueAt({ a: null }, 'a')).toBeNull();
		expect(valueAt({}, 'a')).toBeUndefined();
		expect(valueAt({ a: null }, 'a.b')).toBeUndefined();
		expect(sameValue(null, '')).toBe(false);
		expect(sameValue(undefined, null)).toBe(false);
	});

	it('prefers a key that holds the whole path', () => {
		expect(valueAt({ 'a.b': 1, a: { b: 2 } }, 'a.b')).toBe(1);
	});

	it.each(['__proto__.polluted', 'constructor.prototype.polluted', 'a.__proto__.polluted'])(
		'never reaches a prototype: %s',
		(path) => {
			withValueAt({}, path, 'x');
			expect(({} as Record<string, unknown>).polluted).toBeUndefined();
			expect(valueAt({}, path)).toBeUndefined();
		},
	);
});
