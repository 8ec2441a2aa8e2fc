import { execFileSync } from 'node:child_process';
import { findIntegration, integrations, loadAdapter } from '../../../lib/adapters/registry';

it('lists every integration with what its adapter really has', async () => {
	for (const entry of integrations) {
		for (const mode of entry.modes) {
			const module = await loadAdapter(entry.integration, mode);
			expect(module).toMatchObject({ integration: entry.integration, displayName: entry.displayName, mode });
			expect(module.entities.map(({ entity, displayName }) => ({ entity, displayName }))).toEqual(entry.entities);
			expect(module.ownSystem).toBe(entry.ownSystem);
			expect(Object.keys(module.limits)).toContain('general');
		}
	}
	expect(new Set(integrations.map((entry) => entry.integration)).size).toBe(integrations.length);
});

it('says what there is when an integration or a mode does not exist', async () => {
	await expect(loadAdapter('hubsport', 'cloud')).rejects.toMatchObject({
		class: 'rejected',
		code: 'integration_unknown',
		remedy: expect.stringContaining('hubspot'),
	});
	await expect(loadAdapter('hubspot', 'onprem')).rejects.toMatchObject({
		class: 'rejected',
		code: 'mode_unknown',
		remedy: expect.stringMatching(/its modes: cloud\. All there is: hubspot \(cloud\), .*own \(cloud, onprem\)/),
	});
	expect(() => findIntegration('__proto__')).toThrow('There is no integration');
});

it('loads nothing of an adapter before it is asked for, and no client library before the first call', () => {
	const script = `
		const loaded = (pattern) => Object.keys(require.cache).filter((file) => pattern.test(file)).length;
		const adapters = () => loaded(/lib.adapters.hubspot/);
		const libraries = () => loaded(/node_modules.(@hubspot|cockatiel)/);
		const registry = require('./lib/adapters/registry.ts');
		const seen = { start: [adapters(), libraries()] };
		registry.loadAdapter('hubspot', 'cloud').then(async (module) => {
			const transport = { calls: 0, request: async () => ({ status: 200, headers: {}, body: '{"results":[]}' }) };
			const adapter = module.create({ connection: { accessToken: 'x' }, transport });
			seen.created = libraries();
			await adapter.describe('contacts');
			seen.called = libraries() > 0;
			console.log(JSON.stringify(seen));
		});`;
	const output = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { encoding: 'utf8' });
	expect(JSON.parse(output)).toEqual({ start: [0, 0], created: 0, called: true });
});

it('loads the LDAP library with the first question to a directory, and never for another integration', () => {
	const script = `
		// The library comes as an ES module, which the cache of require does not know.
		let library = false;
		require('node:module').registerHooks({
			resolve(name, context, next) {
				library ||= name === 'ldapts';
				return next(name, context);
			},
		});
		const parts = () => [Object.keys(require.cache).some((file) => /lib.adapters.directory/.test(file)), library];
		const registry = require('./lib/adapters/registry.ts');
		const seen = { start: parts() };
		const load = async () => {
			await registry.loadAdapter('hubspot', 'cloud');
			seen.hubSpot = parts();
			const module = await registry.loadAdapter('directory', 'onprem');
			const connection = { host: '127.0.0.1', port: '1', security: 'none', bindDn: 'cn=x', bindPassword: 'x' };
			const adapter = module.create({ connection, transport: { calls: 0 }, signal: AbortSignal.timeout(5000) });
			seen.created = parts();
			await adapter.test().catch(({ code }) => (seen.failed = code));
			seen.called = parts();
			console.log(JSON.stringify(seen));
		};
		load();`;
	const output = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { encoding: 'utf8' });
	expect(JSON.parse(output)).toEqual({
		start: [false, false],
		hubSpot: [false, false],
		created: [true, false],
		failed: 'unreachable',
		called: [true, true],
	});
});
