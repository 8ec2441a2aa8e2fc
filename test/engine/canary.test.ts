import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { LoggerProxy, type IDataObject, type INodeParameters } from 'n8n-workflow';
import { Client } from 'pg';
import { signV3, startHubSpot, type HubSpotStandIn } from '../../sandbox/hubspot';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import { secretsIn, writtenForms } from '../secret-forms';
import { startPostgres, type PostgresServer } from '../servers/postgres';
import { inboxEvent } from '../store/inbox-events';
import { CHANNEL_SECRETS, nowhereOf, startChannels } from './channel-secrets';
import {
	additionalDataFor,
	core,
	loadPack,
	packNode,
	runCrosslink,
	USER_FOLDER,
	workflowOf,
	type CredentialValues,
	type Given,
} from './harness';
import { pollNode, pollOnce } from './polling';
import { listen } from './webhook-server';

/** Long and unlike anything else, so that a hit is a leak. */
const canary = (name: string) => `canary-${name}-${randomBytes(12).toString('hex')}-+/=&ß`;
const PLANTED = {
	accessToken: `pat-eu1-${canary('token')}`.replace(/[^\x21-\x7e]/g, ''),
	clientSecret: canary('client'),
	webhookSecret: canary('webhook'),
	encryptionKey: randomBytes(32).toString('base64'),
	oldEncryptionKey: randomBytes(32).toString('base64'),
	storePassword: canary('store').replace(/[^\x21-\x7e]/g, ''),
	environmentToken: `pat-eu1-${canary('environment')}`.replace(/[^\x21-\x7e]/g, ''),
	urlPassword: canary('url').replace(/[^\w-]/g, ''),
	ownSecret: `whsec_${randomBytes(32).toString('base64')}`,
	databasePassword: canary('database'),
	...CHANNEL_SECRETS,
};

/** What leaves the node: items, errors, log lines, messages to the browser. */
const seen: Array<{ what: string; text: string }> = [];
const note = (what: string, value: unknown) => {
	seen.push({ what, text: inspect(value, { depth: 15, maxStringLength: null, maxArrayLength: null }) });
	seen.push({ what: `${what} as JSON`, text: JSON.stringify(value, replaceErrors) ?? '' });
};
const replaceErrors = (_key: string, value: unknown): unknown =>
	value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value;

/** All operations that the node offers. */
let operations: Array<[resource: string, operation: string]> = [];
let hubSpot: HubSpotStandIn;
let pack: Given['pack'];
beforeAll(async () => {
	pack = await loadPack();
	const { description } = pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
	operations = description.properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ options, displayOptions }) =>
			(options ?? []).map((option): [string, string] => [
				String(displayOptions?.show?.['resource']?.[0]),
				(option as { value: string }).value,
			]),
		);
	hubSpot = await startHubSpot({ accessToken: PLANTED.accessToken, clientSecret: PLANTED.clientSecret });
	const log = (level: string) => (message: string, meta?: object) => note(`log ${level}`, [message, meta]);
	LoggerProxy.init({ debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') });
	for (const stream of ['log', 'info', 'warn', 'error'] as const) {
		jest.spyOn(console, stream).mockImplementation((...given: unknown[]) => note(`console.${stream}`, given));
	}
});
afterAll(async () => {
	jest.restoreAllMocks();
	await hubSpot.stop();
});

describe.each(['sqlite', 'postgres'] as const)('planted secrets, over %s', (kind) => {
	let given: Given;
	let server: PostgresServer | undefined;
	let storeUrl: string;
	let storeFile = '';
	beforeAll(async () => {
		if (kind === 'postgres') {
			server = await startPostgres();
			storeUrl = await roleWithPlantedPassword(await server.createDatabase());
		} else {
			storeFile = path.join(USER_FOLDER, `${randomUUID()}.sqlite`);
			storeUrl = `sqlite:${storeFile}`;
		}
		given = { pack, credentials: credentials({}) };
	});
	afterAll(async () => {
		await closeAllStores();
		await server?.stop();
	});

	const storeCredential = (encryptionKey: string): CredentialValues[string] =>
		kind === 'sqlite'
			? { type: 'embedded', file: storeFile, encryptionKey }
			: { type: 'postgres', address: 'url', url: storeUrl, encryptionKey };
	const credentials = (
		more: Record<string, unknown>,
		key: string = JSON.stringify({
			active: 'new',
			keys: { new: PLANTED.encryptionKey, old: PLANTED.oldEncryptionKey },
		}),
	): CredentialValues => ({
		crosslinkStoreApi: storeCredential(key),
		crosslinkHubSpotApi: {
			accessToken: PLANTED.accessToken,
			clientSecret: PLANTED.clientSecret,
			baseUrl: hubSpot.url,
			...(more as Record<string, string>),
		},
	});

	/** Runs an operation with something sensible, or in a tenant without anything. */
	async function run(
		resource: string,
		operation: string,
		more: INodeParameters = {},
		site: Given = given,
		items: IDataObject[] = [{ ...ORDER }],
	) {
		const parameters = {
			...{ resource, operation, integration: 'hubspot', entity: 'order' },
			// HubSpot offers neither: what is refused has errors, too.
			...{ command: 'createOrder', idempotencyKey: 'k-1', query: 'orderStatus' },
			...extra(operation),
			...more,
		};
		for (const onError of [undefined, 'continueErrorOutput'] as const) {
			// With the error output n8n itself puts the item that came in beside the error: secrets must not come as items there.
			if (onError !== undefined && JSON.stringify(items).includes('canary')) continue;
			const ran = await runCrosslink(site, parameters, items, { onError });
			const what = `${resource}.${operation}${onError === undefined ? '' : ' to the error output'}`;
			note(what, [ran.outputs, ran.error, ran.run.data.resultData.error]);
			note(`${what}, its task`, ran.run.data.resultData.runData['Crosslink']);
			if (onError === undefined && more['mustWork']) expect(ran.error).toBeUndefined();
		}
	}
	const works: INodeParameters = { mustWork: true };
	const release = async () => await run('integration', 'test', works);

	it('stay in the store, sealed, when they come by items, credential, parameter and environment', async () => {
		const items = [
			{
				connection: { accessToken: PLANTED.accessToken, clientSecret: PLANTED.clientSecret, baseUrl: hubSpot.url },
				hook: PLANTED.webhookSecret,
			},
		];
		const old = { ...given, credentials: credentials({}, PLANTED.oldEncryptionKey) };
		const byItem = { tenant: 'by-item', storedConnection: 'values', webhookSecret: '={{ $json.hook }}', ...works };
		await run('integration', 'configure', byItem, old, items);
		await run('integration', 'configure', { tenant: 'by-credential', storedConnection: 'credential', ...works });
		const own = { integration: 'own', storedConnection: 'values', tenant: 'by-item' };
		await run(
			'integration',
			'configure',
			{ ...own, ...works },
			given,
			[{ connection: { signingSecret: PLANTED.ownSecret, canary: undefined } }].map(
				({ connection: { signingSecret } }) => ({ connection: { signingSecret } }),
			),
		);
		const database = { host: '127.0.0.1', port: '1', database: 'd', user: 'u', password: PLANTED.databasePassword };
		await run(
			'integration',
			'configure',
			{ integration: 'database', storedConnection: 'values', tenant: 'by-item', mode: 'onprem', ...works },
			given,
			[{ connection: database }],
		);
		await run('integration', 'test', { integration: 'database', tenant: 'by-item' });
		for (const tenant of ['default', 'by-item', 'by-credential']) {
			for (const operation of ['enable', 'prepare', 'test', 'get', 'getMany']) {
				await run('integration', operation, { tenant, ...works });
			}
		}
		await run('integration', 'rotateKey', works);
		const sealed = await inStore(async (store) => await store.sealed[0]?.count(2));
		expect([...(sealed ?? [])]).toEqual([['v1', 5]]);
	});

	it('show in no operation that works', async () => {
		await run('record', 'push', works);
		const store = await inStore((open) =>
			open.inbox.receive('workflow/node', [inboxEvent('e-1', { tenant: 'default' })], { againSeconds: 60 }),
		);
		expect(store).toBeDefined();
		const ran = operations.map(([resource, operation]) => `${resource}.${operation}`);
		expect(ran.length).toBeGreaterThan(20);
		for (const [resource, operation] of operations) await run(resource, operation);
		await run('integration', 'enable', works);
		for (const { what } of seen) expect(what).not.toBe('');
		const told = new Set(seen.map(({ what }) => what));
		expect(ran.filter((name) => !told.has(name))).toEqual([]);
	}, 120_000);

	it.each([401, 400])(
		'show in no operation whose upstream answers %d and repeats the token',
		async (status) => {
			const echoes = writtenForms(PLANTED.accessToken).join(' ; ');
			const message = `Authorization: Bearer ${PLANTED.accessToken} is not good. ${echoes}`;
			hubSpot.faults.add({ kind: 'status', status, times: Infinity, message });
			// Switching off comes last: the others have to get as far as the call.
			const byCall = [...operations].sort(([, a], [, b]) => Number(a === 'disable') - Number(b === 'disable'));
			for (const [resource, operation] of byCall) {
				// Without this only the first one would call.
				await inStore((store) => store.parking.release('default', 'hubspot'));
				const id = `${status}-${operation}`;
				await run(resource, operation, {}, given, [{ ...ORDER, id, name: id, localId: id }]);
			}
			hubSpot.faults.clear();
			await run('integration', 'enable', works);
			await run('integration', 'test', works);
		},
		180_000,
	);

	it.each([
		['a key that is no key', () => credentials({}, `passphrase ${PLANTED.encryptionKey}`)],
		['another key', () => credentials({}, randomBytes(32).toString('base64'))],
		['a password in the address', () => credentials({ baseUrl: `http://user:${PLANTED.urlPassword}@127.0.0.1:1` })],
		['nobody at the address', () => credentials({ baseUrl: 'http://127.0.0.1:1' })],
		[
			'a store that is not there',
			() => ({
				...credentials({}),
				crosslinkStoreApi: {
					...{ type: 'postgres', address: 'parts', host: '127.0.0.1', port: 1, database: 'd', user: 'planted' },
					password: PLANTED.storePassword,
				},
			}),
		],
		[
			'a store address that is none',
			() => ({
				...credentials({}),
				crosslinkStoreApi: { type: 'postgres', address: 'url', url: `mysql://u:${PLANTED.storePassword}@h/d` },
			}),
		],
	])(
		'show in no error of %s',
		async (_name, values) => {
			const site = { ...given, credentials: values() };
			for (const [resource, operation] of operations) {
				// Each of them would be tried for seconds, and they all take the same way out.
				if (resource === 'record' && !['push', 'pull'].includes(operation)) continue;
				await run(resource, operation, { tenant: 'by-item', connection: 'tenant' }, site);
				if (['test', 'prepare'].includes(operation)) await run(resource, operation, { connection: 'credential' }, site);
			}
		},
		180_000,
	);

	it('show neither in a poll nor in a webhook that fails, nor in what is logged of them', async () => {
		const attention = pollNode(given, { what: 'attention', start: 'beginning' });
		const changes = pollNode(given, { what: 'changes', start: 'beginning', entities: ['order'] });
		hubSpot.faults.add({ kind: 'status', status: 401, times: 2, message: `Bearer ${PLANTED.accessToken} is not good` });
		note('poll changes', await pollOnce(given, changes).catch((thrown: unknown) => thrown));
		note('poll changes again', await pollOnce(given, changes).catch((thrown: unknown) => thrown));
		const told = await pollOnce(given, attention);
		note('poll attention', told);
		expect(told?.map(({ json }) => json['kind'])).toContain('parked');
		hubSpot.faults.clear();
		await release();
		for (const secret of [PLANTED.clientSecret, 'wrong']) {
			const trigger = await listen(given, {});
			const at = String(Date.now());
			const response = await fetch(trigger.url, {
				method: 'POST',
				body: '[]',
				headers: {
					'x-hubspot-signature-v3': signV3(secret, 'POST', trigger.url, '[]', at),
					'x-hubspot-request-timestamp': at,
				},
			});
			note('webhook', [response.status, await response.text(), trigger.executions]);
			await trigger.stop();
		}
	});

	it('show in no list of the editor and in no test of a credential', async () => {
		const { methods } = pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
		const parameters = { resource: 'integration', operation: 'configure', integration: 'hubspot', entity: 'order' };
		hubSpot.faults.add({ kind: 'status', status: 401, times: Infinity, message: `${PLANTED.accessToken} is not good` });
		for (const [name, method] of Object.entries({ ...methods?.loadOptions, ...methods?.resourceMapping })) {
			const workflow = workflowOf(given, [packNode(given, 'Crosslink', parameters)]);
			const node = workflow.getNode('Crosslink');
			if (node === null) throw new Error('The node is there.');
			const data = additionalDataFor(given.credentials, { currentNodeParameters: node.parameters });
			const context = new core.LoadOptionsContext(workflow, node, data, '');
			note(
				`list ${name}`,
				await (method as (this: object) => Promise<unknown>).call(context).catch((thrown: unknown) => thrown),
			);
		}
		hubSpot.faults.clear();
		for (const [name, test] of Object.entries(methods?.credentialTest ?? {})) {
			const data = {
				type: 'postgres',
				host: '127.0.0.1',
				port: 1,
				database: 'd',
				user: 'u',
				password: PLANTED.storePassword,
			};
			for (const type of ['crosslinkStoreApi', 'crosslinkDatabaseApi']) {
				const credential = { id: '1', name: 'Planted', type, data };
				const answer = test.call(new core.CredentialTestContext(), credential as never);
				note(`test ${name} ${type}`, await answer.catch((thrown: unknown) => thrown));
			}
		}
	});

	it('from the environment show nowhere either', async () => {
		const before = { ...process.env };
		Object.assign(process.env, {
			CROSSLINK_STORE_URL: storeUrl,
			CROSSLINK_ENCRYPTION_KEY: PLANTED.encryptionKey,
			CROSSLINK_HUBSPOT_ACCESS_TOKEN: PLANTED.environmentToken,
			CROSSLINK_HUBSPOT_BASE_URL: hubSpot.url,
		});
		try {
			for (const [resource, operation] of operations) await run(resource, operation, {}, { pack });
		} finally {
			process.env = before;
		}
	}, 120_000);

	it('of channels to people show in nothing of what is told, refused or kept for later', async () => {
		const { channels, stop } = await startChannels();
		const before = { ...process.env };
		try {
			for (const { tenant, integration, mode, connection, wrong, to, refuse } of channels) {
				const here = { tenant, integration, mode };
				// The refusal of a login parks the connection: each way gets as far as the call.
				const free = async () => await inStore((store) => store.parking.release(tenant, integration));
				const item = { number: '7', customer: PLANTED.customer };
				const tell = async (eventKey: string, more: INodeParameters = {}, site = given) =>
					await run('event', 'notify', { ...here, to, eventKey, ...more }, site, [item]);
				const store = async (values: Record<string, string>) =>
					await run('integration', 'configure', { ...here, storedConnection: 'values', ...works }, given, [
						{ connection: values },
					]);
				await store(connection);
				for (const operation of ['enable', 'test', 'get']) await run('integration', operation, { ...here, ...works });
				await tell('told', works);
				refuse();
				await tell('refused');
				await tell('fails the flow', { options: { failTheFlow: true } });
				await tell('too long', { message: 'x'.repeat(200_000) });
				await store(wrong);
				await tell('wrong');
				await free();
				await store(nowhereOf(connection));
				await tell('nobody there');
				await free();
				await store(connection);
				for (const operation of ['get', 'getMany', 'rotateKey']) await run('integration', operation, here);
				await run('event', 'retry', here);
				await run('report', 'health', here);
				const told = await pollOnce(given, pollNode(given, { what: 'attention', start: 'beginning', ...here }));
				note(`poll attention of ${integration}`, told);
				expect([integration, told?.some(({ json }) => json['notification'] !== undefined)]).toEqual([
					integration,
					true,
				]);

				for (const [name, value] of Object.entries({ ...connection, mode })) {
					const variable = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
					process.env[`CROSSLINK_${integration.toUpperCase()}_${variable}`] = value;
				}
				await tell('by the environment', { connection: 'environment' });
				refuse();
				await tell('refused by the environment', { connection: 'environment' });
				process.env = { ...before };
			}
			await closeAllStores();
		} finally {
			process.env = before;
			await stop();
		}
		const messages = (await tableTexts()).find(([table]) => table === 'notification_log')?.[1] ?? '';
		// What was refused is kept, and sealed.
		expect(messages.match(/v1\.[\w-]{12}\./g)?.length).toBeGreaterThanOrEqual(channels.length);
		expect(messages).toContain('[redacted]');
	}, 120_000);

	it('are in nothing of all that, and in no table and no byte of the store', async () => {
		expect(seen.length).toBeGreaterThan(500);
		expect(seen.some(({ what }) => what.startsWith('log'))).toBe(true);
		const leaks = seen.flatMap(({ what, text }) => secretsIn(text, PLANTED).map((name) => `${name} in ${what}`));
		expect([...new Set(leaks)]).toEqual([]);
		const tables = await tableTexts();
		expect(tables.length).toBeGreaterThan(10);
		expect(tables.flatMap(([table, text]) => secretsIn(text, PLANTED).map((name) => `${name} in ${table}`))).toEqual(
			[],
		);
		// What was repeated to us got as far as this, and the search finds what there is to find.
		expect(seen.some(({ text }) => text.includes('[redacted]'))).toBe(true);
		expect(secretsIn(Buffer.from(`x${PLANTED.clientSecret}`).toString('base64url'), PLANTED)).toEqual(['clientSecret']);
		expect(tables.some(([, text]) => text.includes('[redacted]'))).toBe(true);
		if (kind === 'postgres') return;
		for (const file of [storeFile, `${storeFile}-wal`, `${storeFile}-shm`].filter((name) => existsSync(name))) {
			expect([file, secretsIn(readFileSync(file), PLANTED)]).toEqual([file, []]);
		}
	});

	async function inStore<T>(act: (store: Awaited<ReturnType<typeof acquireStore>>['store']) => Promise<T>): Promise<T> {
		const { store, release: done } = await acquireStore(storeUrl);
		try {
			return await act(store);
		} finally {
			done();
		}
	}

	async function tableTexts(): Promise<Array<[table: string, text: string]>> {
		if (kind === 'sqlite') {
			const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
			const database = new DatabaseSync(storeFile, { readOnly: true });
			const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
			const texts = tables.map(({ name }): [string, string] => [
				String(name),
				JSON.stringify(database.prepare(`SELECT * FROM "${name}"`).all()),
			]);
			database.close();
			return texts;
		}
		const client = new Client({ connectionString: storeUrl });
		await client.connect();
		const { rows } = await client.query<{ name: string }>(
			"SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'crosslink'",
		);
		const texts: Array<[string, string]> = [];
		for (const { name } of rows) {
			const found = await client.query<{ text: string }>(`SELECT each::text AS text FROM crosslink."${name}" AS each`);
			texts.push([name, found.rows.map(({ text }) => text).join('\n')]);
		}
		await client.end();
		return texts;
	}
});

const ORDER = { id: 'o-1', name: 'Order 1', amount: 1, localId: 'o-1', externalId: '1', receipt: 'no-receipt' };

function extra(operation: string): INodeParameters {
	if (operation === 'upsert') return { localId: 'by-hand', externalId: '999' };
	if (operation === 'unlink') return { localId: 'by-hand' };
	if (operation === 'import') return { localId: 'o-2', externalId: '5', output: 'records' };
	if (operation === 'getConflicts') return { status: 'any' };
	if (operation === 'replay') return { eventIds: 'e-1' };
	if (operation === 'notify') return { event: 'orderShipped', to: 'C0000000000' };
	if (operation === 'get') return { includeHistory: true };
	return {};
}

async function roleWithPlantedPassword(url: string): Promise<string> {
	const admin = new Client({ connectionString: url });
	await admin.connect();
	await admin.query(`CREATE ROLE planted LOGIN PASSWORD '${PLANTED.storePassword}'`);
	await admin.query(`GRANT ALL ON DATABASE "${new URL(url).pathname.slice(1)}" TO planted`);
	await admin.end();
	const planted = new URL(url);
	planted.username = 'planted';
	planted.password = encodeURIComponent(PLANTED.storePassword);
	return planted.toString();
}
