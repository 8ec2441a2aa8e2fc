import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ICredentialType } from 'n8n-workflow';
import type { Adapter, AdapterModule } from '../../../lib/adapters/adapter';
import { integrations } from '../../../lib/adapters/registry';
import { Crosslink } from '../../../nodes/Crosslink/Crosslink.node';
import manifest from '../../../package.json';

const ROOT = path.resolve(__dirname, '../../..');
const sourceOf = (built: string) => path.join(ROOT, built.replace(/^dist\//, '').replace(/\.js$/, '.ts'));

/** The credential classes of the pack, by type name. */
async function credentialTypes(): Promise<Map<string, ICredentialType>> {
	const types = new Map<string, ICredentialType>();
	for (const built of manifest.n8n.credentials) {
		const exported = (await import(sourceOf(built))) as Record<string, new () => ICredentialType>;
		const name = path.basename(built, '.credentials.js');
		const type = new (exported[name] as new () => ICredentialType)();
		types.set(type.name, type);
	}
	return types;
}

/** An adapter over a connection that is filled in (with what passes for base64, too), but leads nowhere. */
function adapterOf(module: AdapterModule): Adapter {
	const connection = Object.fromEntries(
		module.connectionFields.map(({ name, default: value }) => [name, value ?? 'test']),
	);
	const transport = { request: () => Promise.reject(new Error('no call expected')), calls: 0 };
	return module.create({ connection, transport });
}

it('lists every node and every credential there is, and no other', () => {
	const found = (folder: string, ending: string) =>
		readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => file.endsWith(ending))
			.map((file) => `dist/${folder}/${file.replace(/\.ts$/, '.js')}`)
			.sort();
	expect([...manifest.n8n.nodes].sort()).toEqual(found('nodes', '.node.ts'));
	expect([...manifest.n8n.credentials].sort()).toEqual(found('credentials', '.credentials.ts'));
});

it('depends on nothing that needs a build, and pins each dependency', () => {
	for (const [name, version] of Object.entries(manifest.dependencies)) {
		expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
		const installed = JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
			scripts?: Record<string, string>;
		};
		const scripts = Object.keys(installed.scripts ?? {}).filter((script) => /^(pre|post)?install$/.test(script));
		expect([name, scripts]).toEqual([name, []]);
	}
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});

it('ships the licence it names', () => {
	expect(manifest.license).toBe('MIT');
	expect(readFileSync(path.join(ROOT, 'LICENSE'), 'utf8')).toContain('MIT License');
});

describe.each(integrations.map((entry) => [entry.displayName, entry] as const))('%s', (_name, entry) => {
	it('has a credential with exactly the fields of its connection, secrets hidden', async () => {
		const type = (await credentialTypes()).get(entry.credentialType);
		const fields = type?.properties.filter((property) => property.type !== 'notice');
		for (const mode of entry.modes) {
			const { connectionFields } = await entry.load(mode);
			expect(fields?.map(({ name }) => name).sort()).toEqual(connectionFields.map(({ name }) => name).sort());
			for (const { name, secret, default: value } of connectionFields) {
				const field = fields?.find((property) => property.name === name);
				expect([name, field?.typeOptions?.password === true]).toEqual([name, secret]);
				expect([name, field?.default]).toEqual([name, value ?? '']);
			}
		}
	});

	it('has a credential that can be tried out', async () => {
		const type = (await credentialTypes()).get(entry.credentialType);
		const { description, methods } = new Crosslink();
		const slot = description.credentials?.find(({ name }) => name === entry.credentialType);
		const test = (methods.credentialTest as Record<string, unknown>)[String(slot?.testedBy)];
		for (const mode of entry.modes) {
			const tests = adapterOf(await entry.load(mode)).test !== undefined;
			expect([type?.test !== undefined, typeof test === 'function']).toEqual([
				tests && entry.testsCredential === undefined,
				tests && entry.testsCredential === true,
			]);
		}
	});

	it('lists the entities and the mode that its adapter has', async () => {
		for (const mode of entry.modes) {
			const module = await entry.load(mode);
			expect(module.mode).toBe(mode);
			expect(entry.entities).toEqual(module.entities.map(({ entity, displayName }) => ({ entity, displayName })));
		}
	});

	it('can check and read webhooks exactly when it says so', async () => {
		for (const mode of entry.modes) {
			const adapter = adapterOf(await entry.load(mode));
			expect([adapter.verifyWebhook !== undefined, adapter.parseWebhook !== undefined]).toEqual([
				entry.webhooks,
				entry.webhooks,
			]);
		}
	});
});

it('has an icon in light and dark for every credential', async () => {
	for (const [name, { icon }] of await credentialTypes()) {
		const files = typeof icon === 'object' ? [icon.light, icon.dark] : [];
		expect([name, files.length]).toEqual([name, 2]);
		for (const file of files) expect(existsSync(path.join(ROOT, 'credentials', file.replace('file:', '')))).toBe(true);
	}
});
