import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const folder = join(root, 'test/conformance/example/phonebook');
const page = readFileSync(join(root, 'docs/writing-an-adapter.md'), 'utf8');

/** As the file would stand in `lib/adapters/phonebook`. */
function asInTheHouse(file: string): string {
	return readFileSync(join(folder, file), 'utf8')
		.replaceAll('../../../../lib/adapters/', '../')
		.replaceAll('../../../../lib/', '../../')
		.trim();
}

const shown = new Map(
	[...page.matchAll(/^```ts\n\/\/ lib\/adapters\/phonebook\/([a-z-]+\.ts)\n(.*?)^```$/gms)].map(
		([, file = '', code = '']) => [file, code.trim()],
	),
);

it('the guide to writing an adapter shows every file of the example', () => {
	expect([...shown.keys()].sort()).toEqual(readdirSync(folder).sort());
});

it.each([...shown])('it shows %s as it is tested', (file, code) => {
	expect(code).toBe(asInTheHouse(file));
});

it('names only files that are there', () => {
	const named = [...page.matchAll(/\]\((\.\.\/[^)#]+|[a-z-]+\.md)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
	expect(named.length).toBeGreaterThan(3);
	for (const path of named) expect(() => readFileSync(join(root, 'docs', path))).not.toThrow(/ENOENT/);
});
