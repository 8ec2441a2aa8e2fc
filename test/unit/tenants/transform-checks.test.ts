import type { FieldRule, Transform } from '../../../lib/adapters/adapter';
import { transformFault } from '../../../lib/tenants/transform-checks';

const rule = (transform: Transform, direction: FieldRule['direction'] = 'push'): FieldRule => ({
	local: 'a',
	external: 'b',
	direction,
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	transform,
});
const map = [{ local: 'x', external: 'y' }];

test.each<Transform>([
	{},
	{ type: 'number', decimals: 2, scale: 2, decimalMark: ',', default: '1,50' },
	{ type: 'date', timeZone: 'Europe/Berlin', default: '2026-12-31' },
	{ map, otherwise: 'pass', default: 'other' },
	{ map, default: 'x' },
	{ type: 'boolean', map: [{ local: true, external: 'Y' }] },
	{
		map: [
			{ local: 'x', external: null },
			{ local: null, external: 'z' },
		],
	},
	{ join: ['a', 'b'], separator: '', trim: true, default: 'nobody' },
])('%j is right', (transform) => {
	expect(transformFault(rule(transform), 'field')).toBeUndefined();
});

test.each<[Transform, RegExp, RegExp, FieldRule['direction']?]>([
	[{ decimals: 2 }, /"decimals", which is for the type number only/, /transform\.type to number/],
	[{ type: 'text', scale: 2 }, /"scale", which is for the type number/, /take "scale" out/],
	[{ type: 'number', timeZone: 'UTC' }, /"timeZone", which is for the type date or datetime/, /date or datetime/],
	[{ type: 'date', timeZone: 'Europe/Berln' }, /time zone "Europe\/Berln", which does not exist/, /Europe\/Berlin/],
	[{ type: 'date', timeZone: '+01:00' }, /does not exist/, /Europe\/Berlin or UTC/],
	[{ separator: ',' }, /nothing to join/, /"join"/],
	[{ join: ['x'] }, /direction pull, but a joined text cannot/, /direction to push/, 'pull'],
	[{ join: ['x'] }, /direction both/, /parts by rules of their own/, 'both'],
	[{ join: ['x'], map }, /which gives a text, but has "map"/, /Take "map" out/],
	[{ join: ['x'], type: 'number' }, /has the type number/, /transform\.type out/],
	[{ otherwise: 'pass' }, /"otherwise", but no map/, /"map"/],
	[{ map, type: 'date' }, /a map besides a date type/, /for choices/],
	[{ map, type: 'number', scale: 2 }, /decimals or a scale/, /leave the rest out/],
	[{ map: [...map, ...map] }, /maps the local value "x" twice/, /several local values/],
	[
		{
			map: [
				{ local: 1, external: 'a' },
				{ local: '1', external: 'b' },
			],
		},
		/"1" twice/,
		/Keep one/,
	],
	[{ map, type: 'number' }, /map has a value that does not fit: .*"x"/, /type/],
	[{ type: 'number', default: 'none' }, /default has a value that does not fit: .*a number, but is "none"/, /Correct/],
	[{ map, default: 'z' }, /default has a value that does not fit: .*"z", which the map/, /Add the value/],
])('%j is refused', (transform, reason, remedy, ...[direction]) => {
	const fault = transformFault(rule(transform, direction), 'field "a"');
	expect(fault?.at).toMatch(/^field "a"/);
	expect(`${fault?.at} ${fault?.reason}`).toMatch(reason);
	expect(fault?.remedy).toMatch(remedy);
});
