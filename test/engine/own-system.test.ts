import type { ICredentialDataDecryptedObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { closeAllStores } from '../../lib/store/open';
import type { Tracker } from '../../sandbox/tracker';
import { call, SECRET, startForTest } from '../sandbox/tracker/tracker-client';
import { additionalDataFor, core, packNode, runCrosslink, workflowOf } from './harness';
import { listen, triggerNode, type TriggerServer } from './webhook-server';
import { startWorld, type World } from './world';

let world: World;
beforeEach(async () => {
	world = await startWorld();
	(world.credentials as Record<string, object>)['crosslinkOwnSystemApi'] = { signingSecret: SECRET };
});
afterEach(async () => {
	await world.stop();
	await closeAllStores();
});

async function list(name: string, node = packNode(world, 'Crosslink', {})): Promise<INodePropertyOptions[]> {
	const { methods } = world.pack.nodeTypes.getByNameAndVersion(node.type, 1);
	const workflow = workflowOf(world, [node]);
	const stored = workflow.getNode(node.name) ?? node;
	const additionalData = additionalDataFor(world.credentials, { currentNodeParameters: stored.parameters });
	const context: ILoadOptionsFunctions = new core.LoadOptionsContext(workflow, stored, additionalData, '');
	return (await methods?.loadOptions?.[name]?.call(context)) ?? [];
}

const valuesOf = (options: INodePropertyOptions[]) => options.map(({ value }) => value);

it('is offered where webhooks and settings are, and nowhere else', async () => {
	expect(valuesOf(await list('getWebhookIntegrations', triggerNode(world, {})))).toContain('own');
	const crosslink = (resource: string) => packNode(world, 'Crosslink', { resource });
	expect(valuesOf(await list('getIntegrations', crosslink('integration')))).toContain('own');
	for (const resource of ['record', 'link']) {
		expect(valuesOf(await list('getIntegrations', crosslink(resource)))).not.toContain('own');
	}
});

it('offers the entities of the other systems, which are your words', async () => {
	expect(valuesOf(await list('getEntities', triggerNode(world, { integration: 'own' })))).toEqual([
		'order',
		'company',
		'contact',
		'user',
		'group',
	]);
});

it.each([
	['push', { resource: 'record', operation: 'push', entity: 'order' }],
	['pull', { resource: 'record', operation: 'pull', entity: 'order', localId: '1' }],
	['the list of links', { resource: 'link', operation: 'getMany', entity: 'order' }],
	['prepare', { resource: 'integration', operation: 'prepare' }],
])('says that %s is not for it', async (_name, parameters) => {
	const { error } = await runCrosslink(world, { ...parameters, integration: 'own' }, [{ id: '1', localId: '1' }]);
	expect(error).toMatchObject({ context: { code: 'capability_missing' } });
});

describe('the credential', () => {
	const test = async (data: ICredentialDataDecryptedObject) => {
		const { methods, description } = world.pack.nodeTypes.getByNameAndVersion(
			'n8n-nodes-crosslink.crosslinkTrigger',
			1,
		);
		const slot = description.credentials?.find(({ name }) => name === 'crosslinkOwnSystemApi');
		const credential = { id: '1', name: 'Own', type: 'crosslinkOwnSystemApi', data };
		return await methods?.credentialTest?.[slot?.testedBy as string]?.call(
			new core.CredentialTestContext(),
			credential,
		);
	};

	it('is good with settings that can work', async () => {
		expect(await test({ signingSecret: SECRET })).toMatchObject({ status: 'OK' });
		expect(await test({ signingSecret: 'text', signature: 'hmac', prefix: 'sha256=' })).toMatchObject({
			...{ status: 'OK', message: expect.stringContaining('x-signature') },
		});
	});

	it.each([
		['no secret', {}, /missing/],
		['a secret that is none', { signingSecret: 'hunter2!' }, /openssl rand/],
		['a header that is none', { signingSecret: 'k', signature: 'hmac', signatureHeader: 'a b' }, /x-signature/],
	])('is not with %s', async (_name, data, words) => {
		const result = await test(data);
		expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(words) });
		expect(result?.message).not.toContain('hunter2');
	});
});

describe('the trigger', () => {
	let server: TriggerServer;
	let tracker: Tracker;
	beforeEach(async () => {
		server = await listen(world, { integration: 'own' });
		tracker = await startForTest();
		tracker.setWebhooks([{ url: server.url }]);
	});
	afterEach(async () => {
		await tracker.stop();
		await server.stop();
	});

	it('emits what the Tracker tells, without a link, a table or a row, and each once', async () => {
		await call(tracker, 'PATCH', '/api/orders', [
			{ id: '1001', notes: 'a' },
			{ id: '1002', notes: 'b' },
		]);
		await tracker.settled();
		expect(tracker.deliveries()).toMatchObject([{ delivered: true, status: 200 }]);
		expect(server.executions.flat().map(({ json }) => json)).toEqual(
			['1001', '1002'].map((id) => ({
				...{ tenant: 'default', integration: 'own', entity: 'order', externalId: id, localId: id, event: 'updated' },
				...{ occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), eventId: expect.stringMatching(/^msg_.*\/[01]$/) },
			})),
		);
	});

	it('answers 401 to a wrong secret and starts nothing', async () => {
		(world.credentials as Record<string, object>)['crosslinkOwnSystemApi'] = {
			signingSecret: `whsec_${Buffer.from('another key of 24 bytes!').toString('base64')}`,
		};
		await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'a' });
		await tracker.settled();
		expect(tracker.deliveries()).toMatchObject([{ delivered: false, status: 401 }]);
		expect(server.executions).toEqual([]);
	});
});
