import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const pictures = join(root, 'docs/pictures/templates');
const LARGEST_BYTES = 60 * 1024;

const templates = readdirSync(join(root, 'workflows-templates'))
	.filter((file) => file.endsWith('.json'))
	.map((file) => file.replace(/\.json$/, ''))
	.sort();
const page = readFileSync(join(root, 'docs/templates.md'), 'utf8');
const sections = page.split(/^## /m).slice(1);

/** The one thing that a pattern's group finds in a section. */
function only(section: string, pattern: RegExp): string {
	const found = [...section.matchAll(pattern)].map(([, group]) => group ?? '');
	expect([section.split('\n')[0], found.length]).toEqual([section.split('\n')[0], 1]);
	return found[0] ?? '';
}

it('the gallery has a section for every template and none besides', () => {
	const shown = sections.map((section) => only(section, /\(\.\.\/workflows-templates\/([a-z0-9-]+)\.json\)/g));
	expect([...shown].sort()).toEqual(templates);
});

it.each(sections.map((section) => [section.split('\n')[0] ?? '', section]))('%s', (title, section) => {
	const name = only(section, /\(\.\.\/workflows-templates\/([a-z0-9-]+)\.json\)/g);
	const text = readFileSync(join(root, 'workflows-templates', `${name}.json`), 'utf8');
	expect((JSON.parse(text) as { name: string }).name).toBe(title);
	expect(only(section, /!\[[^\]]{10,}\]\(pictures\/templates\/([a-z0-9-]+)\.png\)/g)).toBe(name);
	expect(section).toMatch(/\*\*For whom\*\*: \S.*\*\*Needs\*\*: \S/s);
	// What the template names is what the reader has to make.
	const { nodes } = JSON.parse(text) as { nodes: Array<{ credentials?: Record<string, { name: string }> }> };
	const credentials = nodes.flatMap((node) =>
		Object.values(node.credentials ?? {}).map((credential) => credential.name),
	);
	for (const credential of credentials) expect(section.replace(/\s+/g, ' ')).toContain(`*${credential}*`);
});

it('has a small picture for every template, and no other', () => {
	const expected = templates.map((name) => `${name}.png`).sort();
	expect(existsSync(pictures) ? readdirSync(pictures).sort() : []).toEqual(expected);
	const large = templates.filter((name) => statSync(join(pictures, `${name}.png`)).size > LARGEST_BYTES);
	expect(large).toEqual([]);
});
