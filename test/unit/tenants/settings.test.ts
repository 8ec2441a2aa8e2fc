import vm from 'node:vm';

import { DEFAULT_SETTINGS, effectiveSettings, parseSettings } from '../../../lib/tenants/settings';
import { nearestName } from '../../../lib/tenants/nearest-name';
import { settingsSources } from '../../../lib/tenants/site-settings';
import { everythingIn, rejection } from './rejection';

const CANARY = 'canary-7Hq2-secret';
const full = {
	entities: {
		order: {
			object: 'deals',
			matchOn: 'number',
			localTable: 'shop.orders',
			onDelete: 'archive',
			onCreate: { pipeline: 'default' },
			fields: [
				{
					local: 'number',
					external: 'dealname',
					direction: 'both',
					owner: 'local',
					policy: 'newer',
					strength: 'enforced',
					transform: { type: 'number', decimals: 2, scale: 2, decimalMark: ',', trim: true, default: 0 },
				},
				{ local: 'due', external: 'closedate', direction: 'none', transform: { type: 'date', timeZone: 'UTC' } },
				{ local: 'full', external: 'x', transform: { join: ['a', 'b.c'], separator: ', ' } },
				{
					local: 'stage',
					external: 'y',
					transform: { map: [{ local: 'draft', external: 1 }], otherwise: { local: null, external: 'x' } },
				},
			],
			associations: [{ local: 'companyId', entity: 'company' }],
		},
	},
	retry: { attempts: 5, delaySeconds: 10 },
	leaseSeconds: 60,
	syncLog: 'all',
	syncLogDays: 7,
	inboxDays: 3,
	freeze: { flips: 3, minutes: 5 },
	brakes: { deletes: 0, deletesCount: 1, changes: 1, changesCount: 2 },
	messages: { orderShipped: { subject: 'Gone', text: '{{ number }} is gone', rich: '*{{ number }}*' } },
	notificationDays: 30,
};

test('an object and its JSON text are the same settings', async () => {
	expect(await parseSettings(full, 'hubspot')).toEqual(full);
	expect(await parseSettings(JSON.stringify(full), 'hubspot')).toEqual(full);
});

test.each([undefined, null, '', '  ', {}, '{}'])('%j means: all defaults', async (given) => {
	const input = await parseSettings(given, 'hubspot');
	expect(input).toEqual({});
	expect(effectiveSettings(input)).toEqual({
		retry: { attempts: 3, delaySeconds: 60 },
		leaseSeconds: 120,
		syncLog: 'errors',
		syncLogDays: 90,
		inboxDays: 30,
		commandLogDays: 400,
		aiTool: false,
		freeze: { flips: 4, minutes: 10 },
		brakes: { deletes: 0.05, deletesCount: 10, changes: 0.2, changesCount: 100 },
		messages: {},
		notificationDays: 90,
	});
});

test('what is given is laid over the defaults, part by part', async () => {
	const input = await parseSettings({ retry: { attempts: 1 }, brakes: { deletes: 0.5 } }, 'hubspot');
	expect(effectiveSettings(input)).toEqual({
		...DEFAULT_SETTINGS,
		retry: { attempts: 1, delaySeconds: 60 },
		brakes: { ...DEFAULT_SETTINGS.brakes, deletes: 0.5 },
	});
});

test('the last level that says something wins, part by part', () => {
	const site = { retry: { attempts: 5, delaySeconds: 5 }, syncLog: 'all' as const, freeze: { flips: 3 } };
	const tenant = { retry: { attempts: 1 }, syncLogDays: 7 };
	expect(effectiveSettings(site, tenant)).toEqual({
		...DEFAULT_SETTINGS,
		retry: { attempts: 1, delaySeconds: 5 },
		syncLog: 'all',
		syncLogDays: 7,
		freeze: { flips: 3, minutes: 10 },
	});
	expect(settingsSources(site, tenant)).toMatchObject({
		'retry.attempts': 'tenant',
		'retry.delaySeconds': 'integration',
		syncLog: 'integration',
		syncLogDays: 'tenant',
		'freeze.flips': 'integration',
		'freeze.minutes': 'pack',
		leaseSeconds: 'pack',
	});
});

test('a map may be written as one object; it is kept as a list, because databases sort the keys of objects', async () => {
	const map = { '10': 'ten', '9': 'nine', none: null };
	const given = (value: object) => ({ entities: { order: { fields: [{ local: 'a', transform: { map: value } }] } } });
	const pairs = [
		{ local: '9', external: 'nine' },
		{ local: '10', external: 'ten' },
		{ local: 'none', external: null },
	];
	expect(await parseSettings(given(map), 'hubspot')).toEqual(given(pairs));
	expect(await parseSettings(given(pairs), 'hubspot')).toEqual(given(pairs));
});

test('objects of another realm, as n8n expressions make them, are taken', async () => {
	const given: unknown = vm.runInNewContext('({ retry: { attempts: 2 }, entities: undefined })');
	expect(await parseSettings(given, 'hubspot')).toEqual({ retry: { attempts: 2 } });
});

describe('every fault is one error with path, reason and remedy', () => {
	const order = (rule: object): object => ({
		entities: { order: { fields: [{ local: 'a', external: 'b', ...rule }] } },
	});
	const cycle: Record<string, unknown> = {};
	cycle.self = cycle;
	let deep: object = {};
	for (let level = 0; level < 40; level++) deep = { deep };

	test.each<[string, unknown, RegExp, RegExp]>([
		['an unknown key', { retries: 3 }, /retries is not a known setting/, /Did you mean retry\?/],
		['an unknown key deep inside', order({ polcy: 'newer' }), /entities\.order\.fields\[0\]\.polcy/, /mean policy\?/],
		['a key like nothing known', { zzzzzzzz: 1 }, /zzzzzzzz is not/, /Known here: entities, retry, leaseSeconds/],
		[
			'a misspelt word',
			order({ direction: 'psuh' }),
			/fields\[0\]\.direction must be one of push, pull, both, none/,
			/mean push/,
		],
		['a wrong word', order({ owner: CANARY }), /owner must be one of local, external/, /local or external/],
		[
			'a number as text',
			{ leaseSeconds: '60' },
			/leaseSeconds must be a number, not a string/,
			/leaseSeconds as a number/,
		],
		['null for a part', { retry: null }, /retry must be an object, not null/, /as an object/],
		['a list for the whole', [], /the whole value must be an object, not an array/, /object/],
		['a bare number', 3, /the whole value must be an object/, /object/],
		['too many attempts', { retry: { attempts: 21 } }, /retry\.attempts must be at most 20/, /retry\.attempts/],
		['half an attempt', { retry: { attempts: 1.5 } }, /retry\.attempts must be an integer/, /integer/],
		['no delay', { retry: { delaySeconds: 0 } }, /retry\.delaySeconds must be at least 1/, /delaySeconds/],
		['a count of halves', { brakes: { deletesCount: 1.5 } }, /deletesCount must be an integer/, /integer/],
		['no flip', { freeze: { flips: 1 } }, /freeze\.flips must be at least 2/, /freeze/],
		['a log for no day', { syncLogDays: 0 }, /syncLogDays must be at least 1/, /syncLogDays/],
		['an unknown part of the freeze', { freeze: { flip: 2 } }, /freeze\.flip is not known|not a known/, /mean flips\?/],
		[
			'a wrong word for deletions',
			{ entities: { order: { onDelete: 'delete' } } },
			/onDelete must be one of ignore, unlink, archive/,
			/ignore or unlink or archive/,
		],
		['an unknown transform', order({ transform: { typ: 'text' } }), /transform\.typ is not/, /mean type\?/],
		['a map of lists', order({ transform: { map: { a: ['b'] } } }), /map\[0\]\.external must be a text/, /map\[0\]/],
		['a wrong key in a map', order({ transform: { map: [{ locl: 1 }] } }), /map\[0\]\.locl is not a known/, /local/],
		['an empty map', order({ transform: { map: {} } }), /map must be at least 1 entries/, /map/],
		['a map that is none', order({ transform: { map: 'x' } }), /map must be an array, not a string/, /array/],
		[
			'a wrong otherwise',
			order({ transform: { otherwise: 'skip' } }),
			/otherwise must be reject, pass, or/,
			/otherwise/,
		],
		['too many decimals', order({ transform: { decimals: 11 } }), /decimals must be at most 10/, /decimals/],
		['a brake above the whole', { brakes: { deletes: 5 } }, /brakes\.deletes must be at most 1/, /brakes/],
		[
			'a rule without local',
			{ entities: { order: { fields: [{}] } } },
			/fields\[0\]\.local is missing/,
			/Give entities/,
		],
		['an empty name', order({ local: '' }), /local must not be empty/, /local/],
		['a very long name', order({ local: 'x'.repeat(201) }), /at most 200 characters/, /local/],
		['broken JSON', `{"retry": ${CANARY}`, /not valid JSON/, /quotes, commas/],
		['a function', { retry: () => CANARY }, /not JSON at retry/, /lists and objects only/],
		['a date', { retry: new Date() }, /not JSON at retry/, /lists and objects only/],
		['not a number', { leaseSeconds: Number.NaN }, /not JSON at leaseSeconds/, /numbers/],
		['a cycle', cycle, /nested deeper/, /Flatten/],
		['deep nesting', deep, /nested deeper/, /Flatten/],
		['ten megabytes of text', 'x'.repeat(10_000_000), /larger than 524288 characters/, /Shorten/],
		['ten megabytes in a value', order({ local: 'x'.repeat(10_000_000) }), /larger than/, /Shorten/],
		[
			'a million keys',
			Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => [`k${i}`, 1])),
			/larger than/,
			/Shorten/,
		],
		['a name of half a megabyte', { ['x'.repeat(600_000)]: 1 }, /larger than/, /Shorten/],
		['a prototype in JSON', '{"entities":{"__proto__":{"object":"x"}}}', /forbidden name entities\.__proto__/, /out/],
		['a constructor', { entities: { order: { onCreate: { constructor: 1 } } } }, /forbidden name/, /out/],
	])('%s', async (_name, given, reason, remedy) => {
		const error = await rejection(() => parseSettings(given, 'hubspot'));
		expect(error).toMatchObject({ class: 'rejected', code: 'settings_invalid' });
		expect(error.message).toMatch(/^The settings of integration hubspot /);
		expect(error.message).toMatch(reason);
		expect(error.remedy).toMatch(remedy);
		expect(error.message.length + error.remedy.length).toBeLessThan(1_500);
		expect(everythingIn(error)).not.toContain(CANARY);
	});

	test('several at once are all told, up to five', async () => {
		const error = await rejection(() => parseSettings({ leaseSeconds: 'x', syncLog: 'x', retry: 1, brakes: 1 }, 'sap'));
		expect(error.message).toMatch(/retry .*leaseSeconds .*syncLog .*brakes /);
	});

	test('control characters of a key do not reach the message', async () => {
		const error = await rejection(() => parseSettings({ 'a\n\u001b[31mb': 1 }, 'sap'));
		expect(error.message).not.toMatch(/[\n\u001b]/);
	});
});

test('the nearest name is the meant one, and nothing when none is near', () => {
	expect(nearestName('atempts', ['attempts', 'delaySeconds'])).toBe('attempts');
	expect(nearestName('DIRECTION', ['direction'])).toBe('direction');
	expect(nearestName('ownre', ['owner', 'order'])).toBe('owner');
	expect(nearestName('token', ['owner', 'object'])).toBeUndefined();
	expect(nearestName('retries', ['entities', 'retry'])).toBe('retry');
	expect(nearestName('', ['a', 'b'])).toBeUndefined();
});
