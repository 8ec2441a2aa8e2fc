import type { AdapterModule, ConnectionField, Mode } from '../../../lib/adapters/adapter';
import { integrations, loadAdapter, type IntegrationEntry } from '../../../lib/adapters/registry';
import { connect } from '../../../lib/tenants/connect';
import { viewIntegration } from '../../../lib/tenants/integration-view';
import { configureIntegration, enableIntegration } from '../../../lib/tenants/integrations';
import { rejection } from '../../unit/tenants/rejection';
import { freshStore, KEY_ENVIRONMENT, requestTo, type OpenStore } from './site';

/** An integration with another adapter, and another connection, in each mode, as a directory in the cloud and one on site. */
const FIELDS: Record<Mode, ConnectionField[]> = {
	cloud: [{ name: 'apiToken', displayName: 'API Token', secret: true, required: true }],
	onprem: [
		{ name: 'host', displayName: 'Host', secret: false, required: true },
		{ name: 'bindDn', displayName: 'Bind DN', secret: false, required: true },
	],
};
const loads: Mode[] = [];
let template: AdapterModule;
const twoModes: IntegrationEntry = {
	integration: 'phonebook',
	displayName: 'Phone Book',
	modes: ['cloud', 'onprem'],
	credentialType: 'crosslinkPhonebookApi',
	entities: [],
	webhooks: false,
	async load(mode) {
		loads.push(mode);
		return await Promise.resolve({
			...template,
			integration: 'phonebook',
			displayName: 'Phone Book',
			mode,
			connectionFields: FIELDS[mode],
			accountKey: () => mode,
			create: () => ({
				test: async () => await Promise.resolve({ accountId: mode, message: `by the ${mode} adapter` }),
			}),
		});
	},
};

describe.each(['sqlite', 'postgres'] as const)('an integration with two modes, over %s', (kind) => {
	let open: OpenStore;
	beforeAll(async () => {
		template = await loadAdapter('hubspot', 'cloud');
		(integrations as IntegrationEntry[]).push(twoModes);
		open = await freshStore(kind);
	});
	afterAll(async () => {
		(integrations as IntegrationEntry[]).pop();
		await open.close();
	});
	beforeEach(() => loads.splice(0));
	const on = (tenant: string, environment = {}) =>
		requestTo(open.store, { tenant, integration: 'phonebook', environment: { ...KEY_ENVIRONMENT, ...environment } });
	const who = async (request: ReturnType<typeof on>) => (await (await connect(request)).adapter.test?.())?.message;

	test('is another adapter behind the same name, by the tenant’s setting, and only that one is loaded', async () => {
		await configureIntegration(on('in-the-cloud'), { mode: 'cloud', connection: { apiToken: 'x' } });
		await configureIntegration(on('on-site'), { mode: 'onprem', connection: { host: 'h', bindDn: 'cn=x,dc=y' } });
		for (const tenant of ['in-the-cloud', 'on-site']) await enableIntegration(on(tenant));
		loads.splice(0);
		expect(await who(on('on-site'))).toBe('by the onprem adapter');
		expect(loads).toEqual(['onprem']);
		expect(await who(on('in-the-cloud'))).toBe('by the cloud adapter');
		expect(
			await rejection(() => configureIntegration(on('x'), { mode: 'onprem', connection: { apiToken: 'x' } })),
		).toMatchObject({ code: 'connection_field_unknown', remedy: expect.stringContaining('host, bindDn') });
	});

	test('takes the deployment’s mode before the tenant’s, whole, and says so', async () => {
		const environment = {
			CROSSLINK_PHONEBOOK_MODE: 'OnPrem',
			CROSSLINK_PHONEBOOK_HOST: 'ldap.example',
			CROSSLINK_PHONEBOOK_BIND_DN: 'cn=crosslink,dc=example',
		};
		expect(await who(on('in-the-cloud', environment))).toBe('by the onprem adapter');
		expect(await viewIntegration(on('in-the-cloud', environment))).toMatchObject({
			mode: 'onprem',
			modeSource: 'environment',
			connection: {
				source: 'environment',
				reason: 'The environment holds it (looked at in this order: environment, tenant, credential).',
			},
		});
		expect(await viewIntegration(on('in-the-cloud'))).toMatchObject({ mode: 'cloud', modeSource: 'tenant' });
		// What is stored then has to fit what runs here.
		const mode = { CROSSLINK_PHONEBOOK_MODE: 'onprem' };
		const wrong = await rejection(() => configureIntegration(on('new', mode), { connection: { apiToken: 'x' } }));
		expect(wrong.code).toBe('connection_field_unknown');
		await configureIntegration(on('new', mode), { connection: { host: 'h', bindDn: 'd' } });
		await enableIntegration(on('new', mode));
		expect(await who(on('new', mode))).toBe('by the onprem adapter');
	});

	test('an impossible pair names what sets it and the pairs there are', async () => {
		const environment = { CROSSLINK_HUBSPOT_MODE: 'onprem' };
		const error = await rejection(() => viewIntegration({ ...on('x', environment), integration: 'hubspot' }));
		expect(error).toMatchObject({ class: 'rejected', code: 'mode_unknown' });
		expect(error.message).toBe('HubSpot cannot be used in mode "onprem", which CROSSLINK_HUBSPOT_MODE sets.');
		expect(error.remedy).toMatch(/its modes: cloud\. All there is: hubspot \(cloud\).*phonebook \(cloud, onprem\)/);
	});
});
