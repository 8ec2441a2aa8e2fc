import fc from 'fast-check';
import { literal, quoted } from '../../../../lib/adapters/database/mysql/literal';
import { readMoment, toInstant, toWall, writeMoment } from '../../../../lib/adapters/database/mysql/wall-time';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
const DAY = 86_400_000_000n;
const micros = fc.bigInt({ min: -30_000_000_000_000_000n, max: 4_000_000_000_000_000n });

describe('moments of MySQL', () => {
	it('are read as they are written, to the microsecond', () => {
		fc.assert(fc.property(micros, (at) => expect(readMoment(writeMoment(at))).toMatchObject({ at, zoned: false })));
	});

	it.each([
		['2026-07-01T12:00:00Z', '2026-07-01 12:00:00.000000', true],
		['2026-07-01T14:00:00.5+02:00', '2026-07-01 12:00:00.500000', true],
		['2026-07-01T06:30:00-0530', '2026-07-01 12:00:00.000000', true],
		['2026-07-01 12:00', '2026-07-01 12:00:00.000000', false],
		['2026-07-01', '2026-07-01 00:00:00.000000', false],
	])('are taken from what the other side writes: %s', (text, written, zoned) => {
		const moment = readMoment(text);
		expect([moment && writeMoment(moment.at), moment?.zoned]).toEqual([written, zoned]);
	});

	it.each(['', 'yesterday', '12:00', "2026-07-01'; --"])('are none: %j', (text) => {
		expect(readMoment(text)).toBeUndefined();
	});

	it('come back from the wall of any zone, but for the hour that runs twice', () => {
		fc.assert(
			fc.property(micros, fc.constantFrom(...ZONES), (at, zone) => {
				const back = toInstant(toWall(at, zone), zone);
				const shift = back > at ? back - at : at - back;
				expect(
					shift === 0n || (shift <= 3_600_000_000n && toWall(back, zone) === toWall(at, zone)) || at < -1_000n * DAY,
				).toBe(true);
			}),
		);
	});

	it('show what the zone’s clocks show', () => {
		const summer = readMoment('2026-07-01T10:00:00Z')?.at ?? 0n;
		expect(writeMoment(toWall(summer, 'Europe/Berlin'))).toBe('2026-07-01 12:00:00.000000');
		expect(() => toWall(summer, 'Europe/Atlantis')).toThrow(RangeError);
	});
});

describe('texts and names in a statement for MySQL', () => {
	it('are nothing but hexadecimal digits, whatever is in them', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				expect(literal(text)).toMatch(/^(_utf8mb4 X'([0-9a-f]{2})+'|'')$/);
			}),
		);
	});

	it('are quoted names that end where they should', () => {
		expect(quoted('a`; DROP TABLE x; --')).toBe('`a``; DROP TABLE x; --`');
	});
});
