import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { acquireStore } from '../../lib/store/open';
import { inboxEvent } from '../store/inbox-events';
import { startSmtp, type MailServer } from '../servers/smtp';
import { runCrosslink } from './harness';
import { FOLDER, mismatches, schemaOf } from './schema';
import {
	agree,
	configure,
	enable,
	NAME_IN_CONFLICT,
	orders,
	pushOrders,
	startWorld,
	untilSomething,
	type World,
} from './world';

let world: World;
let mail: MailServer;
let externalId: string;
let receipt: string;
beforeAll(async () => {
	world = await startWorld();
	await enable(world);
	await configure(world, { ...NAME_IN_CONFLICT, retry: { attempts: 9, delaySeconds: 1 } });
	[externalId = ''] = await agree(world, orders(1));
	world.hubSpot.account.edit('deals', externalId, { dealname: 'Theirs', description: 'call back' });
	// The name is in conflict from here on; the note waits in the receipt.
	const { json } = await runCrosslink(world, { ...pushOrders, operation: 'sync' }, orders(1, { name: 'Ours' }));
	receipt = json[0]?.['receipt'] as string;
	// And one order waits for its next try.
	world.hubSpot.faults.add({ kind: 'status', status: 503, times: Infinity });
	await runCrosslink(world, pushOrders, [{ id: 'late', name: 'Late' }], { onError: 'continueErrorOutput' });
	world.hubSpot.faults.clear();
	const { store, release } = await acquireStore(`sqlite:${world.storeFile}`);
	await store.inbox.receive('workflow/node', [inboxEvent('e-1', { tenant: 'default' })], { againSeconds: 60 });
	release();
	// A mail that waits for its next try.
	mail = await startSmtp();
	world.credentials = {
		...world.credentials,
		crosslinkEmailApi: {
			host: '127.0.0.1',
			port: String(mail.port),
			security: 'none',
			authentication: 'none',
			from: 'crosslink@example.com',
		},
	};
	for (const operation of ['configure', 'enable']) {
		const settings = { settingsInput: 'json', settings: '{"retry":{"attempts":9,"delaySeconds":1}}', mode: 'onprem' };
		await runCrosslink(world, { resource: 'integration', operation, integration: 'email', ...settings });
	}
	mail.faults.push({ at: 'data', code: 451 });
	await runCrosslink(world, { resource: 'event', operation: 'notify', ...toMail('notify') }, [{ number: 'late' }]);
});
afterAll(async () => {
	await world.stop();
	await mail.stop();
});

const OPERATIONS = readdirSync(FOLDER).flatMap((resource) =>
	readdirSync(path.join(FOLDER, resource)).map((file) => [resource, path.basename(file, '.json')] as const),
);

/** HubSpot offers neither commands nor queries: those are looked at where they run. */
const OF_RECORDS = OPERATIONS.filter(([resource]) => resource !== 'command' && resource !== 'query');

it.each(OF_RECORDS)('what %s.%s gives out is what its schema tells the editor', async (resource, operation) => {
	const schema = schemaOf(resource, operation);
	const parameters: INodeParameters = {
		resource,
		operation,
		integration: 'hubspot',
		entity: 'order',
		...extra(operation),
		...(resource === 'event' && toMail(operation)),
	};
	const items: IDataObject[] = [{ ...orders(1)[0], localId: 'o-1', externalId, receipt, amount: 1 }];
	const run = () => runCrosslink(world, parameters, items);
	const { json, error } = operation === 'retry' ? await untilSomething(run) : await run();
	expect(error).toBeUndefined();
	expect(json.length).toBeGreaterThan(0);
	expect(json.flatMap((item) => mismatches(schema, item))).toEqual([]);
	if (operation === 'disable') await enable(world);
});

it('every operation of the node has a schema', async () => {
	const { description } = world.pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
	const offered = description.properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ options, displayOptions }) =>
			(options ?? []).map((option) => [displayOptions?.show?.['resource']?.[0], (option as { value: string }).value]),
		);
	expect(offered.map(String).sort()).toEqual(OPERATIONS.map(String).sort());
});

/** Of the event operations, those that go to people. */
function toMail(operation: string): INodeParameters {
	if (operation === 'replay') return {};
	return { integration: 'email', event: 'orderShipped', to: 'ann@example.org', eventKey: '={{ $json.number }}' };
}

/** What an operation needs besides, so that it has something to give out. */
function extra(operation: string): INodeParameters {
	if (operation === 'upsert') return { localId: 'by-hand', externalId: '999' };
	if (operation === 'unlink') return { localId: 'by-hand' };
	if (operation === 'import') return { localId: 'o-1', output: 'records' };
	if (operation === 'getConflicts') return { status: 'any' };
	if (operation === 'replay') return { eventIds: 'e-1' };
	if (operation === 'get') return { includeHistory: true };
	return {};
}
