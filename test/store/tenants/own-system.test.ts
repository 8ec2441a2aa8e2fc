import { connect, connectToTry } from '../../../lib/tenants/connect';
import { viewIntegration } from '../../../lib/tenants/integration-view';
import {
	configureIntegration,
	disableIntegration,
	enableIntegration,
	prepareIntegration,
	testIntegration,
} from '../../../lib/tenants/integrations';
import { replicationOf } from '../../../lib/tenants/replication-of';
import { rejection } from '../../unit/tenants/rejection';
import { newSecret, signedRequest } from '../../unit/adapters/own/requests';
import { freshStore, KEY_ENVIRONMENT, requestTo, type OpenStore } from './site';

const SECRET = newSecret();

describe.each(['sqlite', 'postgres'] as const)('your own system over %s', (kind) => {
	let open: OpenStore;
	beforeAll(async () => {
		open = await freshStore(kind);
	});
	afterAll(() => open.close());

	const own = (more: Parameters<typeof requestTo>[1] = {}) => requestTo(open.store, { integration: 'own', ...more });
	const takes = async (request: ReturnType<typeof own>, secret: string) => {
		const { adapter, source } = await connect(request);
		return {
			source,
			ok: adapter.verifyWebhook?.({ ...signedRequest(secret, [], 'msg', new Date()), receivedAt: new Date() }).ok,
		};
	};

	test('works with the environment alone, for the tenant of the site', async () => {
		const environment = { CROSSLINK_OWN_SIGNING_SECRET: SECRET, CROSSLINK_OWN_MODE: 'onprem' };
		expect(await takes(own({ environment }), SECRET)).toEqual({ source: 'environment', ok: true });
		expect(await takes(own({ environment }), newSecret())).toMatchObject({ ok: false });
		expect((await connect(own({ environment }))).mode).toBe('onprem');
		const error = await rejection(() => connect(own({ environment, tenant: 'stranger' })));
		expect(error.code).toBe('connection_missing');
	});

	test('works with a credential alone, for any tenant, and is shown as such', async () => {
		const credential = () => Promise.resolve({ signingSecret: SECRET });
		for (const tenant of ['default', 'acme']) {
			expect(await takes(own({ tenant, credential }), SECRET)).toEqual({ source: 'credential', ok: true });
		}
		expect(await viewIntegration(own({ credential }))).toMatchObject({ enabled: true, configured: false });
		expect(await viewIntegration(own())).toMatchObject({ enabled: false });
		expect(await open.store.configs.getMany('acme')).toEqual([]);
	});

	test('without any secret says where to put one', async () => {
		const error = await rejection(() => connect(own()));
		expect(error).toMatchObject({ class: 'auth', code: 'connection_missing' });
		expect(error.remedy).toMatch(/CROSSLINK_OWN_SIGNING_SECRET.*Integration → Configure.*Your Own System credential/);
	});

	test('can be configured for a tenant, with a secret of its own, and switched off', async () => {
		const request = own({ tenant: 'stored', environment: KEY_ENVIRONMENT });
		const secret = newSecret();
		const settings = { entities: { order: { object: 'auftrag' } } };
		await configureIntegration(request, { connection: { signingSecret: secret }, settings });
		expect((await connect(request)).disabledReason).toBeDefined();
		await enableIntegration(request);
		expect(await takes(request, secret)).toEqual({ source: 'tenant', ok: true });
		expect((await connect(request)).bindings.get('order')?.object).toBe('auftrag');
		// Its records are not linked: no table is made.
		expect(await open.store.linkTables('own')).toEqual([]);
		await disableIntegration(request);
		expect((await connect(request)).adapter.verifyWebhook).toBeUndefined();
	});

	test('takes the webhook secret of the tenant before that of the site', async () => {
		const apart = newSecret();
		const environment = { ...KEY_ENVIRONMENT, CROSSLINK_OWN_SIGNING_SECRET: SECRET };
		const request = own({ tenant: 'apart', environment });
		await configureIntegration(request, { webhookSecret: apart });
		await enableIntegration(request);
		expect(await takes(request, apart)).toMatchObject({ ok: true });
		expect(await takes(request, SECRET)).toMatchObject({ ok: false });
	});

	test('refuses a secret that cannot be one when it is connected, and never quotes it', async () => {
		const credential = () => Promise.resolve({ signingSecret: 'whsec_hunter2-is-no-base64!' });
		for (const run of [connect, connectToTry, testIntegration]) {
			const error = await rejection(() => run(own({ credential })));
			expect(error).toMatchObject({ class: 'rejected', code: 'signing_secret_invalid' });
			expect(error.message + error.remedy).not.toContain('hunter2');
		}
	});

	test('can be tried out, but has nothing to prepare, to push or to pull', async () => {
		const credential = () => Promise.resolve({ signingSecret: SECRET });
		expect(await testIntegration(own({ credential }))).toMatchObject({
			...{ accountId: '', message: expect.stringContaining('Ready for Standard Webhooks with 1 secret') },
		});
		expect((await rejection(() => prepareIntegration(own({ credential })))).code).toBe('capability_missing');
		const connected = await connect(own({ credential }));
		const replicate = () => Promise.resolve(replicationOf(connected, 'order', { store: open.store, runId: 'r' }));
		expect(await rejection(async () => await replicate())).toMatchObject({
			...{ class: 'rejected', code: 'capability_missing', message: expect.stringContaining('Your Own System') },
		});
	});
});
