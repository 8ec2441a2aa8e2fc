import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { Store } from '../../../lib/store/store';
import { push } from '../../../lib/sync/push';
import { connect, type ConnectRequest } from '../../../lib/tenants/connect';
import { viewIntegration } from '../../../lib/tenants/integration-view';
import {
	configureIntegration,
	enableIntegration,
	prepareIntegration,
	testIntegration,
} from '../../../lib/tenants/integrations';
import { replicationOf } from '../../../lib/tenants/replication-of';
import { startHubSpot, type HubSpotStandIn } from '../../../sandbox/hubspot';
import { rejection } from '../../unit/tenants/rejection';
import { CANARY, freshStore, requestTo, type OpenStore } from './site';

const TOKEN = `pat-eu1-${CANARY}`;

describe.each(['sqlite', 'postgres'] as const)('a connection whose login is refused, over %s', (kind) => {
	let open: OpenStore;
	let hubspot: HubSpotStandIn;
	beforeAll(async () => {
		open = await freshStore(kind);
		hubspot = await startHubSpot({ accessToken: TOKEN });
	});
	afterEach(() => hubspot.faults.clear());
	afterAll(async () => {
		await hubspot.stop();
		await open.close();
	});

	let tenants = 0;
	/** A tenant of its own with a stored connection that works. */
	async function newTenant(): Promise<ConnectRequest> {
		const request = requestTo(open.store, { tenant: `parked ${++tenants}` });
		await configureIntegration(request, { connection: { accessToken: TOKEN, baseUrl: hubspot.url } });
		await enableIntegration(request);
		await prepareIntegration(request);
		return request;
	}
	/** What a run of a node does: connects anew, as every process would. */
	async function pushOrder(request: ConnectRequest, localId = '1') {
		const connected = await connect(request);
		const replication = replicationOf(connected, 'order', { store: request.store, runId: randomUUID() });
		const [outcome] = await push(replication, [{ localId, fields: { name: `Order ${localId}` } }]);
		return outcome;
	}
	const refuse = (status = 401, times = Infinity) => hubspot.faults.add({ kind: 'status', status, times });
	async function callsDuring(act: () => Promise<unknown>): Promise<number> {
		hubspot.calls.clear();
		await act();
		return hubspot.calls.list().length;
	}

	test('is called no more, by nobody, and the records wait', async () => {
		const request = await newTenant();
		refuse();
		const first = await callsDuring(() => pushOrder(request));
		expect(first).toBeGreaterThan(0);
		hubspot.faults.clear();
		// Though the token would be taken again by now.
		expect(await callsDuring(() => Promise.all([pushOrder(request), pushOrder(request, '2')]))).toBe(0);
		const outcome = await pushOrder(request, '3');
		expect(outcome).toMatchObject({
			outcome: 'failed',
			error: { class: 'auth', code: 'connection_parked' },
			link: { syncStatus: 'pending' },
		});
		expect(outcome?.error?.message).toMatch(/HubSpot of tenant "parked \d+" is parked since .*401/);
		expect(outcome?.error?.remedy).toMatch(/new access token.*Integration → Test/);
		const { adapter } = await connect(request);
		expect((await rejection(() => adapter.describe?.('deals'))).code).toBe('connection_parked');
		expect(adapter.verifyWebhook).toBeDefined();
	});

	test('stops within the run that met it', async () => {
		const request = await newTenant();
		const { adapter } = await connect(request);
		refuse();
		expect((await rejection(() => adapter.describe?.('deals'))).code).toBe('token_refused');
		expect(await callsDuring(() => rejection(() => adapter.describe?.('deals')))).toBe(0);
	});

	test('is this tenant’s alone', async () => {
		const [refused, other] = [await newTenant(), await newTenant()];
		refuse(401, 1);
		await pushOrder(refused);
		expect(await pushOrder(other)).toMatchObject({ outcome: 'created' });
		expect(await open.store.parking.find(other.tenant, 'hubspot')).toEqual([]);
	});

	test('goes on once a person has tested it, and not when the test fails', async () => {
		const request = await newTenant();
		refuse();
		await pushOrder(request);
		expect((await rejection(() => testIntegration(request))).code).toBe('token_refused');
		hubspot.faults.clear();
		expect(await pushOrder(request)).toMatchObject({ error: { code: 'connection_parked' } });
		await testIntegration(request);
		expect(await pushOrder(request)).toMatchObject({ outcome: 'created' });
	});

	test('goes on once its values are stored anew', async () => {
		const request = await newTenant();
		refuse(401, 1);
		await pushOrder(request);
		await configureIntegration(request, { settings: { leaseSeconds: 30 } });
		expect(await pushOrder(request)).toMatchObject({ error: { code: 'connection_parked' } });
		await configureIntegration(request, { connection: { accessToken: TOKEN, baseUrl: hubspot.url } });
		expect(await pushOrder(request)).toMatchObject({ outcome: 'created' });
	});

	test('goes on when a credential or the environment brings other values', async () => {
		const tenant = `parked ${++tenants}`;
		let accessToken = 'wrong-token-of-a-credential';
		const request = requestTo(open.store, {
			tenant,
			credential: () => Promise.resolve({ accessToken, baseUrl: hubspot.url }),
		});
		await enableIntegration(request);
		expect(await pushOrder(request)).toMatchObject({ error: { code: 'token_refused' } });
		expect(await pushOrder(request)).toMatchObject({ error: { code: 'connection_parked' } });
		// Another place's values are no less good for it, and leave it parked.
		const environment = { CROSSLINK_HUBSPOT_ACCESS_TOKEN: TOKEN, CROSSLINK_HUBSPOT_BASE_URL: hubspot.url };
		expect((await pushOrder({ ...request, environment }))?.outcome).toBe('created');
		expect(await pushOrder(request, '2')).toMatchObject({ error: { code: 'connection_parked' } });
		accessToken = TOKEN;
		expect(await pushOrder(request)).toMatchObject({ outcome: 'unchanged' });
		expect(await open.store.parking.find(tenant, 'hubspot')).toEqual([]);
	});

	test('with one right missing is not parked: other entities go on', async () => {
		const request = await newTenant();
		refuse(403, 1);
		expect(await pushOrder(request)).toMatchObject({ error: { class: 'auth' } });
		expect(await pushOrder(request)).toMatchObject({ outcome: 'created' });
	});

	test('is shown by get, without anything of the secret, also not in the store', async () => {
		const request = await newTenant();
		expect((await viewIntegration(request)).connection.parked).toEqual([]);
		hubspot.faults.add({ kind: 'status', status: 401, message: `Token ${TOKEN} has expired` });
		await pushOrder(request);
		const { connection } = await viewIntegration(request);
		expect(connection).toMatchObject({
			source: 'tenant',
			reason: expect.stringContaining('It is parked since'),
			parked: [{ source: 'tenant', code: 'token_refused', since: expect.any(String) }],
		});
		const rows = await open.store.parking.find(request.tenant, 'hubspot');
		expect(inspect([connection, rows])).not.toContain(CANARY);
		expect(rows[0]?.message).toContain('[redacted]');
		// Other values, not tried yet, are not parked.
		await open.store.configs.save({ tenant: request.tenant, integration: 'hubspot', credentials: null });
		const environment = { CROSSLINK_HUBSPOT_ACCESS_TOKEN: 'another' };
		expect((await viewIntegration({ ...request, environment })).connection.reason).not.toContain('parked');
	});

	test('costs no statement and no call while logins work', async () => {
		const request = await newTenant();
		await pushOrder(request);
		const made: string[] = [];
		const counted = { ...request, store: counting(open.store, made) };
		hubspot.calls.clear();
		await connect(counted);
		// As many as before there was parking: then the row of the tenant and the one of all tenants were read apart.
		expect(made).toEqual(['configs.getOf', 'parking.find']);
		expect(hubspot.calls.list()).toEqual([]);
		expect(await pushOrder(counted)).toMatchObject({ outcome: 'unchanged' });
		expect(made.filter((name) => name.startsWith('parking'))).toEqual(['parking.find', 'parking.find']);
	});
});

/** Notes every call of a table's function. */
function counting(store: Store, made: string[]): Store {
	const noted = <T extends object>(name: string, table: T): T =>
		Object.fromEntries(
			Object.entries(table).map(([key, value]) => [
				key,
				typeof value === 'function'
					? (...given: unknown[]): unknown => {
							made.push(`${name}.${key}`);
							return (value as (...all: unknown[]) => unknown)(...given);
						}
					: value,
			]),
		) as T;
	return { ...store, configs: noted('configs', store.configs), parking: noted('parking', store.parking) };
}
