import {
	PropertyCreateFieldTypeEnum as FieldType,
	PropertyCreateTypeEnum as Type,
	type PropertyCreate,
} from '@hubspot/api-client/lib/codegen/crm/properties';
import { contractFaults } from './vendor-contract';
import { dealProperties, startVendor } from './vendor-client';

const wanted = (name: string, more: Partial<PropertyCreate> = {}): PropertyCreate => ({
	name,
	label: name,
	groupName: 'dealinformation',
	type: Type.String,
	fieldType: FieldType.Text,
	...more,
});

describe('properties, through the vendor’s client', () => {
	it('lists stock properties within the contract, with their types and what is read-only', async () => {
		const { client, last } = await startVendor();
		for (const object of ['deals', 'companies', 'contacts']) {
			await client.crm.properties.coreApi.getAll(object);
			expect(contractFaults('crm/properties', 'CollectionResponsePropertyNoPaging', last().body)).toEqual([]);
		}
		const { results } = await client.crm.properties.coreApi.getAll('deals');
		const named = (name: string) => results.find((one) => one.name === name);
		expect(named('amount')).toMatchObject({ type: 'number', fieldType: 'number' });
		expect(named('closedate')).toMatchObject({ type: 'datetime', fieldType: 'date' });
		expect(named('dealstage')).toMatchObject({ type: 'enumeration', fieldType: 'radio', externalOptions: true });
		expect(named('hs_object_id')?.modificationMetadata).toMatchObject({ readOnlyValue: true });
	});

	it('creates, reads, changes and archives a custom property', async () => {
		const { client, last, failure } = await startVendor();
		const { coreApi } = client.crm.properties;
		await coreApi.create('deals', wanted('crosslink_id', { hasUniqueValue: true }));
		expect(last().status).toBe(201);
		expect(contractFaults('crm/properties', 'Property', last().body)).toEqual([]);
		expect((await coreApi.getByName('deals', 'crosslink_id')).hasUniqueValue).toBe(true);
		expect((await coreApi.update('deals', 'crosslink_id', { label: 'New label' })).label).toBe('New label');
		expect((await failure(coreApi.create('deals', wanted('crosslink_id')))).code).toBe(409);
		await coreApi.archive('deals', 'crosslink_id');
		expect((await failure(coreApi.getByName('deals', 'crosslink_id'))).code).toBe(404);
		expect((await coreApi.getAll('deals', true)).results.map((one) => one.name)).toEqual(['crosslink_id']);
	});

	it.each<[string, PropertyCreate]>([
		['a name in upper case', wanted('Nope')],
		['an unknown group', wanted('nope', { groupName: 'nowhere' })],
		['a field type that does not go with the type', wanted('nope', { fieldType: FieldType.Number })],
		[
			'unique values of a flag',
			wanted('nope', { type: Type.Bool, fieldType: FieldType.Booleancheckbox, hasUniqueValue: true }),
		],
	])('refuses %s', async (_name, property) => {
		const { client, failure } = await startVendor();
		expect((await failure(client.crm.properties.coreApi.create('deals', property))).code).toBe(400);
	});

	it('allows ten unique properties for an object, no more', async () => {
		const { client, failure } = await startVendor();
		const create = (n: number) =>
			client.crm.properties.coreApi.create('deals', wanted(`key_${n}`, { hasUniqueValue: true }));
		for (let n = 0; n < 10; n++) await create(n);
		expect((await failure(create(10))).body.message).toContain('limit of 10');
	});

	it('leaves stock properties alone', async () => {
		const { client, failure } = await startVendor();
		expect((await failure(client.crm.properties.coreApi.archive('deals', 'amount'))).code).toBe(400);
		expect((await failure(client.crm.properties.coreApi.update('deals', 'amount', { label: 'x' }))).code).toBe(400);
	});

	it('reads in batches and lists groups', async () => {
		const { client, last } = await startVendor();
		await client.crm.properties.batchApi.read('deals', {
			inputs: [{ name: 'amount' }, { name: 'nope' }],
			archived: false,
		} as never);
		expect(last()).toMatchObject({ status: 207, body: { results: [{ name: 'amount' }], numErrors: 1 } });
		expect(contractFaults('crm/properties', 'BatchResponsePropertyWithErrors', last().body)).toEqual([]);
		await client.crm.properties.groupsApi.getAll('deals');
		expect(contractFaults('crm/properties', 'CollectionResponsePropertyGroupNoPaging', last().body)).toEqual([]);
	});
});

describe('pipelines, owners and the account', () => {
	it('has HubSpot’s stock pipeline', async () => {
		const { client, last } = await startVendor();
		const { results } = await client.crm.pipelines.pipelinesApi.getAll('deals');
		expect(contractFaults('crm/pipelines', 'CollectionResponsePipelineNoPaging', last().body)).toEqual([]);
		expect(results.map((one) => [one.id, one.stages.map((stage) => stage.id)])).toEqual([
			[
				'default',
				[
					'appointmentscheduled',
					'qualifiedtobuy',
					'presentationscheduled',
					'decisionmakerboughtin',
					'contractsent',
					'closedwon',
					'closedlost',
				],
			],
		]);
		expect(await client.crm.pipelines.pipelineStagesApi.getById('deals', 'default', 'closedwon')).toMatchObject({
			metadata: { isClosed: 'true', probability: '1.0' },
		});
	});

	it('adds and removes stages, but none in use', async () => {
		const { client, hs, last, failure } = await startVendor();
		const stage = { label: 'Paused', displayOrder: 9, metadata: { probability: '0.3' } };
		const { id } = await client.crm.pipelines.pipelineStagesApi.create('deals', 'default', stage);
		expect(contractFaults('crm/pipelines', 'PipelineStage', last().body)).toEqual([]);
		const deal = hs.account.create('deals', dealProperties({ dealstage: id }));
		const remove = () => client.crm.pipelines.pipelineStagesApi.archive('deals', 'default', id);
		expect((await failure(remove())).body.message).toContain('in use by 1 record');
		hs.account.edit('deals', deal.id, { dealstage: 'closedlost' });
		await remove();
		expect((await failure(client.crm.pipelines.pipelineStagesApi.getById('deals', 'default', id))).code).toBe(404);
		expect((await failure(client.crm.pipelines.pipelinesApi.archive('deals', 'default'))).code).toBe(400);
	});

	it('lists owners, whose ids are not their user ids', async () => {
		const { client, last } = await startVendor();
		const page = await client.crm.owners.ownersApi.getPage(undefined, undefined, 1);
		expect(contractFaults('crm/owners', 'CollectionResponsePublicOwnerForwardPaging', last().body)).toEqual([]);
		expect(page.paging?.next?.after).toBe('1');
		const [owner] = page.results;
		expect((await client.crm.owners.ownersApi.getById(owner?.userId ?? 0, 'userId')).id).toBe(owner?.id);
		expect((await client.crm.owners.ownersApi.getPage('ben.okafor@example.com')).results).toHaveLength(1);
	});

	it('says whose account and token it is', async () => {
		const { client, hs, call, last } = await startVendor({ portalId: 77, appId: 88 });
		const details = await client.apiRequest({ path: '/account-info/v3/details' });
		expect(await details.json()).toMatchObject({ portalId: 77, timeZone: 'Europe/Berlin' });
		await client.oauth.accessTokensApi.get(hs.accessToken);
		expect(contractFaults('oauth', 'AccessTokenInfoResponse', last().body)).toEqual([]);
		const info = await call('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey: hs.accessToken });
		expect(info.body).toMatchObject({ hubId: 77, appId: 88 });
		const form = new URLSearchParams({
			grant_type: 'refresh_token',
			client_secret: hs.clientSecret,
			refresh_token: 'r',
		});
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		const fresh = await call('POST', '/oauth/2026-09/token', form.toString(), headers);
		expect(fresh.body).toMatchObject({ access_token: hs.accessToken, expires_in: 1_800 });
		form.set('client_secret', 'wrong');
		expect((await call('POST', '/oauth/2026-09/token', form.toString(), headers)).status).toBe(400);
	});
});
