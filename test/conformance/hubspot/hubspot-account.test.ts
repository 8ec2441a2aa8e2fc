import { hubSpot } from '../../../lib/adapters/hubspot';
import { INDEXING_DELAY_MS, POLL_OVERLAP_MS } from '../../../lib/adapters/hubspot/limits';
import { power, thrownBy, upsert, write, newRecords, updateOf } from '../records';
import { startHubSpotHarness, type HubSpotHarness } from './hubspot-harness';

let hubspot: HubSpotHarness;
beforeEach(async () => {
	hubspot = await startHubSpotHarness();
});
afterEach(async () => await hubspot.stop());

describe('describe', () => {
	it('shows properties with type, choices, read-only and unique, and the pipelines with their stages', async () => {
		const schema = await power(hubspot.connect(), 'describe')('deals');
		const field = (name: string) => schema.fields.find((one) => one.name === name);
		expect(field('crosslink_id')).toMatchObject({ type: 'string', unique: true, readOnly: false });
		expect(field('amount')).toMatchObject({ type: 'number', readOnly: false, unique: false });
		expect(field('createdate')).toMatchObject({ type: 'datetime', readOnly: true });
		expect(field('dealstage')).toMatchObject({ type: 'enumeration' });
		expect(field('hs_is_closed')).toMatchObject({ type: 'boolean', readOnly: true });
		expect(schema.pipelines[0]).toMatchObject({ value: 'default', label: 'Sales Pipeline' });
		expect(schema.pipelines[0]?.stages[0]).toEqual({ value: 'appointmentscheduled', label: 'Appointment Scheduled' });
		expect((await power(hubspot.connect(), 'describe')('companies')).pipelines).toEqual([]);
	});

	it('has every property that the default mapping names, writable where it is pushed', async () => {
		for (const entity of hubSpot.entities) {
			const { fields } = await power(hubspot.connect(), 'describe')(entity.object);
			const known = new Map(fields.map((field) => [field.name, field]));
			for (const rule of entity.fields) {
				expect([rule.external, known.has(rule.external)]).toEqual([rule.external, true]);
				if (rule.direction !== 'pull') expect(known.get(rule.external)?.readOnly).toBe(false);
			}
			for (const { external } of entity.linkColumns) expect(known.has(external)).toBe(true);
		}
	});

	it('says that an object does not exist', async () => {
		const describing = power(hubspot.connect(), 'describe')('spaceships');
		expect(await thrownBy(describing)).toMatchObject({ class: 'rejected', code: 'object_unknown' });
	});
});

describe('prepare', () => {
	const forKey = (keyField: string) => [
		{ ...hubspot.binding, keyField },
		{ ...hubspot.related, keyField },
	];

	it('creates the unique property of each object, once', async () => {
		const prepare = power(hubspot.connect(), 'prepare');
		expect(await prepare(forKey('erp_key'))).toEqual({
			steps: [
				{ name: 'deals.erp_key', outcome: 'created' },
				{ name: 'companies.erp_key', outcome: 'created' },
			],
		});
		expect((await prepare(forKey('erp_key'))).steps.map((step) => step.outcome)).toEqual(['present', 'present']);
		const made = hubspot.standIn.account.properties('deals').find((property) => property.name === 'erp_key');
		expect(made).toMatchObject({
			hasUniqueValue: true,
			type: 'string',
			fieldType: 'text',
			groupName: 'dealinformation',
		});
	});

	it('counts as done when its answer was lost, or when two do it at once', async () => {
		hubspot.standIn.faults.add({ kind: 'lostAnswer', match: { method: 'POST', pathIncludes: '/properties/' } });
		await power(hubspot.connect(), 'prepare')(forKey('key_a'));
		await Promise.all([1, 2, 3].map(() => power(hubspot.connect(), 'prepare')(forKey('key_b'))));
		const names = hubspot.standIn.account.properties('companies').map((property) => property.name);
		expect(names.filter((name) => name.startsWith('key_'))).toEqual(['key_a', 'key_b']);
	});

	it('refuses a property of that name that is not unique', async () => {
		hubspot.standIn.account.addProperty('deals', 'plain_key');
		const preparing = power(hubspot.connect(), 'prepare')(forKey('plain_key'));
		expect(await thrownBy(preparing)).toMatchObject({ class: 'rejected', code: 'property_not_unique' });
	});

	it('leaves the e-mail of contacts as it is: HubSpot takes it as a key', async () => {
		const { contact } = hubspot.bindings;
		const adapter = hubspot.connect();
		hubspot.wire.clear();
		const steps = await power(adapter, 'prepare')([{ ...contact, keyField: 'email' }]);
		expect(steps.steps).toEqual([{ name: 'contacts.email', outcome: 'present' }]);
		expect(hubspot.wire.calls()).toBe(0);
		const byEmail = { ref: 'c', key: { field: 'email', value: 'Ann@Example.com' }, fields: { firstname: 'Ann' } };
		const results = [1, 2].map(
			async () => await power(adapter, 'upsert')({ ...contact, keyField: 'email' }, [byEmail]),
		);
		expect((await Promise.all(results)).flat().every((result) => result.ok)).toBe(true);
		expect(hubspot.standIn.account.list('contacts').map((one) => one.properties['email'])).toEqual(['ann@example.com']);
	});
});

describe('test', () => {
	it('names the account', async () => {
		expect(await power(hubspot.connect(), 'test')()).toMatchObject({ accountId: String(hubspot.standIn.portalId) });
	});

	it('names every scope that reading would need', async () => {
		await hubspot.stop();
		hubspot = await startHubSpotHarness({ scopes: [...SCHEMA, 'crm.objects.deals.read'] });
		const thrown = await thrownBy(power(hubspot.connect(), 'test')());
		expect(thrown).toMatchObject({ class: 'auth', code: 'scope_missing' });
		expect((thrown as Error).message).toContain('crm.objects.companies.read, crm.objects.contacts.read');
		expect((thrown as Error).message).not.toContain('crm.objects.deals');
	});
});

describe('new deals', () => {
	it.each([
		['nothing is given', {}, { pipeline: 'default', dealstage: 'appointmentscheduled' }],
		['the pipeline is given', { pipeline: 'default' }, { pipeline: 'default', dealstage: 'appointmentscheduled' }],
		['the stage is given', { dealstage: 'contractsent' }, { pipeline: 'default', dealstage: 'contractsent' }],
	])('get what HubSpot requires when %s', async (_name, onCreate, expected) => {
		const binding = { ...hubspot.binding, onCreate };
		const [result] = await power(hubspot.connect(), 'upsert')(binding, newRecords(hubspot, 1));
		expect(result).toMatchObject({ ok: true, record: { fields: expected } });
	});

	it('cost one look at the pipelines for as long as the adapter lives', async () => {
		const adapter = hubspot.connect();
		hubspot.wire.clear();
		await upsert(hubspot, newRecords(hubspot, 2), adapter);
		await upsert(hubspot, newRecords(hubspot, 2, 2), adapter);
		expect(hubspot.standIn.calls.list('/pipelines/')).toHaveLength(1);
	});
});

describe('polling', () => {
	it('uses the contacts’ own modification time', async () => {
		const { contact } = hubspot.bindings;
		const adapter = hubspot.connect();
		const { cursor } = await power(adapter, 'changesSince')(contact, 'now', []);
		hubspot.standIn.account.create('contacts', { email: 'bo@example.com' });
		hubspot.advance(31_000);
		const page = await power(adapter, 'changesSince')(contact, cursor, ['email']);
		expect(page.records.map((record) => record.fields['email'])).toEqual(['bo@example.com']);
		expect(page.records[0]?.version).not.toBeNull();
	});

	it('loses nothing while the index is up to lag and overlap together behind, which is 90 seconds', async () => {
		hubspot.setIndexingDelay(INDEXING_DELAY_MS + POLL_OVERLAP_MS - 5_000);
		const adapter = hubspot.connect();
		let { cursor } = await power(adapter, 'changesSince')(hubspot.binding, 'now', []);
		const made: string[] = [];
		const seen = new Set<string>();
		for (let round = 0; round < 60; round++) {
			if (round < 12) made.push(...(await write(hubspot, newRecords(hubspot, 1, round))).map((one) => one.externalId));
			const page = await power(adapter, 'changesSince')(hubspot.binding, cursor, []);
			for (const record of page.records) seen.add(record.externalId);
			cursor = page.cursor;
			hubspot.advance(4_000);
		}
		expect([...seen].sort()).toEqual(made.sort());
	});

	it('passes the wall of 10,000 results, also where all of them changed in the same millisecond', async () => {
		const adapter = hubspot.connect();
		let { cursor, more } = await power(adapter, 'changesSince')(hubspot.binding, 'now', []);
		const made = Array.from({ length: 10_100 }, (_, n) => {
			return hubspot.standIn.account.create('deals', {
				...hubspot.sample(n),
				pipeline: 'default',
				dealstage: 'closedwon',
			}).id;
		});
		hubspot.advance(31_000);
		const seen = new Set<string>();
		do {
			const page = await power(adapter, 'changesSince')(hubspot.binding, cursor, []);
			for (const { externalId } of page.records) seen.add(externalId);
			({ cursor, more } = page);
		} while (more);
		expect(seen.size).toBe(made.length);
	}, 120_000);

	it('fetches by batch read when so many fields are mapped that the search body would be too long', async () => {
		const names = Array.from({ length: 120 }, (_, n) => `a_rather_long_property_name_${n}`);
		for (const name of names) hubspot.standIn.account.addProperty('deals', name);
		const adapter = hubspot.connect();
		const { cursor } = await power(adapter, 'changesSince')(hubspot.binding, 'now', []);
		const [made] = await write(hubspot, newRecords(hubspot, 1), adapter);
		await hubspot.remote.edit(made?.externalId ?? '', { [names[7] ?? '']: 'seven' });
		hubspot.advance(31_000);
		const page = await power(adapter, 'changesSince')(hubspot.binding, cursor, names);
		expect(page.records[0]?.fields).toMatchObject({ [names[7] ?? '']: 'seven' });
		expect(Object.keys(page.records[0]?.fields ?? {})).toHaveLength(120);
	});
});

describe('cost', () => {
	it('updates 1,000 deals in 10 calls, creates 1,000 in 11, and associates 1,000 in 1', async () => {
		const adapter = hubspot.connect();
		hubspot.wire.clear();
		const made = await write(hubspot, newRecords(hubspot, 1_000), adapter);
		expect(hubspot.wire.calls()).toBe(11);

		hubspot.wire.clear();
		const changed = made.map(({ externalId }, n) => updateOf(hubspot, n, externalId, { amount: n + 0.5 }));
		await write(hubspot, changed, adapter);
		expect(hubspot.wire.calls()).toBe(10);

		const company = hubspot.standIn.account.create('companies', { name: 'Acme' });
		hubspot.wire.clear();
		const pairs = made.map(({ externalId }) => ({
			ref: externalId,
			fromId: externalId,
			toId: company.id,
			action: 'add' as const,
		}));
		const results = await power(adapter, 'associate')(hubspot.binding, hubspot.related, pairs);
		expect(results.every((result) => result.ok)).toBe(true);
		expect(hubspot.wire.calls()).toBe(1);
	});
});

const SCHEMA = ['deals', 'companies', 'contacts'].flatMap((object) => [
	`crm.schemas.${object}.read`,
	`crm.schemas.${object}.write`,
]);
