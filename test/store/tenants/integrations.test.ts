import { inspect } from 'node:util';

import { configureAllTenants, loadAllTenants } from '../../../lib/tenants/configure-all';
import { viewIntegration, viewIntegrations } from '../../../lib/tenants/integration-view';
import {
	configureIntegration,
	disableIntegration,
	enableIntegration,
	prepareIntegration,
	testIntegration,
} from '../../../lib/tenants/integrations';
import { openWebhookSecret } from '../../../lib/tenants/sealed-row';
import { parseKeyRing } from '../../../lib/tenants/key-ring';
import { startHubSpot, type HubSpotStandIn } from '../../../sandbox/hubspot';
import { everythingIn, rejection } from '../../unit/tenants/rejection';
import { CANARY, freshStore, KEY_ENVIRONMENT, newKeyText, requestTo, type OpenStore } from './site';

const TOKEN = `pat-eu1-${CANARY}`;
const SECRETS = { accessToken: TOKEN, clientSecret: `${CANARY}-client` };

/** Every answer and error of these tests ends up here and is searched for secrets at the end. */
const seen: unknown[] = [];
async function see<T>(act: Promise<T>): Promise<T> {
	try {
		const answer = await act;
		seen.push(answer);
		return answer;
	} catch (thrown) {
		seen.push(thrown);
		throw thrown;
	}
}

let hubspot: HubSpotStandIn;
beforeAll(async () => {
	hubspot = await startHubSpot({ accessToken: TOKEN });
});
afterAll(() => hubspot.stop());

describe.each(['sqlite', 'postgres'] as const)('integrations over %s', (kind) => {
	let open: OpenStore;
	beforeAll(async () => {
		open = await freshStore(kind);
	});
	afterAll(() => open.close());
	const access = (tenant: string, more = {}) => requestTo(open.store, { tenant, ...more });

	test('configure stores mode, settings and sealed secrets, and shows names only', async () => {
		const settings = JSON.stringify({ retry: { attempts: 1 }, entities: { order: { matchOn: 'name' } } });
		const view = await see(
			configureIntegration(access('acme'), {
				mode: 'cloud',
				settings,
				connection: SECRETS,
				webhookSecret: `${CANARY}-hook`,
			}),
		);
		expect(view).toMatchObject({
			tenant: 'acme',
			integration: 'hubspot',
			displayName: 'HubSpot',
			configured: true,
			enabled: false,
			mode: 'cloud',
			modeSource: 'tenant',
			connection: { source: 'tenant', reason: expect.stringContaining('tenant holds it') },
			storedSecrets: ['accessToken', 'clientSecret', 'webhookSecret'],
			settings: { retry: { attempts: 1, delaySeconds: 60 }, leaseSeconds: 120, syncLog: 'errors' },
		});
		expect(view.entities[0]).toMatchObject({
			entity: 'order',
			object: 'deals',
			matchOn: 'name',
			keyField: 'dealname',
			linkTable: null,
		});
		expect(view.entities[1]).toMatchObject({ entity: 'company', matchOn: null, keyField: 'crosslink_id' });
		expect(JSON.parse(JSON.stringify(view))).toEqual(view);

		const row = await open.store.configs.get('acme', 'hubspot');
		expect(row?.settings).toEqual({ retry: { attempts: 1 }, entities: { order: { matchOn: 'name' } } });
		expect(inspect(row)).not.toContain(CANARY);
		const ring = parseKeyRing(KEY_ENVIRONMENT.CROSSLINK_ENCRYPTION_KEY);
		expect(row && openWebhookSecret(ring, row)).toBe(`${CANARY}-hook`);
	});

	test('what configure leaves out stays, null takes away', async () => {
		const kept = await see(configureIntegration(access('acme'), { settings: { leaseSeconds: 30 } }));
		expect(kept).toMatchObject({ settings: { leaseSeconds: 30, retry: { attempts: 3 } } });
		expect(kept.storedSecrets).toEqual(['accessToken', 'clientSecret', 'webhookSecret']);
		const gone = await see(
			configureIntegration(access('acme'), { connection: null, webhookSecret: null, settings: null }),
		);
		expect(gone).toMatchObject({ storedSecrets: [], settings: { leaseSeconds: 120 }, connection: { source: null } });
	});

	test('a change made between our look and our write is not undone', async () => {
		const { store } = open;
		let meanwhile: Promise<unknown> | undefined;
		const interrupted = {
			...store,
			configs: {
				...store.configs,
				async get(tenant: string, integration: string) {
					const row = await store.configs.get(tenant, integration);
					meanwhile ??= Promise.all([
						configureIntegration(access('busy'), { connection: SECRETS }),
						enableIntegration(access('busy')),
					]);
					await meanwhile;
					return row;
				},
			},
		};
		await configureIntegration(access('busy', { store: interrupted }), { settings: { leaseSeconds: 30 } });
		expect(await see(viewIntegration(access('busy')))).toMatchObject({
			enabled: true,
			settings: { leaseSeconds: 30 },
			connection: { source: 'tenant' },
		});
	});

	test('enable makes the link tables, says so, and may be repeated; disable keeps everything', async () => {
		const enabled = await see(enableIntegration(access('life')));
		expect(enabled).toMatchObject({ enabled: true });
		expect(enabled.entities.map((entity) => entity.linkTable)).toEqual([
			'hubspot_order_link',
			'hubspot_company_link',
			'hubspot_contact_link',
		]);
		expect(await see(enableIntegration(access('life')))).toMatchObject({ enabled: true });
		await configureIntegration(access('life'), { connection: SECRETS });
		const disabled = await see(disableIntegration(access('life')));
		expect(disabled).toMatchObject({ enabled: false, storedSecrets: ['accessToken', 'clientSecret'] });
		expect(await open.store.linkTables('hubspot')).toContain('order');
	});

	test('an entity added while enabled gets its link table at once', async () => {
		await enableIntegration(access('grow'));
		const view = await see(
			configureIntegration(access('grow'), {
				settings: { entities: { ticket: { object: 'tickets', fields: [{ local: 'title', external: 'subject' }] } } },
			}),
		);
		expect(view.entities.find(({ entity }) => entity === 'ticket')).toMatchObject({
			object: 'tickets',
			linkTable: 'hubspot_ticket_link',
			fields: [{ local: 'title', external: 'subject', direction: 'push', from: 'tenant' }],
		});
	});

	test('the mapping shows for every rule whether pack or tenant wrote it', async () => {
		const view = await see(
			configureIntegration(access('origin'), {
				settings: { entities: { order: { fields: [{ local: 'amount', direction: 'both' }] } } },
			}),
		);
		const order = view.entities.find(({ entity }) => entity === 'order');
		expect(order?.fields.find(({ local }) => local === 'amount')).toMatchObject({ direction: 'both', from: 'tenant' });
		expect(order?.fields.find(({ local }) => local === 'name')).toMatchObject({ external: 'dealname', from: 'pack' });
		expect(order?.associations).toEqual([{ local: 'companyId', entity: 'company', from: 'pack', replaced: [] }]);
	});

	describe('settings for all tenants', () => {
		const both = { entities: { order: { fields: [{ local: 'amount', direction: 'both' }] } } };
		const site = (settings: unknown) => configureAllTenants({ integration: 'hubspot', store: open.store }, settings);
		const amountOf = (view: { entities: Array<{ entity: string; fields: Array<{ local: string }> }> }) =>
			view.entities.find(({ entity }) => entity === 'order')?.fields.find(({ local }) => local === 'amount');
		afterEach(() => site({}));

		test('lie between the pack and each tenant, and everybody sees where a line comes from', async () => {
			const own = { retry: { attempts: 9 }, entities: { order: { fields: [{ local: 'amount', policy: 'newer' }] } } };
			await configureIntegration(access('own-rules'), { settings: own });
			const view = await see(site({ ...both, retry: { attempts: 5, delaySeconds: 5 }, syncLogDays: 7 }));
			expect(view).toMatchObject({
				tenant: '*',
				settings: { retry: { attempts: 5, delaySeconds: 5 } },
				settingsSources: { syncLogDays: 'integration', leaseSeconds: 'pack' },
			});
			expect(view.tenantsChecked).toBeGreaterThan(0);
			expect(amountOf(view)).toMatchObject({ direction: 'both', from: 'integration' });

			const tenant = await see(viewIntegration(access('own-rules')));
			expect(tenant).toMatchObject({
				settings: { retry: { attempts: 9, delaySeconds: 5 }, syncLogDays: 7 },
				settingsSources: { 'retry.attempts': 'tenant', 'retry.delaySeconds': 'integration' },
			});
			expect(amountOf(tenant)).toMatchObject({
				direction: 'both',
				policy: 'newer',
				from: 'tenant',
				replaced: [
					{ from: 'integration', direction: 'both', policy: 'owner' },
					{ from: 'pack', direction: 'push' },
				],
			});
			expect(amountOf(await see(viewIntegration(access('nobody-yet'))))).toMatchObject({ from: 'integration' });
			expect((await loadAllTenants({ integration: 'hubspot', store: open.store })).input).toMatchObject(both);
		});

		test('hold neither secrets nor a switch, and their row is no tenant’s', async () => {
			await site(both);
			expect(await open.store.configs.get('*', 'hubspot')).toMatchObject({
				enabled: false,
				credentials: null,
				webhookSecret: null,
				settings: both,
			});
			for (const act of [viewIntegration, enableIntegration, disableIntegration]) {
				expect(await rejection(() => see(act(access('*'))))).toMatchObject({
					code: 'tenant_invalid',
					message: expect.stringContaining('stands for all tenants'),
				});
			}
			expect((await rejection(() => configureIntegration(access('*'), {}))).code).toBe('tenant_invalid');
		});

		test('are refused when they are wrong in themselves', async () => {
			const typo = { entities: { order: { fields: [{ local: 'amuont', direction: 'none' }] } } };
			expect((await rejection(() => see(site(typo)))).remedy).toBe('Did you mean "amount"?');
			const unknown = await rejection(() => see(site({ retries: 1 })));
			expect(unknown.message).toMatch(/settings of integration hubspot for all tenants/);
			expect((await open.store.configs.get('*', 'hubspot'))?.settings).toEqual({});
		});

		test('are refused when they would break a tenant, which is named, and nothing is stored', async () => {
			const field = (local: string) => ({ entities: { order: { fields: [{ local, external: 'po_number' }] } } });
			await configureIntegration(access('po-north'), { settings: field('po') });
			await configureIntegration(access('po-south'), { settings: field('po') });
			const error = await rejection(() => see(site(field('reference'))));
			expect(error).toMatchObject({ class: 'rejected', code: 'mapping_invalid' });
			expect(error.message).toMatch(
				/for all tenants would break tenants "po-north", "po-south": .*"po" and field "reference" are both pushed/,
			);
			expect(error.remedy).toMatch(/those of this tenant first/);
			expect((await open.store.configs.get('*', 'hubspot'))?.settings).toEqual({});
			for (const tenant of ['po-north', 'po-south']) await configureIntegration(access(tenant), { settings: {} });
			expect(amountOf(await site({ ...field('reference') }))).toMatchObject({ from: 'pack' });
		});

		test('are not held up by a tenant that was at fault before', async () => {
			const broken = { entities: { order: { matchOn: 'nothing' } } };
			await open.store.configs.save({ tenant: 'was-broken', integration: 'hubspot', settings: broken });
			await open.store.configs.save({ tenant: 'was-nonsense', integration: 'hubspot', settings: { retries: 1 } });
			expect(amountOf(await site(both))).toMatchObject({ direction: 'both' });
		});

		test('see every tenant, also behind the first page', async () => {
			const last = 'zz-last';
			for (let number = 0; number < 60; number++) {
				await open.store.configs.save({ tenant: `page-${number}`, integration: 'hubspot', settings: both });
			}
			const settings = { entities: { order: { fields: [{ local: 'po', external: 'last_po' }] } } };
			await configureIntegration(access(last), { settings });
			const taken = { entities: { order: { fields: [{ local: 'x', external: 'last_po' }] } } };
			expect((await rejection(() => site(taken))).message).toContain(`"${last}"`);
		});

		test('bring an entity for everybody, with its link table', async () => {
			await enableIntegration(access('enabled'));
			const note = { object: 'notes', fields: [{ local: 'text', external: 'hs_note_body' }] };
			const view = await site({ entities: { note } });
			expect(view.entities.find(({ entity }) => entity === 'note')).toMatchObject({ linkTable: 'hubspot_note_link' });
			const tenant = await viewIntegration(access('enabled'));
			expect(tenant.entities.find(({ entity }) => entity === 'note')).toMatchObject({
				sources: { object: 'integration' },
				linkTable: 'hubspot_note_link',
			});
		});
	});

	test('get shows which source is in force and why, also when one cannot be read', async () => {
		await configureIntegration(access('sources'), { connection: SECRETS });
		const environment = { ...KEY_ENVIRONMENT, CROSSLINK_HUBSPOT_ACCESS_TOKEN: TOKEN };
		const byEnvironment = await see(viewIntegration(access('sources', { environment })));
		expect(byEnvironment.connection).toMatchObject({
			source: 'environment',
			sources: [
				{ source: 'environment', state: 'complete', fields: ['accessToken'] },
				{ source: 'tenant', state: 'complete', fields: ['accessToken', 'clientSecret'] },
				{ source: 'credential', state: 'empty', fields: [] },
			],
		});
		const otherKey = { CROSSLINK_ENCRYPTION_KEY: newKeyText() };
		const unreadable = await see(viewIntegration(access('sources', { environment: otherKey })));
		expect(unreadable.connection).toMatchObject({ source: null, reason: expect.stringContaining('cannot be read') });
		expect(unreadable.connection.sources[1]).toMatchObject({
			state: 'unreadable',
			error: { code: 'encryption_key_unknown' },
		});
	});

	test('getMany lists the tenant’s own, and one that is broken hides no other', async () => {
		await configureIntegration(access('many'), {});
		await configureIntegration(access('others'), {});
		await open.store.configs.save({ tenant: 'many', integration: 'retired', mode: 'cloud', enabled: true });
		const views = await see(viewIntegrations(access('many')));
		expect(views.map(({ tenant, integration }) => [tenant, integration])).toEqual([
			['many', 'hubspot'],
			['many', 'retired'],
		]);
		expect(views[1]).toMatchObject({ enabled: true, error: { code: 'integration_unknown' } });
		expect(await see(viewIntegrations(access('nobody')))).toEqual([]);
	});

	test('getMany shows what the environment alone connects for tenant default', async () => {
		const environment = { CROSSLINK_HUBSPOT_ACCESS_TOKEN: TOKEN };
		expect(await see(viewIntegrations(access('default', { environment })))).toMatchObject([
			{ integration: 'hubspot', configured: false, enabled: true, connection: { source: 'environment' } },
		]);
	});

	test('settings that went bad in the store are told, and do not hinder switching off', async () => {
		await enableIntegration(access('bad'));
		await open.store.configs.save({ tenant: 'bad', integration: 'hubspot', settings: { retries: 1 } });
		expect((await rejection(() => see(viewIntegration(access('bad'))))).code).toBe('settings_invalid');
		expect(await see(viewIntegrations(access('bad')))).toMatchObject([
			{ enabled: true, error: { code: 'settings_invalid' } },
		]);
		expect(await see(disableIntegration(access('bad')))).toMatchObject({
			enabled: false,
			error: { code: 'settings_invalid' },
		});
		expect(await see(configureIntegration(access('bad'), { settings: {} }))).toMatchObject({
			enabled: false,
			entities: expect.any(Array),
		});
	});

	test('test and prepare call the account, before anything is enabled', async () => {
		const request = access('try', {
			connection: 'credential',
			credential: () => Promise.resolve({ ...SECRETS, baseUrl: hubspot.url }),
		});
		expect(await see(testIntegration(request))).toEqual({
			tenant: 'try',
			integration: 'hubspot',
			mode: 'cloud',
			source: 'credential',
			accountId: String(hubspot.portalId),
			accountNoted: false,
			message: expect.stringContaining(String(hubspot.portalId)),
		});
		const { steps } = await see(prepareIntegration(request));
		expect(steps.length).toBeGreaterThanOrEqual(3);
		const again = await see(prepareIntegration(request));
		expect(again.steps.every(({ outcome }) => outcome === 'present')).toBe(true);
		expect(await open.store.configs.get('try', 'hubspot')).toBeUndefined();
	});

	test('a wrong token is an error that does not show it', async () => {
		const credential = () => Promise.resolve({ accessToken: `wrong-${CANARY}`, baseUrl: hubspot.url });
		const error = await rejection(() => see(testIntegration(access('wrong', { credential }))));
		expect(error.class).toBe('auth');
	});

	describe('bad input is one error each, and nothing is stored', () => {
		test.each<[string, object, string, RegExp, RegExp]>([
			['an unknown mode', { mode: 'onprem' }, 'mode_unknown', /onprem/, /cloud/],
			['wrong settings', { settings: '{"retries":1}' }, 'settings_invalid', /retries/, /retry/],
			[
				'a wrong mapping',
				{ settings: { entities: { order: { matchOn: 'x' } } } },
				'mapping_invalid',
				/matchOn "x"/,
				/rule/,
			],
			[
				'an unknown field',
				{ connection: { acessToken: TOKEN } },
				'connection_field_unknown',
				/acessToken/,
				/"accessToken"/,
			],
			[
				'a missing field',
				{ connection: { clientSecret: CANARY } },
				'connection_incomplete',
				/"accessToken" is missing/,
				/CROSSLINK_HUBSPOT_ACCESS_TOKEN.*Configure.*credential/,
			],
			[
				'a value that is no text',
				{ connection: { accessToken: [CANARY] } },
				'connection_value_invalid',
				/"accessToken"/,
				/text/,
			],
			['a webhook secret too long', { webhookSecret: CANARY.repeat(500) }, 'webhook_secret_invalid', /4096/, /Copy/],
		])('%s', async (name, change, code, reason, remedy) => {
			const error = await rejection(() => see(configureIntegration(access(name), { settings: {}, ...change })));
			expect(error).toMatchObject({ class: 'rejected', code });
			expect(error.message).toMatch(reason);
			expect(error.remedy).toMatch(remedy);
			expect(await open.store.configs.get(name, 'hubspot')).toBeUndefined();
		});

		test('secrets without a key to seal them', async () => {
			const request = access('keyless', { environment: {} });
			const error = await rejection(() => see(configureIntegration(request, { connection: SECRETS })));
			expect(error).toMatchObject({ class: 'rejected', code: 'encryption_key_missing' });
			expect(error.remedy).toContain('openssl rand -base64 32');
			expect(await open.store.configs.get('keyless', 'hubspot')).toBeUndefined();
			expect(await see(configureIntegration(request, { settings: {} }))).toMatchObject({ configured: true });
		});

		test('secrets with a passphrase for a key', async () => {
			const request = access('phrase', { environment: { CROSSLINK_ENCRYPTION_KEY: `${CANARY}-phrase` } });
			const error = await rejection(() => see(configureIntegration(request, { connection: SECRETS })));
			expect(error.code).toBe('encryption_key_invalid');
		});
	});
});

test('no answer and no error of all the above shows a secret', () => {
	expect(seen.length).toBeGreaterThan(50);
	for (const one of seen) {
		const text = one instanceof Error ? everythingIn(one) : JSON.stringify(one);
		for (const secret of [CANARY, TOKEN, KEY_ENVIRONMENT.CROSSLINK_ENCRYPTION_KEY]) expect(text).not.toContain(secret);
		expect(inspect(one, { depth: 9 })).not.toContain(CANARY);
	}
});
