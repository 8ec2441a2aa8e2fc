import fc from 'fast-check';
import type { Fields } from '../../../lib/adapters/field-value';
import type { ParameterDescription } from '../../../lib/adapters/parameters';
import { CrosslinkError } from '../../../lib/errors';
import { checkParameters } from '../../../lib/parameters/check';

const parameter = (name: string, more: Partial<ParameterDescription> = {}): ParameterDescription => ({
	name,
	displayName: name,
	description: `What ${name} is.`,
	type: 'text',
	required: false,
	...more,
});

const ORDER: ParameterDescription[] = [
	parameter('customer', { required: true, maxLength: 10 }),
	parameter('poNumber', { maxLength: 35 }),
	parameter('total', { type: 'number', decimals: 2 }),
	parameter('rush', { type: 'boolean', default: false }),
	parameter('wanted', { type: 'date' }),
	parameter('since', { type: 'datetime' }),
	parameter('type', {
		type: 'enumeration',
		choices: [
			{ value: 'OR', label: 'Standard Order' },
			{ value: 'RE', label: 'Return' },
		],
	}),
	parameter('lines', {
		type: 'list',
		required: true,
		parts: [
			parameter('material', { required: true }),
			parameter('quantity', { type: 'number', required: true, decimals: 0 }),
		],
	}),
	parameter('tags', { type: 'list' }),
	parameter('address', { type: 'object', parts: [parameter('city', { maxLength: 5 })] }),
];
const GOOD = { customer: '4711', lines: [{ material: 'A', quantity: 1 }] };

const check = (given: unknown): Promise<Fields> => checkParameters('command "createOrder"', ORDER, given);

async function refusal(given: unknown): Promise<CrosslinkError> {
	try {
		await check(given);
	} catch (thrown) {
		if (thrown instanceof CrosslinkError) return thrown;
		throw thrown;
	}
	throw new Error('it was taken');
}

it('brings values into one form, whatever form they came in', async () => {
	const given = {
		customer: 4711,
		poNumber: '',
		total: '12.50',
		wanted: '2026-12-31T00:00:00.000+01:00',
		since: '2026-12-31 10:00+0200',
		type: 'OR',
		lines: '[{"material":"A","quantity":"2"}]',
		tags: ['x', 7],
		address: { city: 'Bern' },
	};
	const expected = {
		customer: '4711',
		poNumber: '',
		total: 12.5,
		rush: false,
		wanted: '2026-12-31',
		since: '2026-12-31T08:00:00.000Z',
		type: 'OR',
		lines: [{ material: 'A', quantity: 2 }],
		tags: ['x', '7'],
		address: { city: 'Bern' },
	};
	expect(await check(given)).toEqual(expected);
	expect(await check(JSON.stringify(given))).toEqual(expected);
	expect(await check(expected)).toEqual(expected);
});

it('takes null and an unfilled form field for "not given"', async () => {
	const values = await check({ ...GOOD, total: '', wanted: null, type: null, tags: null, address: null, rush: '' });
	expect(values).toEqual({ ...GOOD, rush: false });
});

it.each<[string, object, string, string]>([
	['a missing one', { ...GOOD, customer: undefined }, 'customer is missing', 'Give "customer": What customer is.'],
	['a blank required text', { ...GOOD, customer: '  ' }, 'customer is missing', 'Give "customer"'],
	[
		'too long a text',
		{ ...GOOD, customer: '12345678901' },
		'customer has 11 characters; at most 10 are taken',
		'Shorten it',
	],
	['an unknown one', { ...GOOD, custmer: '1' }, 'custmer is not known', 'Did you mean customer?'],
	[
		'an unknown one in a list',
		{ ...GOOD, lines: [{ material: 'A', quantity: 1, qty: 2 }] },
		'lines[0].qty is not known',
		'Known here: material, quantity.',
	],
	[
		'a missing one in a list',
		{ ...GOOD, lines: [{ material: 'A', quantity: 1 }, { material: 'B' }] },
		'lines[1].quantity is missing',
		'Give "quantity"',
	],
	['an empty list that is required', { ...GOOD, lines: [] }, 'lines is an empty list', 'at least one'],
	['text where a list is due', { ...GOOD, tags: 'a, b' }, 'tags must be a list, not a text', '["a", "b"]'],
	[
		'an object in a list of texts',
		{ ...GOOD, tags: [{ a: 1 }] },
		'tags[0] must be a text, not an object',
		'Give a text',
	],
	[
		'a text in a list of objects',
		{ ...GOOD, lines: ['A'] },
		'lines[0] must be an object, not a text',
		'Give an object',
	],
	[
		'text that is no number',
		{ ...GOOD, total: '1.234,56' },
		'total must be a number',
		'with a point and without separators',
	],
	[
		'more decimals than are kept',
		{ ...GOOD, total: 0.1 + 0.2 },
		'total has 17 digits behind the point; the other side keeps 2 digits',
		'toFixed(2)',
	],
	[
		'part of a piece',
		{ ...GOOD, lines: [{ material: 'A', quantity: 1.5 }] },
		'lines[0].quantity has 1 digit behind the point; the other side keeps no digits',
		'Round',
	],
	[
		'more digits than a number holds',
		{ ...GOOD, total: '12345678901234567.1' },
		'total has more than the 15 digits',
		'Round',
	],
	['a day there is not', { ...GOOD, wanted: '2026-02-30' }, 'wanted is no day', '2026-12-31'],
	['a moment where a day is due', { ...GOOD, wanted: '2026-12-31T23:00:00Z' }, 'wanted is no day', 'toISODate()'],
	['a time without its zone', { ...GOOD, since: '2026-12-31T10:00:00' }, 'since is no time with its zone', 'toISO()'],
	[
		'a label for a value',
		{ ...GOOD, type: 'Return' },
		'type is none of the values allowed',
		'Did you mean "RE"? Use one of: OR (Standard Order), RE (Return).',
	],
	['too long a part', { ...GOOD, address: { city: 'Geneva' } }, 'address.city has 6 characters', 'Shorten it'],
	['a word for yes', { ...GOOD, rush: 'yes' }, 'rush must be true or false, not a text', 'Give true or false.'],
])('refuses %s, and says which, why and what to do', async (_what, given, wrong, remedy) => {
	const error = await refusal(given);
	expect(error).toMatchObject({ class: 'rejected', code: 'parameters_invalid' });
	expect(error.message).toContain(`The command "createOrder" was not called: ${wrong}`);
	expect(error.remedy).toContain(remedy);
});

it('names several faults at once and quotes no value', async () => {
	const error = await refusal({ customer: 'SECRET-CUSTOMER', total: 'SECRET', type: 'SECRET', lines: 'SECRET' });
	expect(error.message.match(/;/g)?.length).toBeGreaterThanOrEqual(3);
	expect(`${error.message} ${error.remedy}`).not.toContain('SECRET');
});

it('refuses what is no JSON, names that reach into prototypes, and too much', async () => {
	expect(await refusal('{"customer": SECRET')).toMatchObject({ code: 'parameters_invalid' });
	expect((await refusal(JSON.parse('{"__proto__": {"x": 1}}'))).message).toContain('__proto__');
	expect((await refusal({ ...GOOD, poNumber: 'x'.repeat(600_000) })).message).toContain('characters');
});

it('checking twice changes nothing more, for any amounts', async () => {
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: -1e12, max: 1e12 }), async (cents) => {
			const once = await check({ ...GOOD, total: (cents / 100).toFixed(2) });
			expect(once.total).toBe(Number((cents / 100).toFixed(2)));
			expect(await check(once)).toEqual(once);
		}),
	);
});
