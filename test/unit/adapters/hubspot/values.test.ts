import fc from 'fast-check';
import { fromProperties, toProperties } from '../../../../lib/adapters/hubspot/values';

it.each([
	[null, ''],
	['', ''],
	['text', 'text'],
	[true, 'true'],
	[false, 'false'],
	[0, '0'],
	[-12.5, '-12.5'],
	[0.1, '0.1'],
	[1e21, '1000000000000000000000'],
	[1.5e-7, '0.00000015'],
	['2026-12-24', '2026-12-24'],
	[['a', 'b'], 'a;b'],
	[[], ''],
	[[1, true], '1;true'],
])('sends %j as %j', (value, sent) => {
	expect(toProperties({ p: value })).toEqual({ p: sent });
});

it('sends every finite number so that it reads back equal, without an exponent', () => {
	const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-15, max: 1e25 });
	fc.assert(
		fc.property(fc.oneof(fc.integer(), numbers), (number) => {
			const sent = toProperties({ p: number })['p'] ?? '';
			expect(sent).toMatch(/^-?\d+(\.\d+)?$/);
			expect(Math.abs(Number(sent) - number)).toBeLessThanOrEqual(Math.abs(number) * 1e-5);
		}),
	);
});

it.each([
	['an object', { a: 1 }, 'value_not_supported'],
	['a list of objects', [{ a: 1 }], 'value_not_supported'],
	['a list with null', [null], 'value_not_supported'],
	['65,537 characters', 'x'.repeat(65_537), 'value_too_long'],
])('refuses %s, naming the property', (_name, value, code) => {
	expect(() => toProperties({ notes: value })).toThrow(expect.objectContaining({ class: 'rejected', code }));
	expect(() => toProperties({ notes: value })).toThrow('"notes"');
});

it('reads the asked properties only; empty is null, absent stays absent', () => {
	expect(fromProperties({ a: 'x', b: '', c: null, d: 'not asked' }, ['a', 'b', 'c', 'e'])).toEqual({
		a: 'x',
		b: null,
		c: null,
	});
});
