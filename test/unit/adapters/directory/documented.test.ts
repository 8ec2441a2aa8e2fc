import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { directory } from '../../../../lib/adapters/directory';
import { QUERIES } from '../../../../lib/adapters/directory/queries';
import { buildMappings } from '../../../../lib/tenants/bindings';
import { variableName } from '../../../../lib/tenants/environment';
import { parseSettings } from '../../../../lib/tenants/settings';

const text = readFileSync(join(__dirname, '../../../../docs/directory.md'), 'utf8');

it('documents settings that can be saved', async () => {
	const [, json = ''] = /```json\n([^`]*)```/.exec(text) ?? [];
	const { entities = {} } = await parseSettings(JSON.parse(json), 'directory');
	const mappings = buildMappings(directory, [{ level: 'tenant', entities }], 'tenant');
	expect([...mappings.keys()]).toEqual(['user', 'group']);
});

it('documents every value of the connection under its variable', () => {
	const names = directory.connectionFields.map(({ name }) => variableName('directory', name));
	const missing = names.filter(
		(name) => !text.includes(name) && !text.includes(`\`${name.replace('CROSSLINK_DIRECTORY', '')}\``),
	);
	expect(missing).toEqual([]);
});

it('documents every query with its parameters', () => {
	for (const { query, parameters } of QUERIES) {
		expect(text).toContain(`\`${query}\``);
		for (const { name } of parameters) expect([query, name, text.includes(`\`${name}\``)]).toEqual([query, name, true]);
	}
});

it('keeps no answer to a login check, and marks its password', () => {
	const check = QUERIES.find(({ query }) => query === 'checkLogin');
	expect(check).toMatchObject({ neverKept: true, sensitive: true });
	expect(check?.parameters.filter(({ secret }) => secret === true).map(({ name }) => name)).toEqual(['password']);
	expect(QUERIES.every(({ sensitive }) => sensitive === true)).toBe(true);
});
