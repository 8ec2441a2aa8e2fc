import fc from 'fast-check';

import type { FieldRule, Transform } from '../../../lib/adapters/adapter';
import { toExternal, toLocal } from '../../../lib/sync/transform';
import { isTimeZone } from '../../../lib/sync/transform/time-zone';

const rule = (type: 'date' | 'datetime', timeZone?: Transform['timeZone']): FieldRule => ({
	local: 'here',
	external: 'there',
	direction: 'both',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	transform: { type, ...(timeZone ? { timeZone } : {}) },
});

/** Summer time in both halves of the world, half and quarter hours, midnight left out (Cairo, Beirut), never any (Tokyo). */
const ZONES = [
	'Europe/Berlin',
	'America/New_York',
	'Australia/Lord_Howe',
	'Asia/Kathmandu',
	'Pacific/Kiritimati',
	'Pacific/Pago_Pago',
	'Africa/Cairo',
	'Asia/Beirut',
	'America/Santiago',
	'Asia/Tokyo',
	'UTC',
];

describe('dates', () => {
	test.each([
		['2026-12-01', 'Europe/Berlin', '2026-11-30T23:00:00.000Z'],
		['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
		['2026-12-01', 'America/New_York', '2026-12-01T05:00:00.000Z'],
		['2026-12-01', 'Asia/Kathmandu', '2026-11-30T18:15:00.000Z'],
		// The day of the change itself begins by the old time.
		['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
		['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
		// Days that begin at one: there was no midnight.
		['2023-04-28', 'Africa/Cairo', '2023-04-27T22:00:00.000Z'],
		['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
	])('%s begins in %s at %s', (date, zone, instant) => {
		expect(toExternal(rule('date', zone), date)).toBe(instant);
		expect(toLocal(rule('date', zone), instant)).toBe(date);
	});

	it('is the same date in every zone when it comes without a time', () => {
		expect(toLocal(rule('date', 'America/New_York'), '2026-12-01')).toBe('2026-12-01');
		expect(toLocal(rule('date', 'Europe/Berlin'), '1796083200000')).toBe('2026-12-01');
	});

	it('is the zone’s when it comes as an instant, and as written without a zone', () => {
		expect(toExternal(rule('date', 'Europe/Berlin'), '2026-11-30T23:00:00.000Z')).toBe('2026-11-30T23:00:00.000Z');
		expect(toLocal(rule('date', 'Europe/Berlin'), '2026-11-30T23:30:00Z')).toBe('2026-12-01');
		expect(toExternal(rule('date'), '2026-12-01T00:00:00.000+01:00')).toBe('2026-12-01');
	});

	it('comes back as it went, in every zone and on every day', () => {
		const day = fc.date({ min: new Date('1975-01-01'), max: new Date('2037-12-31'), noInvalidDate: true });
		fc.assert(
			fc.property(day, fc.constantFrom(...ZONES), (moment, zone) => {
				const date = moment.toISOString().slice(0, 10);
				// Samoa and Kiribati skipped a day when they changed sides of the date line.
				fc.pre(!(zone === 'Pacific/Kiritimati' && date === '1994-12-31'));
				const each = rule('date', zone);
				const sent = toExternal(each, date);
				expect(toLocal(each, sent)).toBe(date);
				expect(toExternal(each, toLocal(each, sent))).toBe(sent);
			}),
			{ numRuns: 3_000 },
		);
	});
});

describe('times', () => {
	const berlin = rule('datetime', 'Europe/Berlin');

	test.each([
		['2026-12-01T14:30:00', '2026-12-01T13:30:00.000Z', '2026-12-01T14:30:00.000+01:00'],
		['2026-07-01 14:30', '2026-07-01T12:30:00.000Z', '2026-07-01T14:30:00.000+02:00'],
		['2026-07-01T14:30:00-05:00', '2026-07-01T19:30:00.000Z', '2026-07-01T21:30:00.000+02:00'],
		['2026-07-01', '2026-06-30T22:00:00.000Z', '2026-07-01T00:00:00.000+02:00'],
		// Left out by the change to summer time: counted on.
		['2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z', '2026-03-29T03:30:00.000+02:00'],
		// Comes twice: the first.
		['2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z', '2026-10-25T02:30:00.000+02:00'],
	])('%s goes out as %s and comes back as %s', (local, sent, back) => {
		expect(toExternal(berlin, local)).toBe(sent);
		expect(toLocal(berlin, sent)).toBe(back);
		expect(toExternal(berlin, back)).toBe(sent);
		expect(toLocal(berlin, sent, local)).toBe(local);
	});

	it('without an offset from the other side is UTC, whatever the zone', () => {
		expect(toLocal(berlin, '2026-12-01T13:30:00')).toBe('2026-12-01T14:30:00.000+01:00');
	});

	it('is the same instant there and back, in every zone, in both of the hours that come twice', () => {
		const moment = fc.date({ min: new Date('1975-01-01'), max: new Date('2037-12-31'), noInvalidDate: true });
		fc.assert(
			fc.property(moment, fc.constantFrom(...ZONES), (when, zone) => {
				const each = rule('datetime', zone);
				const local = toLocal(each, when.toISOString());
				expect(toExternal(each, local)).toBe(when.toISOString());
				// The wall time alone, as a column without a zone keeps it, is the same instant or an hour's twin of it.
				const wall = String(local).slice(0, 23);
				const sent = toExternal(each, wall);
				expect(String(toLocal(each, sent)).slice(0, 23)).toBe(wall);
			}),
			{ numRuns: 3_000 },
		);
	});

	it('around every change of the clocks, minute by minute', () => {
		const each = rule('datetime', 'America/New_York');
		for (const change of ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z']) {
			for (let minute = -180; minute <= 180; minute++) {
				const instant = new Date(Date.parse(change) + minute * 60_000).toISOString();
				expect(toExternal(each, toLocal(each, instant))).toBe(instant);
			}
		}
	});

	it('refuses what would need a year of five digits', () => {
		expect(() => toExternal(rule('datetime', 'America/New_York'), '9999-12-31T23:00')).toThrow(/years 0 and 9999/);
	});
});

test.each([
	['Europe/Berlin', true],
	['UTC', true],
	['+01:00', false],
	['Europe/Berln', false],
	['', false],
])('%j is a time zone: %j', (name, expected) => expect(isTimeZone(name)).toBe(expected));
