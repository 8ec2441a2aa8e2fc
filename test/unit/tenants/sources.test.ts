import { randomBytes } from 'node:crypto';

import type { AdapterModule, ConnectionField } from '../../../lib/adapters/adapter';
import type { IntegrationConfigRow, Store } from '../../../lib/store/store';
import type { ConnectionChoice, ConnectionSource } from '../../../lib/tenants/connected';
import { chooseMode, type Effective, type IntegrationAccess } from '../../../lib/tenants/effective';
import { parseKeyRing } from '../../../lib/tenants/key-ring';
import { sealConnection } from '../../../lib/tenants/sealed-row';
import { lookAt, resolveConnection, SOURCES } from '../../../lib/tenants/sources';
import { DEFAULT_SETTINGS } from '../../../lib/tenants/settings';
import { everythingIn, rejection } from './rejection';

const CANARY = 'canary-7Hq2-secret';
const keyText = randomBytes(32).toString('base64');
const ring = parseKeyRing(keyText);

const field = (name: string, more: Partial<ConnectionField> = {}): ConnectionField => ({
	name,
	displayName: name,
	secret: false,
	required: false,
	...more,
});
const fields = [
	field('accessToken', { displayName: 'Access Token', secret: true, required: true }),
	field('host', { required: true }),
	field('baseUrl', { required: true, default: 'https://api.example.com' }),
	field('clientSecret', { secret: true }),
];
const pack = { integration: 'acme', displayName: 'Acme', connectionFields: fields };

type Held = Record<string, string>;
interface Site {
	tenant?: string;
	connection?: ConnectionChoice;
	environment?: Record<string, string>;
	stored?: Held;
	credential?: Record<string, unknown>;
	hasRow?: boolean;
	key?: string;
}

function site(given: Site): { access: IntegrationAccess; effective: Effective; asked: () => number } {
	const tenant = given.tenant ?? 'default';
	let asked = 0;
	const row: IntegrationConfigRow = {
		tenant,
		integration: 'acme',
		mode: 'cloud',
		enabled: true,
		credentials: given.stored ? sealConnection(ring, { tenant, integration: 'acme' }, given.stored) : null,
		settings: {},
		webhookSecret: null,
		accountId: null,
		createdAt: new Date(0),
		updatedAt: new Date(0),
	};
	const entry = { ...pack, modes: ['cloud'], entities: [], webhooks: false, credentialType: 'acmeApi' } as const;
	return {
		asked: () => asked,
		access: {
			tenant,
			integration: 'acme',
			connection: given.connection ?? 'auto',
			// Sources read the row, which is in `effective` already, and never the store.
			store: undefined as unknown as Store,
			environment: { CROSSLINK_ENCRYPTION_KEY: given.key ?? keyText, ...given.environment },
			credential: async () => {
				asked++;
				return await Promise.resolve(given.credential);
			},
		},
		effective: {
			tenant,
			entry: { ...entry, load: () => Promise.reject(new Error('not loaded here')) },
			row: (given.hasRow ?? true) ? row : undefined,
			mode: 'cloud',
			modeSource: 'tenant',
			module: pack as unknown as AdapterModule,
			site: {},
			input: {},
			settings: DEFAULT_SETTINGS,
			mappings: new Map(),
			bindings: new Map(),
			parked: [],
		},
	};
}

const env = (from: string): Record<string, string> => ({
	CROSSLINK_ACME_ACCESS_TOKEN: `${CANARY}-${from}`,
	CROSSLINK_ACME_HOST: from,
});
const held = (from: string): Held => ({ accessToken: `${CANARY}-${from}`, host: from });
const half: Held = { accessToken: CANARY };
const halfEnv = { CROSSLINK_ACME_ACCESS_TOKEN: CANARY };
const optionalOnlyEnv = { CROSSLINK_ACME_BASE_URL: 'http://127.0.0.1', CROSSLINK_ACME_CLIENT_SECRET: CANARY };

describe('precedence', () => {
	test.each<[string, Site, ConnectionSource]>([
		[
			'auto: environment before all',
			{ environment: env('environment'), stored: held('tenant'), credential: held('credential') },
			'environment',
		],
		['auto: tenant before credential', { stored: held('tenant'), credential: held('credential') }, 'tenant'],
		['auto: credential last', { credential: held('credential') }, 'credential'],
		[
			'auto: an environment without a required field is none',
			{ environment: optionalOnlyEnv, stored: held('tenant') },
			'tenant',
		],
		[
			'auto: blank credential fields are none',
			{ environment: env('environment'), credential: { accessToken: '', host: ' ' } },
			'environment',
		],
		[
			'asked for: environment',
			{ connection: 'environment', environment: env('environment'), stored: held('tenant') },
			'environment',
		],
		['asked for: tenant', { connection: 'tenant', environment: env('environment'), stored: held('tenant') }, 'tenant'],
		[
			'asked for: credential',
			{ connection: 'credential', environment: env('environment'), credential: held('credential') },
			'credential',
		],
		[
			'no row: tenant default may use the environment',
			{ hasRow: false, environment: env('environment') },
			'environment',
		],
		[
			'with a row every tenant may use the environment',
			{ tenant: 'acme', environment: env('environment') },
			'environment',
		],
		[
			'no row: another tenant may not use the environment',
			{ tenant: 'acme', hasRow: false, environment: env('environment'), credential: held('credential') },
			'credential',
		],
	])('%s', async (_name, given, source) => {
		const { access, effective } = site(given);
		expect(await resolveConnection(access, effective)).toEqual({
			source,
			values: { ...held(source), baseUrl: 'https://api.example.com' },
		});
	});

	test('values of two sources are never mixed', async () => {
		const { access, effective } = site({
			environment: env('environment'),
			stored: { ...held('tenant'), baseUrl: 'https://evil.example' },
		});
		expect((await resolveConnection(access, effective)).values.baseUrl).toBe('https://api.example.com');
	});

	test('the credential is not opened unless its turn comes', async () => {
		const { access, effective, asked } = site({ environment: env('environment'), credential: held('credential') });
		await resolveConnection(access, effective);
		expect(asked()).toBe(0);
	});
});

describe('no connection is one error that names the three places', () => {
	const places = [/CROSSLINK_ACME_/, /Integration → Configure/, /Acme credential/];
	test.each<[string, Site, string, RegExp]>([
		['auto, nothing anywhere', {}, 'connection_missing', /neither the environment nor/],
		[
			'environment asked for, empty',
			{ connection: 'environment', stored: held('tenant') },
			'connection_missing',
			/the environment holds none/,
		],
		[
			'tenant asked for, empty',
			{ connection: 'tenant', environment: env('environment') },
			'connection_missing',
			/configuration of the tenant holds none/,
		],
		[
			'credential asked for, empty',
			{ connection: 'credential', environment: env('environment') },
			'connection_missing',
			/the credential holds none/,
		],
		[
			'half an environment, though the tenant has all',
			{ environment: halfEnv, stored: held('tenant') },
			'connection_incomplete',
			/from the environment, but "host" is missing/,
		],
		[
			'half a tenant, though the credential has all',
			{ stored: half, credential: held('credential') },
			'connection_incomplete',
			/configuration of the tenant, but "host" is missing/,
		],
		['half a credential', { credential: half }, 'connection_incomplete', /from the credential, but "host" is missing/],
	])('%s', async (_name, given, code, reason) => {
		const { access, effective } = site(given);
		const error = await rejection(() => resolveConnection(access, effective));
		expect(error).toMatchObject({ class: 'auth', code });
		expect(error.message).toMatch(reason);
		expect(error.message).toContain('Acme');
		expect(error.message).toContain('tenant "default"');
		for (const place of places) expect(error.remedy).toMatch(place);
		expect(everythingIn(error)).not.toContain(CANARY);
	});
});

test('a stored connection that cannot be opened stops the search: the next source is somebody else’s account', async () => {
	const { access, effective } = site({
		stored: held('tenant'),
		credential: held('credential'),
		key: randomBytes(32).toString('base64'),
	});
	const error = await rejection(() => resolveConnection(access, effective));
	expect(error).toMatchObject({ class: 'auth', code: 'encryption_key_unknown' });
	expect((await lookAt('tenant', access, effective)).state).toBe('unreadable');
	expect(everythingIn(error)).not.toContain(CANARY);
});

test('another tenant asking for the environment by name is told to enable first', async () => {
	const { access, effective } = site({
		tenant: 'acme',
		hasRow: false,
		connection: 'environment',
		environment: env('environment'),
	});
	const error = await rejection(() => resolveConnection(access, effective));
	expect(error).toMatchObject({ class: 'rejected', code: 'integration_not_enabled' });
	expect(error.message).toContain('tenant "acme"');
	expect(error.remedy).toContain('Integration → Enable');
});

test.each([
	['a list', { accessToken: [CANARY], host: 'x' }],
	['an object', { accessToken: { CANARY }, host: 'x' }],
	['very long', { accessToken: CANARY.repeat(5_000), host: 'x' }],
])('a credential value that is %s is refused by name', async (_name, credential) => {
	const { access, effective } = site({ credential });
	const error = await rejection(() => resolveConnection(access, effective));
	expect(error.code).toBe('connection_value_invalid');
	expect(error.message).toContain('"accessToken"');
	expect(everythingIn(error)).not.toContain(CANARY);
});

test('copied spaces and foreign credential fields do no harm', async () => {
	const credential = { accessToken: ' token\n', host: 8080, allowedHttpRequestDomains: 'all' };
	const { access, effective } = site({ credential });
	expect((await resolveConnection(access, effective)).values).toEqual({
		accessToken: 'token',
		host: '8080',
		baseUrl: 'https://api.example.com',
	});
});

test('every source reports what it holds', async () => {
	const { access, effective } = site({ environment: halfEnv, stored: held('tenant') });
	const states = await Promise.all(SOURCES.map((source) => lookAt(source, access, effective)));
	expect(states.map(({ source, state }) => [source, state])).toEqual([
		['environment', 'incomplete'],
		['tenant', 'complete'],
		['credential', 'empty'],
	]);
});

test.each([
	['onprem', 'cloud', 'onprem', 'environment'],
	[undefined, 'onprem', 'onprem', 'tenant'],
	[undefined, undefined, 'cloud', 'integration'],
] as const)('mode: environment %s, row %s gives %s', (environment, row, mode, modeSource) => {
	expect(chooseMode(environment, row, ['cloud', 'onprem'])).toEqual({ mode, modeSource });
});
