import { hubSpot } from '../../../lib/adapters/hubspot';
import { bindingsOf, buildMappings, type LevelEntities } from '../../../lib/tenants/bindings';
import type { EntitySettings } from '../../../lib/tenants/settings';
import { rejection } from './rejection';

type Entities = Record<string, EntitySettings>;
const levels = (site: Entities, tenant: Entities): LevelEntities[] => [
	{ level: 'integration', entities: site },
	{ level: 'tenant', entities: tenant },
];
const map = (site: Entities, tenant: Entities = {}, strict?: LevelEntities['level']) =>
	buildMappings(hubSpot, levels(site, tenant), strict);
const orderOf = (site: EntitySettings, tenant: EntitySettings = {}) => {
	const mapping = map({ order: site }, { order: tenant }).get('order');
	if (mapping === undefined) throw new Error('order is gone');
	return mapping;
};
const lineOf = (mapping: ReturnType<typeof orderOf>, local: string) =>
	mapping.fields.find(({ rule }) => rule.local === local);

describe('out of the box', () => {
	it('what operations owns is pushed, what sales owns is pulled, and nothing goes both ways', () => {
		for (const { binding } of map({}).values()) {
			for (const rule of binding.fields) {
				expect([rule.local, rule.direction, rule.owner]).toEqual([
					rule.local,
					...(rule.owner === 'local' ? ['push', 'local'] : ['pull', 'external']),
				]);
			}
			expect(binding.onDelete).toBe('ignore');
		}
		const pulled = map({})
			.get('order')
			?.binding.fields.filter(({ direction }) => direction === 'pull');
		expect(pulled?.map(({ local }) => local)).toEqual(['salesStage', 'salesNotes']);
	});

	it('amounts are numbers and due dates dates', () => {
		const { binding } = orderOf({});
		expect(binding.fields.find(({ local }) => local === 'amount')?.transform).toEqual({ type: 'number' });
		expect(binding.fields.find(({ local }) => local === 'dueDate')?.transform).toEqual({ type: 'date' });
	});

	it('a new rule is pushed unless it says otherwise', () => {
		const { binding } = orderOf({ fields: [{ local: 'po', external: 'po' }] });
		expect(binding.fields.at(-1)).toMatchObject({ local: 'po', direction: 'push', owner: 'local', policy: 'owner' });
	});
});

describe('three levels', () => {
	it('each lies over the one below, and each line tells where it comes from and what it replaced', () => {
		const mapping = orderOf(
			{ fields: [{ local: 'amount', direction: 'both' }] },
			{ fields: [{ local: 'amount', policy: 'manual' }] },
		);
		expect(lineOf(mapping, 'amount')).toMatchObject({
			rule: { external: 'amount', direction: 'both', policy: 'manual', transform: { type: 'number' } },
			from: 'tenant',
			replaced: [
				{ from: 'integration', rule: { direction: 'both', policy: 'owner' } },
				{ from: 'pack', rule: { direction: 'push', policy: 'owner' } },
			],
		});
		expect(lineOf(mapping, 'name')).toMatchObject({ from: 'pack', replaced: [] });
	});

	it('parts besides the rules have a source, too', () => {
		const mapping = orderOf(
			{ onDelete: 'unlink', onCreate: { pipeline: 'a', x: 1 }, matchOn: 'name' },
			{ onDelete: 'archive', onCreate: { pipeline: 'b' } },
		);
		expect(mapping.binding).toMatchObject({
			onDelete: 'archive',
			onCreate: { pipeline: 'b', x: 1 },
			matchOn: 'name',
			keyField: 'dealname',
		});
		expect(mapping.sources).toEqual({
			object: 'pack',
			onDelete: 'tenant',
			matchOn: 'integration',
			'onCreate.pipeline': 'tenant',
			'onCreate.x': 'integration',
		});
	});

	it('a tenant may switch a rule off, and the line says so; its direction brings it back', () => {
		const off = orderOf({}, { fields: [{ local: 'dueDate', direction: 'none' }] });
		expect(off.binding.fields.map(({ local }) => local)).not.toContain('dueDate');
		expect(lineOf(off, 'dueDate')).toMatchObject({
			rule: { external: 'closedate', direction: 'none' },
			from: 'tenant',
			replaced: [{ from: 'pack', rule: { direction: 'push' } }],
		});
		const on = orderOf(
			{ fields: [{ local: 'dueDate', direction: 'none' }] },
			{ fields: [{ local: 'dueDate', direction: 'push' }] },
		);
		expect(on.binding.fields).toContainEqual(
			expect.objectContaining({ local: 'dueDate', external: 'closedate', direction: 'push' }),
		);
	});

	it('of several rules for one field, one may be switched off by its external name', () => {
		const site = { fields: [{ local: 'name' }, { local: 'name', external: 'title' }] };
		const one = orderOf(site, { fields: [{ local: 'name', external: 'title', direction: 'none' }] });
		const externals = (mapping: typeof one) =>
			mapping.binding.fields.filter(({ local }) => local === 'name').map(({ external }) => external);
		expect(externals(one)).toEqual(['dealname']);
		expect(externals(orderOf(site, { fields: [{ local: 'name', direction: 'none' }] }))).toEqual([]);
	});

	it('a field freed by switching its rule off can be taken by another', () => {
		const { binding } = orderOf(
			{},
			{
				fields: [
					{ local: 'name', direction: 'none' },
					{ local: 'title', external: 'dealname' },
				],
			},
		);
		expect(binding.fields.filter(({ external }) => external === 'dealname')).toMatchObject([{ local: 'title' }]);
	});

	it('what replaced several lines tells of all of them', () => {
		const mapping = orderOf(
			{ fields: [{ local: 'name' }, { local: 'name', external: 'title' }] },
			{ fields: [{ local: 'name', external: 'label' }] },
		);
		const history = lineOf(mapping, 'name')?.replaced.map(({ from, rule }) => [from, rule.external]);
		expect(history).toEqual([
			['integration', 'dealname'],
			['pack', 'dealname'],
			['integration', 'title'],
			['pack', 'dealname'],
		]);
	});

	it('another object starts anew, above whatever the level below said of the first', () => {
		const mapping = orderOf(
			{ matchOn: 'name', onCreate: { pipeline: 'a' }, onDelete: 'unlink' },
			{ object: 'tickets', fields: [{ local: 'name', external: 'subject' }] },
		);
		expect(mapping.binding).toMatchObject({
			object: 'tickets',
			keyField: 'crosslink_id',
			onCreate: {},
			onDelete: 'unlink',
			linkColumns: [],
			fields: [{ local: 'name', external: 'subject' }],
		});
		expect(mapping.binding.matchOn).toBeUndefined();
		const back = orderOf(
			{ object: 'tickets', fields: [{ local: 'name', external: 'subject' }] },
			{ object: 'deals', fields: [{ local: 'amount', direction: 'both' }] },
		);
		expect(back.binding.fields.map(({ external }) => external)).toContain('dealname');
		expect(back.binding.linkColumns).toHaveLength(2);
	});

	it('an entity of all tenants may be changed by one', () => {
		const site = { ticket: { object: 'tickets', fields: [{ local: 'title', external: 'subject' }] } };
		const mappings = map(site, { ticket: { fields: [{ local: 'text', external: 'content' }] } });
		expect(mappings.get('ticket')).toMatchObject({
			sources: { object: 'integration', onDelete: 'pack' },
			fields: [{ from: 'integration' }, { from: 'tenant' }],
		});
		expect([...bindingsOf(mappings).keys()]).toEqual(['order', 'company', 'contact', 'ticket']);
	});
});

describe('switching off what does not exist', () => {
	const typo = { order: { fields: [{ local: 'amuont', direction: 'none' as const }] } };

	it('is refused where it is saved, with the name that was meant', async () => {
		const error = await rejection(() => map({}, typo, 'tenant'));
		expect(error).toMatchObject({ code: 'mapping_invalid', remedy: 'Did you mean "amount"?' });
		expect(error.message).toMatch(/"amuont" is switched off, but no rule maps it/);
	});

	it('does no harm later, when the rule below has gone', () => {
		expect(map({}, typo).get('order')?.fields).toHaveLength(5);
		expect(map(typo, {}, 'tenant').get('order')?.fields).toHaveLength(5);
	});
});

test('a tenant cannot switch off the only rules an entity has', async () => {
	const fields = ['email', 'firstName', 'lastName', 'phone'].map((local) => ({ local, direction: 'none' as const }));
	const error = await rejection(() => map({}, { contact: { fields } }));
	expect(error.message).toMatch(/"contact".*has no field rules/);
});
