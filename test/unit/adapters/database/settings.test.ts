import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { database } from '../../../../lib/adapters/database';
import { buildMappings } from '../../../../lib/tenants/bindings';
import { linkTableSpecs } from '../../../../lib/tenants/link-tables';
import { parseSettings } from '../../../../lib/tenants/settings';

const bindings = async (...levels: unknown[]) => {
	const inputs = await Promise.all(levels.map((settings) => parseSettings(settings, 'database')));
	const mappings = buildMappings(
		database,
		inputs.map(({ entities = {} }, at) => ({ level: at === 0 ? 'integration' : 'tenant', entities })),
	);
	return new Map([...mappings].map(([entity, { binding }]) => [entity, binding]));
};
const source = { id: 'id', changed: 'updated_at' };
const orders = { entities: { order: { object: 'shop.orders', source } } };

it('needs no field rules, and has no link tables', async () => {
	const mapped = await bindings(orders);
	expect(mapped.get('order')).toMatchObject({ entity: 'order', object: 'shop.orders', fields: [], source });
	expect(linkTableSpecs(database, mapped)).toEqual([]);
});

it('takes the source of the level that gives one, and none of another table’s', async () => {
	const other = { id: 'uuid', changed: 'edited', timeZone: 'UTC', lookbackSeconds: 60 };
	const over = await bindings(orders, { entities: { order: { source: other } } });
	expect(over.get('order')?.source).toEqual(other);
	const moved = await bindings(orders, { entities: { order: { object: 'shop.old_orders' } } });
	expect(moved.get('order')).not.toHaveProperty('source');
});

it.each([
	[{ id: 'id' }, 'entities.order.source.changed is missing'],
	[{ ...source, chnaged: 'x' }, 'entities.order.source.chnaged is not a known setting'],
	[{ ...source, lookbackSeconds: -1 }, 'lookbackSeconds must be at least 0'],
	[{ ...source, lookbackSeconds: 100_000 }, 'lookbackSeconds must be at most 86400'],
	[{ ...source, id: '' }, 'entities.order.source.id must not be empty'],
])('refuses %j', async (given, words) => {
	await expect(bindings({ entities: { order: { object: 'orders', source: given } } })).rejects.toThrow(words);
});

it('says that an entity needs a table', async () => {
	await expect(bindings({ entities: { order: { source } } })).rejects.toMatchObject({
		code: 'mapping_invalid',
		remedy: expect.stringContaining('"object"'),
	});
});

it('can be set as the documentation shows', async () => {
	const text = readFileSync(join(__dirname, '../../../../docs/database.md'), 'utf8');
	const examples = [...text.matchAll(/```json\n([^`]*)```/g)].map(([, json = '']) => json);
	expect(examples.length).toBeGreaterThan(0);
	for (const example of examples) expect((await bindings(example)).size).toBeGreaterThan(0);
});

it('names an account without its password', () => {
	const connection = { host: '::1', port: '5433', database: 'shop', user: 'me', password: 'a-secret' };
	expect(database.accountKey(connection)).toBe('[::1]:5433/shop');
});
