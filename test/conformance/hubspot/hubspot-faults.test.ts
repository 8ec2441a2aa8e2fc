import type { Fault, HubSpotOptions } from '../../../sandbox/hubspot';
import { newRecords, power, refused, thrownBy, updateOf, upsert, write, written } from '../records';
import { startHubSpotHarness, type HubSpotHarness } from './hubspot-harness';

let hubspot: HubSpotHarness;
const start = async (options?: HubSpotOptions) => {
	hubspot = await startHubSpotHarness(options);
};
afterEach(async () => await hubspot.stop());

const paths = () => hubspot.standIn.calls.list().map((call) => call.path.replace('/crm/objects/2026-09/', ''));

describe('a batch that HubSpot refuses as a whole', () => {
	beforeEach(() => start());

	it('409: finds the one record in conflict by halving, and the others go through', async () => {
		// Both properties are unique: the third record's number belongs to somebody else.
		hubspot.standIn.account.addProperty('deals', 'erp_number', { hasUniqueValue: true });
		hubspot.standIn.account.create('deals', {
			dealname: 'Foreign',
			pipeline: 'default',
			dealstage: 'closedwon',
			erp_number: 'N-2',
		});
		const records = newRecords(hubspot, 16).map((record, n) => ({
			...record,
			fields: { ...record.fields, erp_number: `N-${n}` },
		}));
		hubspot.wire.clear();
		const results = await upsert(hubspot, records);
		expect(results.map((result) => result.ok)).toEqual(records.map((_, n) => n !== 2));
		expect(refused(results[2])).toMatchObject({ class: 'conflict', code: 'already_exists', httpStatus: 409 });
		expect(refused(results[2]).message).toContain('kit:2');
		// One refused batch, then two calls for each halving of 16; and the pipelines once.
		expect(hubspot.wire.calls()).toBe(1 + 1 + 2 * 4);
	});

	it('two records in conflict with each other: one wins, the other says why', async () => {
		hubspot.standIn.account.addProperty('deals', 'erp_number', { hasUniqueValue: true });
		const records = newRecords(hubspot, 4).map((record, n) => ({
			...record,
			fields: { ...record.fields, erp_number: n < 2 ? 'same' : `N-${n}` },
		}));
		const results = await upsert(hubspot, records);
		expect(results.map((result) => result.ok)).toEqual([true, false, true, true]);
		expect(refused(results[1]).class).toBe('conflict');
	});

	it('a property that does not exist: every record with it fails at once, the others need one more call', async () => {
		const records = newRecords(hubspot, 20).map((record, n) =>
			n % 2 === 0 ? { ...record, fields: { ...record.fields, no_such_property: 'x' } } : record,
		);
		hubspot.wire.clear();
		const results = await upsert(hubspot, records);
		expect(results.map((result) => result.ok)).toEqual(records.map((_, n) => n % 2 === 1));
		expect(refused(results[0])).toMatchObject({ class: 'rejected', code: 'property_unknown' });
		expect(refused(results[0]).message).toContain('"no_such_property"');
		expect(refused(results[2]).message).toContain('crosslink_id "kit:2"');
		expect(refused(results[0]).remedy).toContain('mapping');
		expect(paths()).toEqual(['/crm/pipelines/2026-09/deals', 'deals/batch/upsert', 'deals/batch/upsert']);
	});

	it('a read-only property is named with its remedy', async () => {
		const [made] = await write(hubspot, newRecords(hubspot, 1));
		const [result] = await upsert(hubspot, [
			updateOf(hubspot, 0, made?.externalId ?? '', { createdate: '2026-01-01' }),
		]);
		expect(refused(result)).toMatchObject({ class: 'rejected', code: 'property_read_only' });
		expect(refused(result).message).toContain('createdate');
	});

	it('an unknown stage is named, for its record alone', async () => {
		const records = newRecords(hubspot, 3).map((record, n) =>
			n === 1 ? { ...record, fields: { ...record.fields, dealstage: 'no_stage' } } : record,
		);
		const results = await upsert(hubspot, records);
		expect(results.map((result) => result.ok)).toEqual([true, false, true]);
		expect(refused(results[1])).toMatchObject({ class: 'rejected', code: 'property_invalid' });
		expect(refused(results[1]).message).toContain('"dealstage"');
	});

	it('a rule of the account’s administrator is a permanent error of its record', async () => {
		const message = 'Property "closed_lost_reason" is required when dealstage is closedlost';
		const errors = [{ message, code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['closed_lost_reason'] } }];
		hubspot.standIn.faults.add({
			kind: 'status',
			status: 400,
			times: Infinity,
			match: { bodyIncludes: 'kit:3' },
			body: { status: 'error', category: 'VALIDATION_ERROR', message, errors, correlationId: 'c-1' },
		});
		const results = await upsert(hubspot, newRecords(hubspot, 5));
		expect(results.map((result) => result.ok)).toEqual([true, true, true, false, true]);
		expect(refused(results[3])).toMatchObject({ class: 'rejected', code: 'property_invalid' });
		expect(refused(results[3]).message).toContain('closed_lost_reason');
		expect(refused(results[3]).message).toContain('c-1');
		expect(refused(results[3]).remedy).toContain('rules');
	});

	it('no key property: one answer for all, with the step that helps, and no halving', async () => {
		const binding = { ...hubspot.binding, keyField: 'not_prepared' };
		const records = newRecords(hubspot, 50).map((record) => ({
			...record,
			key: { ...record.key, field: 'not_prepared' },
		}));
		hubspot.wire.clear();
		const adapter = hubspot.connect();
		const results = await power(adapter, 'upsert')(binding, records);
		for (const result of results) expect(refused(result).code).toBe('key_property_missing');
		expect(hubspot.wire.calls()).toBe(2);
		const matching = power(adapter, 'match')(binding, 'not_prepared', ['x'], []);
		expect(await thrownBy(matching)).toMatchObject({ class: 'rejected', code: 'key_property_missing' });
	});

	it('values that no HubSpot property can hold never leave the house', async () => {
		const records = newRecords(hubspot, 3).map((record, n) => {
			if (n === 0) return { ...record, fields: { ...record.fields, description: { deep: ['x'] } } };
			return n === 1 ? { ...record, fields: { ...record.fields, description: 'x'.repeat(10_000_000) } } : record;
		});
		const results = await upsert(hubspot, records);
		expect(refused(results[0])).toMatchObject({ class: 'rejected', code: 'value_not_supported' });
		expect(refused(results[1])).toMatchObject({ class: 'rejected', code: 'value_too_long' });
		expect(results[2]?.ok).toBe(true);
	});
});

describe.each([
	['207', 207 as const],
	['the plain success status', 'success' as const],
])('errors of single records inside an answer with %s', (_name, partialStatus) => {
	beforeEach(() => start({ partialStatus }));

	it('fail their records by trace id and leave the others done, in one call', async () => {
		const fault: Fault = {
			kind: 'perItemErrors',
			inputs: [1, 4],
			message: 'not today',
			match: { pathIncludes: 'upsert' },
		};
		hubspot.standIn.faults.add(fault);
		const records = newRecords(hubspot, 6);
		hubspot.wire.clear();
		const results = await upsert(hubspot, records);
		expect(results.map((result) => result.ok)).toEqual([true, false, true, true, false, true]);
		expect(refused(results[4])).toMatchObject({ class: 'rejected' });
		expect(refused(results[4]).message).toContain('not today');
		expect(refused(results[4]).message).toContain('kit:4');
		expect(hubspot.standIn.calls.list('upsert')).toHaveLength(1);
		results.forEach((result, n) => {
			if (result.ok) expect(hubspot.remote.get(result.record.externalId)?.['dealname']).toBe(`Order ${n}`);
		});
	});

	it('that name nobody are settled by writing the unanswered records alone', async () => {
		const made = await write(hubspot, newRecords(hubspot, 4));
		const results = (id: string) => ({
			id,
			properties: {},
			createdAt: '2026-01-01',
			updatedAt: '2026-01-01',
			archived: false,
		});
		const body = {
			status: 'COMPLETE',
			results: [results(made[0]?.externalId ?? ''), results(made[3]?.externalId ?? '')],
			numErrors: 1,
			errors: [
				{ status: 'error', category: 'VALIDATION_ERROR', message: 'something', context: {}, errors: [], links: {} },
			],
		};
		const status = partialStatus === 207 ? 207 : 200;
		hubspot.standIn.faults.add({ kind: 'status', status, body, match: { pathIncludes: 'update' } });
		const updates = made.map(({ externalId }, n) => updateOf(hubspot, n, externalId, { description: `d ${n}` }));
		const answers = await upsert(hubspot, updates);
		expect(answers.map((result) => result.ok)).toEqual([true, true, true, true]);
		expect(hubspot.remote.get(made[1]?.externalId ?? '')?.['description']).toBe('d 1');
		expect(hubspot.remote.get(made[2]?.externalId ?? '')?.['description']).toBe('d 2');
	});
});

describe('an archive call that HubSpot refuses for single records', () => {
	beforeEach(() => start());

	it('takes out the ones it names; not found is as good as done; the others are archived in one more call', async () => {
		const ids = (await write(hubspot, newRecords(hubspot, 6))).map((record) => record.externalId);
		const error = (category: string, id = '') => ({ category, message: `${category} ${id}`, context: { ids: [id] } });
		const errors = [error('OBJECT_NOT_FOUND', ids[1]), error('VALIDATION_ERROR', ids[4])];
		hubspot.standIn.faults.add({
			kind: 'status',
			status: 400,
			match: { pathIncludes: '/batch/archive' },
			body: { status: 'error', category: 'VALIDATION_ERROR', message: 'Invalid input', errors, correlationId: 'c-2' },
		});
		hubspot.wire.clear();
		const records = ids.map((externalId) => ({ ref: externalId, externalId }));
		const results = await power(hubspot.connect(), 'remove')(hubspot.binding, records);
		expect(results.map((result) => (result.ok ? result.gone : 'refused'))).toEqual([
			false,
			true,
			false,
			false,
			'refused',
			false,
		]);
		expect(refused(results[4]).message).toContain(ids[4] ?? 'no id');
		expect(paths()).toEqual(['deals/batch/read', 'deals/batch/archive', 'deals/batch/archive']);
	});

	it('that it does not name are found by halving', async () => {
		const ids = (await write(hubspot, newRecords(hubspot, 4))).map((record) => record.externalId);
		hubspot.standIn.faults.add({
			kind: 'status',
			status: 400,
			times: Infinity,
			match: { pathIncludes: '/batch/archive', bodyIncludes: `"${ids[2]}"` },
		});
		const records = ids.map((externalId) => ({ ref: externalId, externalId }));
		const results = await power(hubspot.connect(), 'remove')(hubspot.binding, records);
		expect(results.map((result) => result.ok)).toEqual([true, true, false, true]);
		expect(hubspot.remote.count()).toBe(1);
	});
});

describe('merges', () => {
	beforeEach(() => start());

	it('that make a new record: both old ids are led to it', async () => {
		const [one, two] = (await write(hubspot, newRecords(hubspot, 2))).map((record) => record.externalId);
		const survivor = hubspot.standIn.account.merge('deals', one ?? '', two ?? '', { newId: true }).id;
		const results = await upsert(hubspot, [
			updateOf(hubspot, 0, one ?? '', { description: 'first' }),
			updateOf(hubspot, 1, two ?? '', { description: 'second' }),
		]);
		expect(results.map((result) => written(result).externalId)).toEqual([survivor, survivor]);
		expect(written(results[0]).aliases).toEqual(expect.arrayContaining([one, two]));
		expect(hubspot.remote.get(survivor)?.['description']).toBe('second');
		const read = await power(hubspot.connect(), 'read')(hubspot.binding, [survivor], []);
		expect(read[0]?.aliases.sort()).toEqual([one, two].sort());
	});
});

describe('faults of the whole service', () => {
	beforeEach(() => start());

	const meet = (fault: Partial<Fault> & { kind: Fault['kind'] }) =>
		hubspot.standIn.faults.add({ match: { pathIncludes: '/batch/upsert' }, ...fault } as Fault);

	it.each([500, 502, 503, 504, 521, 523, 524])('%i passes by itself', async (status) => {
		meet({ kind: 'status', status });
		expect((await upsert(hubspot, newRecords(hubspot, 2))).every((result) => result.ok)).toBe(true);
		expect(hubspot.standIn.calls.list('upsert')).toHaveLength(2);
		expect(hubspot.remote.count()).toBe(2);
	});

	it('423 waits the two seconds a locked record needs', async () => {
		meet({ kind: 'status', status: 423 });
		const started = performance.now();
		expect((await upsert(hubspot, newRecords(hubspot, 1)))[0]?.ok).toBe(true);
		expect(performance.now() - started).toBeGreaterThanOrEqual(2_000);
	});

	it.each([
		['SECONDLY', 1_000],
		['TEN_SECONDLY_ROLLING', 10_000],
	] as const)('429 of policy %s waits %i ms and goes on', async (policyName, ms) => {
		meet({ kind: 'status', status: 429, policyName });
		const started = performance.now();
		expect((await upsert(hubspot, newRecords(hubspot, 1)))[0]?.ok).toBe(true);
		const waited = performance.now() - started;
		expect(waited).toBeGreaterThanOrEqual(ms - 50);
		expect(waited).toBeLessThan(ms + 3_000);
	});

	it('429 of policy DAILY is no wait but an answer, and then nobody calls', async () => {
		meet({ kind: 'status', status: 429, policyName: 'DAILY' });
		const results = await upsert(hubspot, newRecords(hubspot, 200));
		for (const result of results) expect(refused(result)).toMatchObject({ class: 'throttled', code: 'daily_limit' });
		expect(refused(results[0]).retryAfterMs).toBeGreaterThanOrEqual(3_600_000);
		expect(hubspot.standIn.calls.list('upsert')).toHaveLength(1);
		const again = await upsert(hubspot, newRecords(hubspot, 1));
		expect(refused(again[0])).toMatchObject({ class: 'throttled', code: 'budget_exhausted' });
		expect(hubspot.standIn.calls.list('upsert')).toHaveLength(1);
	});

	it('477 hands HubSpot’s own waiting time to the caller', async () => {
		meet({ kind: 'status', status: 477, retryAfterSeconds: 7_200 });
		const [result] = await upsert(hubspot, newRecords(hubspot, 1));
		expect(refused(result)).toMatchObject({ class: 'throttled', code: 'account_migrating', retryAfterMs: 7_200_000 });
	});

	it.each(['lostAnswer', 'lostRequest'] as const)('%s: a new record is written once', async (kind) => {
		meet({ kind });
		const [result] = await upsert(hubspot, newRecords(hubspot, 1));
		expect(result).toMatchObject({ ok: true, created: kind === 'lostRequest' });
		expect(hubspot.remote.count()).toBe(1);
	});

	it('a page instead of JSON is no answer of HubSpot', async () => {
		meet({ kind: 'garbage', times: Infinity });
		const [result] = await upsert(hubspot, newRecords(hubspot, 1));
		expect(refused(result)).toMatchObject({ class: 'transient', code: 'answer_unreadable' });
	});

	it('403 names the missing scope', async () => {
		await hubspot.stop();
		await start({ scopes: [...SCHEMA_SCOPES, 'crm.objects.deals.read'] });
		const [result] = await upsert(hubspot, newRecords(hubspot, 1));
		expect(refused(result)).toMatchObject({ class: 'auth', code: 'scope_missing' });
		expect(refused(result).remedy).toContain('crm.objects.deals.write');
	});
});

const SCHEMA_SCOPES = ['deals', 'companies', 'contacts'].flatMap((object) => [
	`crm.schemas.${object}.read`,
	`crm.schemas.${object}.write`,
]);
