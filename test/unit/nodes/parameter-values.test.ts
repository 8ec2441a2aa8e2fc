import * as fc from 'fast-check';
import { CrosslinkError } from '../../../lib/errors';
import { choiceFrom, flagFrom, timeFrom, wholeNumberFrom } from '../../../nodes/Crosslink/actions/parameter-values';

const refusal = (call: () => unknown): CrosslinkError => {
	try {
		call();
	} catch (thrown) {
		if (thrown instanceof CrosslinkError) return thrown;
		throw thrown;
	}
	throw new Error('it was taken');
};

describe('a flag', () => {
	it.each([
		[true, true],
		['true', true],
		[' TRUE ', true],
		[1, true],
		[false, false],
		['false', false],
		['0', false],
		['', false],
		[null, false],
		[undefined, false],
	])('%j is %j', (value, flag) => {
		expect(flagFrom(value, 'Deleted', 0)).toBe(flag);
	});

	it('is never guessed from anything else', () => {
		const words = new Set(['', 'true', 'false', '1', '0']);
		const text = fc.string().filter((one) => !words.has(one.trim().toLowerCase()));
		fc.assert(
			fc.property(fc.oneof(text, fc.integer({ min: 2 }), fc.dictionary(fc.string(), fc.integer())), (value) => {
				expect(refusal(() => flagFrom(value, 'Deleted', 3))).toMatchObject({
					class: 'rejected',
					code: 'parameter_invalid',
					message: expect.stringContaining('"Deleted" of item 3'),
				});
			}),
		);
	});
});

describe('a time', () => {
	it('is the same as text, milliseconds or a date object', () => {
		const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
		fc.assert(
			fc.property(date, (time) => {
				for (const given of [time, time.toISOString(), time.getTime(), String(time.getTime())]) {
					expect(timeFrom(given, 'Last Changed', 0)?.getTime()).toBe(time.getTime());
				}
			}),
		);
	});

	it.each([
		['2026-12-31T10:00:00+02:00', '2026-12-31T08:00:00.000Z'],
		['2026-12-31T10:00:00-0130', '2026-12-31T11:30:00.000Z'],
		['2026-12-31 10:00:00.25+02', '2026-12-31T08:00:00.250Z'],
		['2026-12-31T10:00Z', '2026-12-31T10:00:00.000Z'],
		['2026-12-31', '2026-12-31T00:00:00.000Z'],
	])('%s is %s', (text, iso) => {
		expect(timeFrom(text, 'Last Changed', 0)?.toISOString()).toBe(iso);
	});

	it.each<unknown>([
		'2026-12-31T10:00:00',
		'31.12.2026',
		'12/31/2026Z',
		'2026-12-31T10:00:00z+02',
		'yesterday',
		'2026-13-45',
		{},
		{ toString: 1 },
		{ isLuxonDateTime: true },
		true,
	])('%j is refused', (value) => {
		const error = refusal(() => timeFrom(value, 'Last Changed', 2));
		expect(error.message).toContain('item 2');
		expect(error.remedy).toContain('2026-12-31T10:00:00Z');
	});

	it.each([undefined, null, ''])('%j is no time', (value) => {
		expect(timeFrom(value, 'Last Changed', 0)).toBeUndefined();
	});
});

it('a number is whole and within its bounds, or refused with them', () => {
	const bounds = { min: 1, max: 10, byDefault: 5 };
	expect([undefined, null, '', 3, '10'].map((value) => wholeNumberFrom(value, 'Limit', 0, bounds))).toEqual([
		5, 5, 5, 3, 10,
	]);
	for (const wrong of [0, 11, 1.5, 'many', ' ', Number.NaN, {}, { toString: 1 }]) {
		expect(refusal(() => wholeNumberFrom(wrong, 'Limit', 0, bounds)).message).toContain('from 1 to 10');
	}
});

it('a choice is one of those offered, or refused with them', () => {
	expect(choiceFrom('push', ['push', 'sync'], 'Direction', 0)).toBe('push');
	expect(refusal(() => choiceFrom('toString', ['push', 'sync'], 'Direction', 0)).remedy).toContain('push, sync');
});
