import fc from 'fast-check';

import type { FieldRule, FieldValue, Transform } from '../../../lib/adapters/adapter';
import { localFieldsOf, localValueOf, sidesAgree, toExternal, toLocal } from '../../../lib/sync/transform';

const rule = (transform?: Transform): FieldRule => ({
	local: 'here',
	external: 'there',
	direction: 'both',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	...(transform ? { transform } : {}),
});

describe('types', () => {
	test.each<[Transform['type'], FieldValue, FieldValue]>([
		['number', ' 12.50 ', 12.5],
		['number', '', null],
		['number', '  ', null],
		['boolean', 'true', true],
		['boolean', 'No', false],
		['boolean', 0, false],
		['date', '2026-12-01T00:00:00Z', '2026-12-01'],
		['date', '2026-12-01', '2026-12-01'],
		['date', '2026-12-01T23:30:00+01:00', '2026-12-01'],
		['datetime', '1796083200000', '2026-12-01T00:00:00.000Z'],
		['datetime', 1796083200000, '2026-12-01T00:00:00.000Z'],
		['datetime', '2026-12-01 14:30:00.1234+01', '2026-12-01T13:30:00.123Z'],
		['datetime', '2026-12-01T14:30', '2026-12-01T14:30:00.000Z'],
		['text', 12, '12'],
		['text', 'as it is', 'as it is'],
		['number', null, null],
	])('%s: %j becomes %j', (type, value, expected) => {
		expect(toLocal(rule({ type }), value)).toEqual(expected);
		expect(toExternal(rule({ type }), value)).toEqual(expected);
	});

	it.each([undefined, {}])('leaves values alone with the transform %j', (transform) => {
		expect(toLocal(rule(transform), '12.50')).toBe('12.50');
		expect(toExternal(rule(transform), { a: [1] })).toEqual({ a: [1] });
	});

	it.each<[Transform['type'], FieldValue]>([
		['number', 'twelve'],
		['number', '0x10'],
		['number', '1,5'],
		['number', true],
		['boolean', 'perhaps'],
		['boolean', [true]],
		['date', 'next week'],
		['date', '1'],
		['date', '12/1/2026'],
		['date', '2026-02-30'],
		['datetime', '2026-12-01T24:00:00Z'],
		['datetime', 1e300],
	])('names the field when %s gets %j', (type, value) => {
		expect(() => toLocal(rule({ type }), value)).toThrow(/Field "there" should be/);
		expect(() => toExternal(rule({ type }), value)).toThrow(/Field "here" should be/);
	});

	it('refuses a long id as a number, because it would become another id', () => {
		expect(() => toLocal(rule({ type: 'number' }), '9007199254740993')).toThrow(/at most 15 digits/);
	});
});

describe('numbers', () => {
	test.each<[Transform, FieldValue, FieldValue]>([
		[{ decimals: 2 }, 1.005, 1.01],
		[{ decimals: 2 }, -1.005, -1.01],
		[{ decimals: 0 }, -0.4, 0],
		[{ decimals: 2 }, 1e-9, 0],
		[{ decimals: 2 }, 1e21, 1e21],
		[{ scale: 2 }, 1155, 11.55],
		[{ scale: 2 }, 1155.5, 11.56],
		[{ scale: 2, decimals: 0 }, 1150, 12],
		[{ scale: -3 }, 2, 2000],
		[{ decimalMark: ',' }, '1.234,56', 1234.56],
		[{ decimalMark: ',' }, '-1234,5', -1234.5],
		[{ decimalMark: ',' }, '1 234', 1234],
		[{ decimalMark: ',' }, 12.5, 12.5],
		[{ decimalMark: '.' }, "1'234.56", 1234.56],
	])('%j: %j goes out as %j', (transform, value, expected) => {
		const sent = toExternal(rule({ type: 'number', ...transform }), value);
		expect(sent).toBe(expected);
	});

	it('scales back on the way in, and gives no parts of a cent', () => {
		expect(toLocal(rule({ type: 'number', scale: 2 }), '11.55')).toBe(1155);
		expect(toLocal(rule({ type: 'number', scale: 2 }), '11.555')).toBe(1156);
	});

	it.each(['1.5', '1,2,3', '1.23,4', '12.345.6'])('does not take %j for a number with a comma', (text) => {
		expect(() => toExternal(rule({ type: 'number', decimalMark: ',' }), text)).toThrow(/decimal mark ","/);
	});

	const place = fc.integer({ min: 0, max: 4 });
	it('are stable after one way there and back', () => {
		fc.assert(
			fc.property(
				fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
				fc.record({ decimals: place, scale: fc.integer({ min: -3, max: 4 }) }, { requiredKeys: [] }),
				(number, more) => {
					const each = rule({ type: 'number', ...more });
					const once = toExternal(each, toLocal(each, number));
					expect(toExternal(each, toLocal(each, once))).toBe(once);
					expect(toLocal(each, String(once))).toBe(toLocal(each, once));
				},
			),
		);
	});

	it('come back as they went: cents are never lost', () => {
		fc.assert(
			fc.property(fc.maxSafeInteger(), place, (cents, scale) => {
				fc.pre(Math.abs(cents) < 1e13);
				const each = rule({ type: 'number', scale });
				expect(toLocal(each, String(toExternal(each, cents)))).toBe(cents + 0);
			}),
		);
	});
});

describe('maps', () => {
	const stages = rule({
		map: [
			{ local: 'draft', external: 'open' },
			{ local: 'new', external: 'open' },
			{ local: 'paid', external: 'closedwon' },
			{ local: 'none', external: null },
		],
	});

	it('goes there and back; of two locals for one external value the present one stays, else the first is taken', () => {
		expect(toExternal(stages, 'new')).toBe('open');
		expect(toLocal(stages, 'closedwon')).toBe('paid');
		expect(toLocal(stages, 'open')).toBe('draft');
		expect(toLocal(stages, 'open', 'new')).toBe('new');
		expect(toLocal(stages, 'open', 'paid')).toBe('draft');
		expect(toLocal(stages, 'open', 'unheard of')).toBe('draft');
	});

	it('takes null and empty for the same choice, and leaves empty alone where the map does not speak of it', () => {
		expect(toExternal(stages, 'none')).toBeNull();
		expect(toLocal(stages, '')).toBe('none');
		expect(toExternal(stages, null)).toBeNull();
		expect(toLocal(rule({ map: [{ local: 'a', external: 'b' }] }), null)).toBeNull();
	});

	it('says which value is not mapped and which are', () => {
		expect(() => toExternal(stages, 'lost')).toThrow(
			/"here" holds "lost", which the map .* it has "draft", "new", "paid", "none"/,
		);
		expect(() => toLocal(stages, 'closedlost')).toThrow(/"there" holds "closedlost".*"open", "closedwon", null/);
		expect(() => toLocal(stages, ['open'])).toThrow(/one plain value/);
	});

	it('passes, or puts a value in, where the rule says so', () => {
		const map = [{ local: 'a', external: 'b' }];
		expect(toExternal(rule({ map, otherwise: 'pass' }), 'x')).toBe('x');
		const instead = rule({ map, otherwise: { external: 'other', local: 'unknown' } });
		expect(toExternal(instead, 'x')).toBe('other');
		expect(toLocal(instead, 'y')).toBe('unknown');
		expect(() => toLocal(rule({ map, otherwise: { external: 'other' } }), 'y')).toThrow(/"y"/);
	});

	it('knows values by their text, as vendors answer them, and gives them back in their type', () => {
		const flags = rule({
			type: 'boolean',
			map: [
				{ local: true, external: 1 },
				{ local: false, external: 0 },
			],
		});
		expect(toExternal(flags, 'yes')).toBe(1);
		expect(toLocal(flags, '0')).toBe(false);
		expect(toLocal(rule({ type: 'number', map: [{ local: 3, external: 'high' }] }), 'high')).toBe(3);
	});

	it('never go to and fro, whatever the map', () => {
		const value = fc.constantFrom<FieldValue>('a', 'b', 'c', 'd', '', null, 1, '1', true);
		const scalar = fc.constantFrom('a', 'b', 'c', 1, true, null);
		const map = fc.uniqueArray(fc.record({ local: scalar, external: scalar }), {
			minLength: 1,
			selector: ({ local }) => local,
		});
		const otherwise = fc.oneof(
			fc.constantFrom('reject' as const, 'pass' as const),
			fc.record({ external: scalar, local: scalar }, { requiredKeys: [] }),
		);
		fc.assert(
			fc.property(value, map, otherwise, (given, pairs, rest) => {
				const each = rule({ map: pairs, otherwise: rest });
				const round = (one: FieldValue): FieldValue => toExternal(each, toLocal(each, one));
				let once: FieldValue;
				try {
					once = round(given);
				} catch {
					return;
				}
				// Once more where what stands for unmapped values is itself mapped to something else.
				const settled = round(once);
				if (typeof rest !== 'object') expect(settled).toEqual(once);
				expect(round(settled)).toEqual(settled);
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe('default, trim and join', () => {
	it('fills what is empty on the way out, and what is absent where the caller says so', () => {
		const country = rule({ default: 'DE', trim: true });
		expect([null, '', '  ', ' AT '].map((value) => toExternal(country, value))).toEqual(['DE', 'DE', 'DE', 'AT']);
		expect(toExternal(country, undefined)).toBe('DE');
		expect(toExternal(rule({ trim: true }), undefined)).toBeUndefined();
		expect(toExternal(rule(), undefined)).toBeUndefined();
		expect(toLocal(country, null)).toBeNull();
	});

	it('sends the default through type and map: it is a value of your system', () => {
		expect(toExternal(rule({ default: 'a', map: [{ local: 'a', external: 'b' }] }), null)).toBe('b');
		expect(toExternal(rule({ type: 'number', scale: 2, default: 100 }), '')).toBe(1);
	});

	const name: FieldRule = {
		...rule({ join: ['first', 'person.last'], trim: true }),
		local: 'fullName',
		direction: 'push',
	};

	it('joins fields, skips empty ones, and says nothing where one is absent', () => {
		const record = { first: ' Ada ', person: { last: 'Lovelace' }, fullName: 'not this' };
		expect(localValueOf(name, record)).toBe('Ada Lovelace');
		expect(toExternal(name, undefined, record)).toBe('Ada Lovelace');
		expect(localValueOf(name, { ...record, first: null })).toBe('Lovelace');
		expect(localValueOf(name, { first: '', person: { last: '' } })).toBeNull();
		expect(localValueOf(name, { first: 'Ada' })).toBeUndefined();
		expect(() => localValueOf(name, { first: {}, person: { last: 'x' } })).toThrow(/"first" holds an object/);
		expect(localFieldsOf(name)).toEqual(['first', 'person.last']);
		expect(localFieldsOf(rule())).toEqual(['here']);
	});
});

describe('what means the same', () => {
	test.each<[Transform | undefined, FieldValue, FieldValue, boolean]>([
		[{ type: 'number' }, 12.5, '12.50', true],
		[{ type: 'number', decimals: 2 }, 12.345, '12.35', true],
		[{ type: 'number', scale: 2 }, 1250, '12.5', true],
		[{ type: 'number' }, 12.5, '12.51', false],
		[{ trim: true }, ' a ', 'a', true],
		[{ type: 'date', timeZone: 'Europe/Berlin' }, '2026-07-01', '2026-06-30T22:00:00Z', true],
		[{ type: 'date' }, '2026-07-01', '2026-07-01T00:00:00Z', true],
		[{ type: 'datetime', timeZone: 'Europe/Berlin' }, '2026-07-01T10:00', '2026-07-01T08:00:00Z', true],
		[{ type: 'boolean' }, true, 'true', true],
		[{ type: 'number' }, 'twelve', '12', false],
		[undefined, 'a', 'a', true],
		[undefined, 12.5, '12.50', false],
	])('%j: %j and %j: %j', (transform, local, external, expected) => {
		expect(sidesAgree(rule(transform), local, external)).toBe(expected);
	});

	it('keeps the local form of it on the way in', () => {
		expect(toLocal(rule({ type: 'number', decimals: 2 }), '12.35', 12.345)).toBe(12.345);
		expect(toLocal(rule({ type: 'number', decimals: 2 }), '12.36', 12.345)).toBe(12.36);
		expect(toLocal(rule({ trim: true }), 'a', ' a ')).toBe(' a ');
	});
});
