import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { acquireStore } from '../../lib/store/open';
import { inboxEvent } from '../store/inbox-events';
import { startSmtp, type MailServer } from '../servers/smtp';
import { ROOT, runCrosslink } from './harness';
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

interface Schema {
	type?: string | string[];
	properties?: Record<string, Schema>;
	items?: Schema;
}

const FOLDER = path.join(ROOT, 'dist/nodes/Crosslink/__schema__/v1.0.0');

/** Where a value has a key or a type that the schema does not name. */
function mismatches(schema: Schema, value: unknown, at = '$'): string[] {
	const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
	const allowed = schema.type === undefined ? [] : [schema.type].flat();
	if (allowed.length > 0 && !allowed.includes(type) && !(type === 'number' && allowed.includes('integer'))) {
		return [`${at} is ${type}, not ${allowed.join(' or ')}`];
	}
	if (Array.isArray(value))
		return value.flatMap((one, index) => mismatches(schema.items ?? {}, one, `${at}[${index}]`));
	if (type !== 'object' || schema.properties === undefined) return [];
	return Object.entries(value as object).flatMap(([key, one]) => {
		const inner = schema.properties?.[key];
		// Columns of the integration's own come on top of a link's.
		if (inner === undefined) return at.endsWith('.link') ? [] : [`${at}.${key} is not in the schema`];
		return mismatches(inner, one, `${at}.${key}`);
	});
}

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

it.each(OPERATIONS)('what %s.%s gives out is what its schema tells the editor', async (resource, operation) => {
	const schema = JSON.parse(readFileSync(path.join(FOLDER, resource, `${operation}.json`), 'utf8')) as Schema;
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
