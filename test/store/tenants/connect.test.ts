import type { WebhookRequest } from '../../../lib/adapters/adapter';
import { connect } from '../../../lib/tenants/connect';
import { configureIntegration, disableIntegration, enableIntegration } from '../../../lib/tenants/integrations';
import { signV3 } from '../../../sandbox/hubspot';
import { everythingIn, rejection } from '../../unit/tenants/rejection';
import { CANARY, freshStore, KEY_ENVIRONMENT, requestTo, type OpenStore } from './site';

const ENVIRONMENT = { ...KEY_ENVIRONMENT, CROSSLINK_HUBSPOT_ACCESS_TOKEN: `${CANARY}-environment` };

describe.each(['sqlite', 'postgres'] as const)('connecting over %s', (kind) => {
	let open: OpenStore;
	beforeAll(async () => {
		open = await freshStore(kind);
	});
	afterAll(() => open.close());

	test('a site that lives by its environment alone needs no row, and gets its link tables on first use', async () => {
		const { store } = open;
		expect(await store.linkTables('hubspot')).toEqual([]);
		const requests = Array.from({ length: 4 }, () => connect(requestTo(store, { environment: ENVIRONMENT })));
		for (const connected of await Promise.all(requests)) {
			expect(connected).toMatchObject({
				tenant: 'default',
				integration: 'hubspot',
				mode: 'cloud',
				source: 'environment',
			});
			expect(connected.disabledReason).toBeUndefined();
			expect(connected.calls()).toBe(0);
		}
		expect(await store.linkTables('hubspot')).toEqual(['company', 'contact', 'order']);
		expect(await store.links('hubspot', 'order').countByStatus('default')).toMatchObject({ pending: 0 });
		expect(await store.configs.getMany('default')).toEqual([]);
	});

	test('no row and no environment: enable first, or set the variable', async () => {
		const credential = () => Promise.resolve({ accessToken: CANARY });
		const error = await rejection(() => connect(requestTo(open.store, { credential })));
		expect(error).toMatchObject({ class: 'rejected', code: 'integration_not_enabled' });
		expect(error.message).toMatch(/hubspot.*"default"/);
		expect(error.remedy).toMatch(/Integration → Enable.*CROSSLINK_HUBSPOT_ACCESS_TOKEN/);
		expect(everythingIn(error)).not.toContain(CANARY);
	});

	test('another tenant does not reach the site’s account by its name', async () => {
		const error = await rejection(() =>
			connect(requestTo(open.store, { tenant: 'stranger', environment: ENVIRONMENT })),
		);
		expect(error).toMatchObject({ class: 'rejected', code: 'integration_not_enabled' });
		expect(error.message).toContain('"stranger"');
	});

	test('enabled with a credential, it connects with the settings and the mapping in force', async () => {
		const request = requestTo(open.store, {
			tenant: 'with-credential',
			credential: () => Promise.resolve({ accessToken: CANARY, baseUrl: 'http://127.0.0.1:9' }),
		});
		await configureIntegration(request, {
			settings: { leaseSeconds: 30, entities: { order: { fields: [{ local: 'amount', direction: 'both' }] } } },
		});
		await enableIntegration(request);
		const connected = await connect(request);
		expect(connected).toMatchObject({ source: 'credential', settings: { leaseSeconds: 30, syncLog: 'errors' } });
		expect(connected.bindings.get('order')?.fields).toContainEqual(
			expect.objectContaining({ local: 'amount', external: 'amount', direction: 'both' }),
		);
		expect(connected.adapter.upsert).toBeDefined();
	});

	test('stored values are the tenant’s own and nobody else’s', async () => {
		const a = requestTo(open.store, { tenant: 'a', connection: 'tenant' });
		const b = requestTo(open.store, { tenant: 'b', connection: 'tenant' });
		await configureIntegration(a, { connection: { accessToken: `${CANARY}-a` } });
		await enableIntegration(a);
		await enableIntegration(b);
		expect((await connect(a)).source).toBe('tenant');
		expect((await rejection(() => connect(b))).code).toBe('connection_missing');

		const stolen = (await open.store.configs.get('a', 'hubspot'))?.credentials;
		await open.store.configs.save({ tenant: 'b', integration: 'hubspot', credentials: stolen });
		const error = await rejection(() => connect(b));
		expect(error).toMatchObject({ class: 'auth', code: 'sealed_value_invalid' });
		expect(everythingIn(error)).not.toContain(CANARY);
	});

	describe('the webhook secret stored for a tenant', () => {
		const environment = { ...ENVIRONMENT, CROSSLINK_HUBSPOT_CLIENT_SECRET: `${CANARY}-of-the-site` };
		const own = `${CANARY}-of-the-tenant`;
		const url = 'https://n8n.example.com/webhook/hubspot';
		const signedWith = (secret: string): WebhookRequest => {
			const at = Date.now();
			const signature = signV3(secret, 'POST', url, '[]', String(at));
			return {
				method: 'POST',
				publicUrl: url,
				headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(at) },
				rawBody: Buffer.from('[]'),
				receivedAt: new Date(at),
			};
		};

		test('wins over the connection’s own', async () => {
			const request = requestTo(open.store, { tenant: 'hooked', environment });
			await enableIntegration(request);
			const before = (await connect(request)).adapter;
			expect(before.verifyWebhook?.(signedWith(environment.CROSSLINK_HUBSPOT_CLIENT_SECRET))).toEqual({ ok: true });
			await configureIntegration(request, { webhookSecret: own });
			const after = (await connect(request)).adapter;
			expect(after.verifyWebhook?.(signedWith(own))).toEqual({ ok: true });
			expect(after.verifyWebhook?.(signedWith(environment.CROSSLINK_HUBSPOT_CLIENT_SECRET))).toMatchObject({
				ok: false,
			});
		});

		test.each([
			['gone', undefined, 'encryption_key_missing'],
			['unusable', 'a passphrase', 'encryption_key_invalid'],
		])('with its key %s stops webhooks with a reason, and nothing else', async (name, key, code) => {
			const tenant = `key-${name}`;
			const request = requestTo(open.store, { tenant, environment });
			await configureIntegration(request, { webhookSecret: own });
			await enableIntegration(request);
			const connected = await connect({ ...request, environment: { ...environment, CROSSLINK_ENCRYPTION_KEY: key } });
			expect(connected.source).toBe('environment');
			expect((await rejection(() => connected.adapter.verifyWebhook?.(signedWith(own)))).code).toBe(code);
		});
	});

	test('switched off, it comes back with the reason and an adapter that can do nothing', async () => {
		const request = requestTo(open.store, { tenant: 'off', environment: ENVIRONMENT });
		await enableIntegration(request);
		expect((await connect(request)).disabledReason).toBeUndefined();
		await disableIntegration(request);
		const credential = () => Promise.reject(new Error('must not be asked for'));
		const connected = await connect({ ...request, connection: 'credential', credential });
		expect(connected).toMatchObject({ source: null, adapter: {} });
		expect(Object.keys(connected.adapter)).toEqual([]);
		expect(connected.disabledReason).toMatch(/hubspot is switched off for tenant "off".*Enable/);
	});

	test('tenant default can be switched off in spite of the environment', async () => {
		const request = requestTo(open.store, { environment: ENVIRONMENT });
		await disableIntegration(request);
		expect((await connect(request)).disabledReason).toBeDefined();
		await enableIntegration(request);
		expect((await connect(request)).source).toBe('environment');
	});

	describe('bad input is one error each', () => {
		test.each<[string, object, string, RegExp]>([
			['an unknown integration', { integration: 'hubspott' }, 'integration_unknown', /hubspot/],
			['an empty tenant', { tenant: '' }, 'tenant_invalid', /"default"/],
			[
				'an unknown choice',
				{ connection: 'env' },
				'connection_choice_unknown',
				/auto, credential, tenant, environment/,
			],
			['a mode it does not have', { environment: { CROSSLINK_HUBSPOT_MODE: 'onprem' } }, 'mode_unknown', /cloud/],
			['a mode nobody has', { environment: { CROSSLINK_HUBSPOT_MODE: 'moon' } }, 'mode_unknown', /cloud or onprem/],
			[
				'a base URL that is none',
				{ environment: { ...ENVIRONMENT, CROSSLINK_HUBSPOT_BASE_URL: 'nonsense' } },
				'connection_incomplete',
				/api\.hubapi\.com/,
			],
		])('%s', async (_name, more, code, remedy) => {
			const error = await rejection(() => connect(requestTo(open.store, more)));
			expect(error.code).toBe(code);
			expect(error.remedy).toMatch(remedy);
			expect(everythingIn(error)).not.toContain(CANARY);
		});
	});
});
