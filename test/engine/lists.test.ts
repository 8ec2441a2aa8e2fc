import type { ILoadOptionsFunctions, INodeParameters, INodePropertyOptions, ResourceMapperFields } from 'n8n-workflow';
import { additionalDataFor, core, packNode, runCrosslink, workflowOf } from './harness';
import { triggerNode } from './webhook-server';
import { enable, startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
	world = await startWorld();
	await enable(world);
});
afterAll(() => world.stop());

/** Calls a list method of a node as the editor does, with the parameters as they stand in the form. */
async function list(name: string, parameters: INodeParameters, node = packNode(world, 'Crosslink', parameters)) {
	const type = world.pack.nodeTypes.getByNameAndVersion(node.type, 1);
	const workflow = workflowOf(world, [node]);
	const stored = workflow.getNode(node.name) ?? node;
	const additionalData = additionalDataFor(world.credentials, { currentNodeParameters: stored.parameters });
	const context = new core.LoadOptionsContext(workflow, stored, additionalData, '');
	const methods = { ...type.methods?.loadOptions, ...type.methods?.resourceMapping } as Record<
		string,
		(this: ILoadOptionsFunctions) => Promise<unknown>
	>;
	return await methods[name]?.call(context);
}

const push = { resource: 'record', operation: 'push', integration: 'hubspot', entity: 'order' };
const configure = { resource: 'integration', operation: 'configure', integration: 'hubspot', entity: 'order' };

it('lists integrations and entities without any call', async () => {
	const calls = world.hubSpot.calls.count;
	const hubSpot = { name: 'HubSpot', value: 'hubspot' };
	const directory = { name: 'LDAP / Active Directory', value: 'directory' };
	const sap = { name: 'SAP', value: 'sap' };
	// Nothing is written to a directory, nor to SAP but by commands.
	for (const operation of ['push', 'sync', 'preview', 'retry']) {
		expect(await list('getIntegrations', { resource: 'record', operation })).toEqual([hubSpot]);
	}
	expect(await list('getIntegrations', { resource: 'record', operation: 'pull' })).toEqual([hubSpot, directory, sap]);
	expect(await list('getIntegrations', { resource: 'link', operation: 'get' })).toEqual([hubSpot, directory, sap]);
	expect(await list('getWebhookIntegrations', {}, triggerNode(world, {}))).toEqual([
		{ name: 'HubSpot', value: 'hubspot' },
		{ name: 'Your Own System', value: 'own' },
	]);
	const entities = (await list('getEntities', push)) as INodePropertyOptions[];
	expect(entities.map(({ value }) => value)).toEqual(['order', 'company', 'contact']);
	expect(world.hubSpot.calls.count).toBe(calls);
});

it('lists the built-in entities when there is no connection yet', async () => {
	const entities = (await list('getEntities', { ...push, connection: 'environment' })) as INodePropertyOptions[];
	expect(entities.map(({ value }) => value)).toEqual(['order', 'company', 'contact']);
});

it('lists properties, pipelines and stages of the connected account', async () => {
	world.hubSpot.account.addProperty('deals', 'po_number', { label: 'PO number' });
	const fields = (await list('getExternalFields', configure)) as INodePropertyOptions[];
	expect(fields).toContainEqual(expect.objectContaining({ name: 'PO number (po_number)', value: 'po_number' }));
	expect(fields.find(({ value }) => value === 'createdate')?.description).toContain('read only');
	const pipelines = (await list('getPipelines', configure)) as INodePropertyOptions[];
	expect(pipelines).toContainEqual(expect.objectContaining({ value: 'default' }));
	const stages = (await list('getStages', { ...configure, pipeline: 'default' })) as INodePropertyOptions[];
	expect(stages.length).toBeGreaterThan(2);
});

it('shows the local fields that are pushed, where they go, and what the tenant added', async () => {
	await runCrosslink(world, {
		...configure,
		rules: { rule: [{ local: 'due', external: 'po_number', direction: 'both', type: 'date' }] },
	});
	const { fields } = (await list('getLocalFields', push)) as ResourceMapperFields;
	const shown = fields.map(({ id, displayName, type }) => [id, displayName, type]);
	expect(shown).toContainEqual(['name', 'name → dealname', undefined]);
	expect(shown).toContainEqual(['due', 'due → po_number', undefined]);
	expect(shown).toContainEqual(['companyId', 'companyId → link to company', undefined]);
	expect(shown.map(([id]) => id)).not.toContain('salesStage');
});

it('lists fields before anybody has enabled the integration', async () => {
	const fields = (await list('getExternalFields', { ...configure, tenant: 'newcomer' })) as INodePropertyOptions[];
	expect(fields.length).toBeGreaterThan(5);
	expect(await list('getEntities', { ...push, integration: '' })).toEqual([]);
});

it('says what is missing instead of an empty list', async () => {
	await expect(list('getExternalFields', { ...configure, integration: '' })).rejects.toMatchObject({
		message: 'No integration is chosen yet.',
	});
	await expect(list('getLocalFields', { ...push, entity: '' })).rejects.toMatchObject({
		message: 'No entity is chosen yet.',
	});
	await expect(list('getExternalFields', { ...configure, connection: 'environment' })).rejects.toMatchObject({
		message: expect.stringContaining('no connection to HubSpot'),
	});
});

it('lists channels, events and what a channel offers, without any call', async () => {
	const channels = (await list('getChannels', {})) as INodePropertyOptions[];
	expect(channels.map(({ value }) => value)).toEqual(['slack', 'teams', 'email', 'mattermost']);
	await runCrosslink(world, {
		resource: 'integration',
		operation: 'configure',
		integration: 'slack',
		settingsInput: 'json',
		settings: JSON.stringify({ messages: { contractSigned: { text: 'Signed.' }, orderShipped: { text: 'Gone.' } } }),
	});
	const notify = { resource: 'event', operation: 'notify', integration: 'slack' };
	const events = (await list('getEvents', notify)) as INodePropertyOptions[];
	expect(events.map(({ value }) => value)).toEqual(expect.arrayContaining(['orderShipped', 'contractSigned']));
	expect(new Set(events.map(({ value }) => value)).size).toBe(events.length);
	const { fields } = (await list('getChannelOptions', notify)) as ResourceMapperFields;
	expect(fields.map(({ id, type }) => [id, type])).toEqual([
		['threadTs', 'string'],
		['blocks', 'array'],
	]);
	const { emptyFieldsNotice } = (await list('getChannelOptions', {
		...notify,
		integration: 'mattermost',
	})) as ResourceMapperFields;
	expect(emptyFieldsNotice).toBeTruthy();
});
