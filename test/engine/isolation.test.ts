import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { Client } from 'pg';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { startHubSpot, type HubSpotStandIn } from '../../sandbox/hubspot';
import { startSlack, type SlackStandIn } from '../../sandbox/slack';
import { startPostgres, type PostgresServer } from '../servers/postgres';
import { inboxEvent } from '../store/inbox-events';
import { markOf, strangersIn, tenantNames } from '../tenant-names';
import { loadPack, runCrosslink, USER_FOLDER, type CredentialValues, type Given } from './harness';
import { pollNode, pollOnce } from './polling';

/** Two accounts: whoever shares one sees the other's records there, which no store could keep apart. */
let accounts: [HubSpotStandIn, HubSpotStandIn];
let workspace: SlackStandIn;
let pack: Given['pack'];
let operations: Array<[resource: string, operation: string]>;
beforeAll(async () => {
	pack = await loadPack();
	accounts = [await startHubSpot(), await startHubSpot()];
	workspace = await startSlack();
	const { description } = pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
	operations = description.properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ options, displayOptions }) =>
			(options ?? []).map((option): [string, string] => [
				String(displayOptions?.show?.['resource']?.[0]),
				(option as { value: string }).value,
			]),
		);
});
afterAll(() => Promise.all([...accounts, workspace].map((site) => site.stop())));

const REPAIR: Record<string, INodeParameters> = {
	'record.reconcile': { mode: 'repair' },
	'link.upsert': { localId: 'by-hand', externalId: '999' },
	'link.import': { localId: '={{ $json.localId }}', externalId: '={{ $json.externalId }}' },
	'link.get': { includeHistory: true },
	'link.getConflicts': { status: 'any', returnAll: true },
	'link.resolve': { conflictId: '={{ $json.conflictId }}', choice: 'external' },
	'event.replay': { eventIds: 'e-1' },
	'command.execute': { command: 'createOrder', idempotencyKey: 'k-1' },
	'command.get': { idempotencyKey: 'k-1' },
	'command.compensate': { idempotencyKey: 'k-1' },
	'command.resolve': { idempotencyKey: 'k-1', found: 'nothing' },
	'query.run': { query: 'orderStatus' },
	'event.notify': { event: 'orderShipped', to: 'C0000000000' },
	// What is another tenant's is not this operation's to wrap: it is asked for one tenant.
	'integration.rotateKey': { rotateFor: 'tenant' },
};

describe.each(['sqlite', 'postgres'] as const)('tenants of a node, over %s', (kind) => {
	let given: Given;
	let server: PostgresServer | undefined;
	let location: string;
	let store: Store;
	let done: () => void;
	beforeAll(async () => {
		const encryptionKey = randomBytes(32).toString('base64');
		const file = path.join(USER_FOLDER, `${randomUUID()}.sqlite`);
		if (kind === 'postgres') server = await startPostgres();
		location = server ? await server.createDatabase() : `sqlite:${file}`;
		const where: CredentialValues[string] = server
			? { type: 'postgres', address: 'url', url: location }
			: { type: 'embedded', file };
		given = { pack, credentials: { crosslinkStoreApi: { ...where, encryptionKey } } };
		({ store, release: done } = await acquireStore(location));
	});
	afterAll(async () => {
		done();
		await closeAllStores();
		await server?.stop();
	});

	/** As an item, so that n8n never takes a name for an expression. */
	const run = async (tenant: string, parameters: INodeParameters, item: IDataObject = {}) =>
		await runCrosslink(
			given,
			{ integration: 'hubspot', entity: 'order', ...parameters, tenant: '={{ $json.tenant }}' },
			[{ ...item, tenant }],
		);

	async function works(tenant: string, parameters: INodeParameters, item?: IDataObject) {
		const ran = await run(tenant, parameters, item);
		expect([parameters['operation'], ran.error?.message]).toEqual([parameters['operation'], undefined]);
		return ran.json;
	}

	/** A message that went out and one that did not, under event keys of which one is everybody's and one is marked. */
	async function tellPeople(tenant: string): Promise<void> {
		const slack = { integration: 'slack' };
		const connection = { botToken: workspace.token, baseUrl: workspace.url };
		await works(tenant, { ...configure, ...slack }, { connection });
		for (const operation of ['enable', 'test']) await works(tenant, { resource: 'integration', operation, ...slack });
		for (const [eventKey, to] of Object.entries({ 'k-1': 'C0ORDERS001', [markOf(tenant)]: 'C0NOTTHERE1' })) {
			const told = await works(tenant, { ...notify, ...slack, to }, { eventKey, number: markOf(tenant) });
			expect(told).toMatchObject([{ outcome: to === 'C0ORDERS001' ? 'delivered' : 'failed' }]);
		}
	}

	/** Links, a conflict, an event, settings and a connection, all of them marked. */
	async function seed(tenant: string, account: HubSpotStandIn): Promise<IDataObject> {
		const mark = markOf(tenant);
		const rule = { local: 'name', external: 'dealname', direction: 'both', policy: 'manual' };
		const settings = { syncLog: 'all', entities: { order: { fields: [rule], onCreate: { description: mark } } } };
		await works(
			tenant,
			{ ...configure, settingsInput: 'json', settings: JSON.stringify(settings) },
			{ connection: { accessToken: account.accessToken, baseUrl: account.url } },
		);
		for (const operation of ['enable', 'prepare', 'test']) await works(tenant, { resource: 'integration', operation });
		const order = { id: 'o-1', name: `${mark} 1` };
		const [pushed] = await works(tenant, push, order);
		const [pulled] = await works(
			tenant,
			{ ...push, operation: 'pull' },
			{ externalId: pushed?.['externalId'] as string },
		);
		await works(tenant, { ...push, operation: 'confirm' }, { receipt: pulled?.['receipt'] as string });
		account.account.edit('deals', pushed?.['externalId'] as string, { dealname: `${mark} theirs` });
		await works(tenant, { ...push, operation: 'sync' }, { ...order, name: `${mark} ours` });
		await store.inbox.receive(`workflow ${mark}`.slice(0, 400), [inboxEvent('e-1', { tenant, payload: { mark } })], {
			againSeconds: 60,
		});
		await tellPeople(tenant);
		const [conflict] = await store.conflicts.page(tenant, { integration: 'hubspot' }, { limit: 1 });
		expect(conflict).toBeDefined();
		return { externalId: pushed?.['externalId'] as string, conflictId: conflict?.id ?? '' };
	}

	it('see and change nothing of each other, whatever is done with the other’s ids', async () => {
		await fc.assert(
			fc.asyncProperty(
				tenantNames({ minLength: 2, maxLength: 2 }).filter((names) => names.every((name) => name === name.trim())),
				async ([me = '', other = '']) => {
					await forgetAll();
					const mine = await seed(me, accounts[0]);
					const theirs = await seed(other, accounts[1]);
					const before = await rowsOf(other);
					for (const ids of [theirs, mine]) {
						for (const [resource, operation] of operations) {
							const name = `${resource}.${operation}`;
							const item = { ...ids, id: 'o-1', localId: 'o-1', name: markOf(me) };
							const { outputs, error } = await run(me, { resource, operation, ...REPAIR[name] }, item);
							const told = [outputs, error?.message, error?.description, error?.context];
							expect([name, strangersIn(told, me)]).toEqual([name, []]);
						}
						await works(me, { resource: 'integration', operation: 'enable' });
						for (const { operation, ...more } of TO_PEOPLE) {
							const item = { ...ids, eventKey: 'k-1', number: markOf(me) };
							const { outputs, error } = await run(me, { operation, integration: 'slack', ...more }, item);
							expect([operation, strangersIn([outputs, error?.message], me)]).toEqual([operation, []]);
						}
					}
					const tenant = me.startsWith('=') ? 'a' : me;
					for (const what of ['attention', 'inbox']) {
						const node = pollNode(given, { what, start: 'beginning', tenant });
						expect([what, strangersIn(await pollOnce(given, node), me)]).toEqual([what, []]);
					}
					const slack = pollNode(given, { what: 'attention', start: 'beginning', tenant, integration: 'slack' });
					const failed = await pollOnce(given, slack);
					if (tenant === me) expect(JSON.stringify(failed)).toContain(markOf(me));
					expect(strangersIn(failed, me)).toEqual([]);
					expect(await rowsOf(other)).toEqual(before);
				},
			),
			{ numRuns: 6, examples: [[['a', 'A']], [["a' OR '1'='1", 'a']], [['%', 'ab']], [['ä', 'a\u0308']]] },
		);
	}, 400_000);

	const TABLES = ['integration_config', 'hubspot_order_link', 'sync_conflict', 'sync_log', 'processed_webhook'];

	async function rowsOf(tenant: string): Promise<unknown> {
		const name = `'${tenant.replaceAll("'", "''")}'`;
		const rows: unknown[] = [];
		for (const table of [
			...TABLES,
			'notification_log',
			'event_delivery',
			'run_progress',
			'parked_connection',
			'poll_cursor',
		]) {
			rows.push([
				table,
				(await sql(`SELECT * FROM crosslink.${table} WHERE tenant = ${name}`)).map((row) => JSON.stringify(row)).sort(),
			]);
		}
		expect(JSON.stringify(rows)).toContain(markOf(tenant));
		return rows;
	}

	async function forgetAll(): Promise<void> {
		for (const table of [
			'notification_log',
			'integration_config',
			'processed_webhook',
			'event_delivery',
			'sync_conflict',
			'sync_log',
		]) {
			await sql(`DELETE FROM crosslink.${table}`);
		}
		const made = await store.linkTables('hubspot');
		for (const entity of made) await sql(`DELETE FROM crosslink.${store.links('hubspot', entity).name}`);
	}

	async function sql(text: string): Promise<object[]> {
		if (kind === 'sqlite') {
			const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
			const database = new DatabaseSync(location.replace('sqlite:', ''), { timeout: 5_000 });
			try {
				return database.prepare(text.replaceAll('crosslink.', '')).all();
			} finally {
				database.close();
			}
		}
		const client = new Client({ connectionString: location });
		await client.connect();
		try {
			return (await client.query(text)).rows as object[];
		} finally {
			await client.end();
		}
	}
});

const configure = { resource: 'integration', operation: 'configure', storedConnection: 'values' };
const TO_PEOPLE: Array<INodeParameters & { operation: string }> = [
	{ resource: 'event', operation: 'notify', event: 'orderShipped', eventKey: 'k-1', to: 'C0ORDERS001' },
	{ resource: 'event', operation: 'notify', event: 'orderShipped', eventKey: 'k-1', to: 'C0NOTTHERE1' },
	{ resource: 'event', operation: 'retry' },
	{ resource: 'integration', operation: 'get' },
	{ resource: 'integration', operation: 'getMany' },
	{ resource: 'report', operation: 'health' },
];
const notify = { resource: 'event', operation: 'notify', event: 'orderShipped', eventKey: '={{ $json.eventKey }}' };
const push = { resource: 'record', operation: 'push' };
