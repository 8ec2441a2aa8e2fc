import fc from 'fast-check';

import type { EntityDefaults, FieldRule } from '../../../lib/adapters/adapter';
import { bindingsOf, buildMappings } from '../../../lib/tenants/bindings';
import type { EntitySettings } from '../../../lib/tenants/settings';
import { rejection } from './rejection';

const rule = (local: string, external: string, more: Partial<FieldRule> = {}): FieldRule => ({
	local,
	external,
	direction: 'push',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	...more,
});

const order: EntityDefaults = {
	entity: 'order',
	displayName: 'Order',
	object: 'deals',
	fields: [rule('name', 'dealname'), rule('amount', 'amount', { transform: { type: 'number' }, policy: 'newer' })],
	associations: [{ local: 'companyId', entity: 'company' }],
	linkColumns: [{ column: 'stage', external: 'dealstage' }],
};
const company: EntityDefaults = {
	entity: 'company',
	displayName: 'Company',
	object: 'companies',
	fields: [rule('name', 'name'), rule('industry', 'industry', { direction: 'pull', owner: 'external' })],
	associations: [],
	linkColumns: [],
};
const pack = { integration: 'hubspot', entities: [order, company], keyField: 'crosslink_id' };
const build = (entities: Record<string, EntitySettings>) =>
	bindingsOf(buildMappings(pack, [{ level: 'tenant', entities }]));
const orderOf = (settings: EntitySettings) => {
	const binding = build({ order: settings }).get('order');
	if (binding === undefined) throw new Error('order is gone');
	return binding;
};

test('without settings the defaults stand as they are', () => {
	expect([...build({}).entries()]).toEqual([
		['order', { ...order, keyField: 'crosslink_id', onCreate: {}, onDelete: 'ignore' }],
		['company', { ...company, keyField: 'crosslink_id', onCreate: {}, onDelete: 'ignore' }],
	]);
});

test('a tenant rule replaces the default rule of the same local field and leaves the others', () => {
	const mine = rule('amount', 'net_amount', {
		direction: 'both',
		owner: 'external',
		policy: 'manual',
		strength: 'initial',
	});
	expect(orderOf({ fields: [mine] }).fields).toEqual([order.fields[0], { ...mine, transform: { type: 'number' } }]);
});

test('what a tenant rule leaves out comes from the default rule, else from the common defaults', () => {
	const { fields } = orderOf({
		fields: [
			{ local: 'amount', direction: 'both' },
			{ local: 'custom_fields.po', external: 'po' },
		],
	});
	expect(fields).toEqual([order.fields[0], { ...order.fields[1], direction: 'both' }, rule('custom_fields.po', 'po')]);
});

test('no field flows both ways unless the tenant chooses it', () => {
	const { fields } = orderOf({ fields: [{ local: 'po', external: 'po' }] });
	expect(fields.map((one) => one.direction)).toEqual(['push', 'push', 'push']);
});

test('one local field may go to two external fields', () => {
	const { fields } = orderOf({ fields: [{ local: 'name' }, { local: 'name', external: 'title', direction: 'push' }] });
	expect(fields.map(({ local, external }) => [local, external])).toEqual([
		['amount', 'amount'],
		['name', 'dealname'],
		['name', 'title'],
	]);
});

test('matchOn makes the external field of its rule the key', () => {
	const settings = { matchOn: 'number', fields: [{ local: 'number', external: 'erp_number' }] };
	expect(orderOf(settings)).toMatchObject({ matchOn: 'number', keyField: 'erp_number' });
	expect(orderOf({}).matchOn).toBeUndefined();
});

test('a field of our key is free for the tenant who matches on it', () => {
	const settings = { matchOn: 'number', fields: [{ local: 'number', external: 'crosslink_id' }] };
	expect(orderOf(settings).keyField).toBe('crosslink_id');
});

test('an entity of the tenant’s own needs an object and its rules, and other entities may lead to it', () => {
	const bindings = build({
		service_ticket: { object: 'tickets', fields: [{ local: 'title', external: 'subject' }] },
		order: { associations: [{ local: 'ticketId', entity: 'service_ticket' }] },
	});
	expect(bindings.get('service_ticket')).toEqual({
		entity: 'service_ticket',
		displayName: 'Service ticket',
		object: 'tickets',
		fields: [rule('title', 'subject')],
		associations: [],
		linkColumns: [],
		keyField: 'crosslink_id',
		onCreate: {},
		onDelete: 'ignore',
	});
	expect(bindings.get('order')?.associations).toEqual([
		{ local: 'companyId', entity: 'company' },
		{ local: 'ticketId', entity: 'service_ticket' },
	]);
});

test('another object drops the default rules: they name properties of the default object', () => {
	const binding = orderOf({ object: 'orders', fields: [{ local: 'name', external: 'hs_order_name' }] });
	expect(binding).toMatchObject({
		object: 'orders',
		linkColumns: [],
		fields: [rule('name', 'hs_order_name')],
	});
});

test('onCreate is taken over', () => {
	expect(orderOf({ onCreate: { pipeline: 'default' } }).onCreate).toEqual({ pipeline: 'default' });
});

test('the defaults are never changed', () => {
	const before = JSON.stringify(pack);
	orderOf({
		matchOn: 'name',
		onCreate: { a: 1 },
		fields: [{ local: 'name', external: 'x' }],
		associations: [{ local: 'companyId', entity: 'order' }],
	});
	expect(JSON.stringify(pack)).toBe(before);
});

describe('a wrong rule is one error that names entity, field, reason and remedy', () => {
	const both = (local: string, external = local) => ({ local, external, direction: 'both' as const });
	const joined = (local: string, join = ['a', 'b']) => ({ local, external: 'full_name', transform: { join } });
	test.each<[string, Record<string, EntitySettings>, RegExp, RegExp]>([
		[
			'two pushed into one',
			{ order: { fields: [both('a', 'x'), both('b', 'x')] } },
			/"b" and field "a" are both pushed into "x"/,
			/another external/,
		],
		[
			'one pushed into a default’s',
			{ order: { fields: [both('title', 'dealname')] } },
			/"title" and field "name" are both pushed/,
			/direction to pull/,
		],
		[
			'pulled from two',
			{ order: { fields: [both('a', 'x'), both('a', 'y')] } },
			/"a" is pulled from two external fields/,
			/set the other to push/,
		],
		[
			'the same rule twice',
			{
				order: {
					fields: [
						{ ...both('a', 'x'), direction: 'pull' },
						{ ...both('a', 'x'), direction: 'push' },
					],
				},
			},
			/two rules to "x"/,
			/direction both/,
		],
		[
			'pulled whole and in part',
			{ order: { fields: [both('address'), both('address.city', 'city')] } },
			/one lies inside the other/,
			/either the whole/,
		],
		[
			'pulled but enforced for local',
			{ order: { fields: [{ ...both('a'), direction: 'pull', owner: 'local', strength: 'enforced' }] } },
			/only pulled, yet owned by the local side/,
			/direction to push or both/,
		],
		[
			'pushed but enforced for external',
			{ order: { fields: [{ ...both('a'), direction: 'push', owner: 'external', strength: 'enforced' }] } },
			/only pushed, yet owned by the external side/,
			/direction to pull or both/,
		],
		[
			'an empty part of a path',
			{ order: { fields: [both('a..b')] } },
			/"a\.\.b" is not a field name or a path/,
			/single dots/,
		],
		['a dot at the end', { order: { fields: [both('a.')] } }, /not a field name/, /single dots/],
		['a space in front', { order: { fields: [both(' a')] } }, /not a field name/, /without spaces/],
		['a control character', { order: { fields: [both('a\nb')] } }, /"a.b" is not a field name/, /single dots/],
		['a prototype', { order: { fields: [both('a.__proto__.b')] } }, /forbidden name "__proto__"/, /Rename/],
		['a constructor', { order: { fields: [both('constructor')] } }, /forbidden name "constructor"/, /Rename/],
		[
			'an external prototype',
			{ order: { fields: [both('a', '__proto__')] } },
			/external uses the forbidden name/,
			/Rename/,
		],
		['a deep path', { order: { fields: [both('a.b.c.d.e.f.g.h.i')] } }, /more than 8 parts/, /Flatten/],
		[
			'no external',
			{ order: { fields: [{ local: 'po' }] } },
			/"po" does not say which external field/,
			/Give "external"/,
		],
		[
			'our own key',
			{ order: { fields: [both('number', 'crosslink_id')] } },
			/where Crosslink keeps its own key/,
			/"matchOn" to "number"/,
		],
		[
			'matchOn not mapped',
			{ order: { matchOn: 'number' } },
			/matchOn "number" names a local field that no rule maps/,
			/Add a rule/,
		],
		['matchOn misspelt', { order: { matchOn: 'nmae' } }, /no rule maps/, /Did you mean "name"\?/],
		['matchOn only pulled', { company: { matchOn: 'industry' } }, /only pulled/, /direction push or both/],
		[
			'an unknown entity',
			{ ordr: {} },
			/"ordr".*not one the integration knows \(order, company\)/,
			/Did you mean "order"\?/,
		],
		['an entity without rules', { ticket: { object: 'tickets' } }, /has no field rules/, /Give "fields"/],
		['another object without rules', { order: { object: 'orders' } }, /has no field rules/, /Give "fields"/],
		['an entity name no table can have', { 'Order; drop': { object: 'x' } }, /its name is not made of/, /link table/],
		['an entity name too long', { [`a${'b'.repeat(40)}`]: { object: 'x' } }, /at most 30 characters/, /Rename/],
		[
			'an association to nowhere',
			{ order: { associations: [{ local: 'x', entity: 'compny' }] } },
			/unknown entity "compny"/,
			/Did you mean "company"\?/,
		],
		[
			'an association twice',
			{
				order: {
					associations: [
						{ local: 'x', entity: 'company' },
						{ local: 'x', entity: 'company' },
					],
				},
			},
			/given twice/,
			/Keep one/,
		],
		['matchOn a joined text', { order: { matchOn: 'full', fields: [joined('full')] } }, /rule that joins/, /one field/],
		[
			'a joined path that is none',
			{ order: { fields: [joined('full', ['a..b'])] } },
			/joined field "a\.\.b"/,
			/single/,
		],
		['the key in onCreate', { order: { onCreate: { crosslink_id: 'x' } } }, /onCreate sets "crosslink_id"/, /Take/],
		[
			'a table name with more in it',
			{ order: { localTable: 'orders; drop table x' } },
			/is not a table name/,
			/schema\.orders/,
		],
		[
			'an object with spaces around',
			{ order: { object: ' deals', fields: [both('a')] } },
			/object is not a name/,
			/spells it/,
		],
	])('%s', async (_name, settings, reason, remedy) => {
		const error = await rejection(() => build(settings));
		expect(error).toMatchObject({ class: 'rejected', code: 'mapping_invalid' });
		expect(error.message).toMatch(/^The mapping of entity ".+" to hubspot is not valid: /);
		expect(error.message).toContain(Object.keys(settings)[0]?.slice(0, 20));
		expect(error.message).toMatch(reason);
		expect(error.remedy).toMatch(remedy);
	});
});

describe('whatever rules a tenant writes', () => {
	const name = fc.constantFrom('a', 'b', 'a.b', 'name', 'amount', 'crosslink_id', '__proto__', '');
	const anyRule = fc.record(
		{
			local: name,
			external: name,
			direction: fc.constantFrom('push' as const, 'pull' as const, 'both' as const),
			owner: fc.constantFrom('local' as const, 'external' as const),
			strength: fc.constantFrom('initial' as const, 'onChange' as const, 'enforced' as const),
		},
		{ requiredKeys: ['local'] },
	);

	test('they are refused in words, or no two rules write to one place', () => {
		let accepted = 0;
		fc.assert(
			fc.property(fc.array(anyRule, { maxLength: 4 }), fc.option(name, { nil: undefined }), (fields, matchOn) => {
				let binding;
				try {
					binding = orderOf({ fields, matchOn });
				} catch (error) {
					expect(error).toMatchObject({ code: 'mapping_invalid' });
					return;
				}
				accepted++;
				const pushed = binding.fields.filter((one) => one.direction !== 'pull').map((one) => one.external);
				const pulled = binding.fields.filter((one) => one.direction !== 'push').map((one) => one.local);
				expect(new Set(pushed).size).toBe(pushed.length);
				expect(new Set(pulled).size).toBe(pulled.length);
				for (const given of fields) {
					expect(binding.fields).toContainEqual(expect.objectContaining(given));
				}
				if (matchOn !== undefined) {
					expect(binding.fields).toContainEqual(
						expect.objectContaining({ local: matchOn, external: binding.keyField }),
					);
				}
			}),
			{ numRuns: 1_000 },
		);
		expect(accepted).toBeGreaterThan(50);
	});
});
