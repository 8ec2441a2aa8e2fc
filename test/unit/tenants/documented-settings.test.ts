import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { hubSpot } from '../../../lib/adapters/hubspot';
import { buildMappings } from '../../../lib/tenants/bindings';
import { parseSettings } from '../../../lib/tenants/settings';

const docs = join(__dirname, '../../../docs');
const examples = ['configuration.md', 'field-rules.md'].flatMap((file) =>
	[...readFileSync(join(docs, file), 'utf8').matchAll(/```json\n([^`]*)```/g)].map(([, text = '']) => [file, text]),
);

test('there are examples', () => expect(examples.length).toBeGreaterThan(3));

test.each(examples)('what %s shows as JSON can be saved: %s', async (_file, text) => {
	const given = JSON.parse(text) as object;
	// A rule alone is shown without what stands around it; one example shares its external field with a default.
	const freed = { local: 'salesStage', direction: 'none' };
	const settings = 'local' in given ? { entities: { order: { fields: [given, freed] } } } : given;
	const { entities = {} } = await parseSettings(settings, 'hubspot');
	expect(buildMappings(hubSpot, [{ level: 'tenant', entities }], 'tenant').size).toBeGreaterThanOrEqual(3);
});

/** The rows of the table of transforms: option and its example. */
const [, transforms = ''] = readFileSync(join(docs, 'field-rules.md'), 'utf8').split('\n## Transform\n');
const options = [...transforms.matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm)].map(
	([, option = '', example = '']) => [option, example] as const,
);

test.each(options)('the example of transform.%s can be saved: %s', async (option, example) => {
	const needs: Record<string, object> = {
		timeZone: { type: 'datetime' },
		decimals: { type: 'number' },
		scale: { type: 'number' },
		decimalMark: { type: 'number' },
		otherwise: { map: { a: 'b' } },
		separator: { join: ['a', 'b'] },
	};
	const transform = { ...needs[option], [option]: JSON.parse(example) as unknown };
	const settings = { entities: { order: { fields: [{ local: 'x', external: 'y', transform }] } } };
	const { entities = {} } = await parseSettings(settings, 'hubspot');
	expect(() => buildMappings(hubSpot, [{ level: 'tenant', entities }], 'tenant')).not.toThrow();
});

test('every transform option is documented with an example', () => {
	expect(options.map(([option]) => option)).toEqual(
		expect.arrayContaining(
			'type timeZone decimals scale decimalMark trim map otherwise default join separator'.split(' '),
		),
	);
});
