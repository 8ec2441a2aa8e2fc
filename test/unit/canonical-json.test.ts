import fc from 'fast-check';
import type { FieldValue } from '../../lib/adapters/adapter';
import { canonicalJson, hashOf } from '../../lib/canonical-json';

/** The same value with the keys of every object the other way round. */
function turned(value: FieldValue): FieldValue {
	if (value === null || typeof value !== 'object') return value;
	if (Array.isArray(value)) return value.map(turned);
	return Object.fromEntries(
		Object.entries(value)
			.reverse()
			.map(([key, part]) => [key, turned(part)]),
	);
}

const values = fc.jsonValue().map((value) => value as FieldValue);

describe('the canonical JSON of a value', () => {
	it('says the value, and the same whatever order its keys came in', () => {
		fc.assert(
			fc.property(values, (value) => {
				const text = canonicalJson(value);
				expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
				expect(canonicalJson(turned(value))).toBe(text);
				expect(hashOf(turned(value))).toBe(hashOf(value));
			}),
		);
	});

	it('has its keys in order, without a blank, and changes nothing of what it was given', () => {
		const value = { b: [{ d: 1, c: 'x y' }], a: { '10': null, '9': true } };
		const before = JSON.stringify(value);
		expect(canonicalJson(value)).toBe('{"a":{"9":true,"10":null},"b":[{"c":"x y","d":1}]}');
		expect(JSON.stringify(value)).toBe(before);
	});

	it('looks at each part once, however deep it lies', () => {
		let value: FieldValue = 0;
		for (let depth = 0; depth < 200; depth++) value = { b: value, a: depth };
		expect(canonicalJson(value)).toContain('{"a":199,"b":{"a":198,"b":');
	});

	it('hashes as sha256 does', () => {
		expect(hashOf('a')).toBe('ac8d8342bbb2362d13f0a559a3621bb407011368895164b628a54f7fc33fc43c');
	});
});
