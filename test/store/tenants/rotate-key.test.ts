import { answerField, commandField, messageField } from '../../../lib/store/sealed-fields';
import type { Store } from '../../../lib/store/store';
import { viewIntegration } from '../../../lib/tenants/integration-view';
import { configureIntegration, enableIntegration } from '../../../lib/tenants/integrations';
import { parseKeyRing } from '../../../lib/tenants/key-ring';
import { rotateKey, rotationResult, type RotationReport, type RotationResult } from '../../../lib/tenants/rotate-key';
import { openConnection, openWebhookSecret } from '../../../lib/tenants/sealed-row';
import { vaultOf } from '../../../lib/tenants/vault';
import { everythingIn, rejection } from '../../unit/tenants/rejection';
import { CANARY, freshStores, newKeyText, requestTo, type OpenStore } from './site';

const [FIRST, SECOND, LOST] = [newKeyText(), newKeyText(), newKeyText()] as [string, string, string];
const env = (key: string | undefined) => ({ CROSSLINK_ENCRYPTION_KEY: key });
const BOTH = env(JSON.stringify({ active: 'k2', keys: { k1: FIRST, k2: SECOND } }));
const NEW_ALONE = env(JSON.stringify({ active: 'k2', keys: { k2: SECOND } }));

interface Options {
	pageSize?: number;
	maxMs?: number;
	tenant?: string;
}

/** Runs to its end, or to the end of its time. */
async function rotate(store: Store, environment: object, options: Options = {}): Promise<RotationResult> {
	const access = requestTo(store, { environment: environment as Record<string, string> });
	let last: RotationReport | undefined;
	for await (const report of rotateKey(access, { pageSize: 2, maxMs: 60_000, ...options })) last = report;
	if (last === undefined) throw new Error('A rotation gives at least one page.');
	return await rotationResult(access, last);
}

describe.each(['sqlite', 'postgres'] as const)('the encryption key, rotated over %s', (kind) => {
	let stores: Awaited<ReturnType<typeof freshStores>>;
	let open: OpenStore;
	beforeAll(async () => {
		stores = await freshStores(kind);
	});
	beforeEach(async () => {
		open = await stores.open();
	});
	afterEach(() => open.close());
	afterAll(() => stores.close());

	const TENANTS = ['acme', 'ä', "o'neil", 'z'];
	async function seed(environment = env(FIRST)): Promise<void> {
		for (const tenant of TENANTS) {
			await configureIntegration(requestTo(open.store, { tenant, environment }), {
				connection: { accessToken: `${CANARY}-${tenant}` },
				...(tenant === 'acme' && { webhookSecret: `${CANARY}-hook` }),
			});
		}
		await configureIntegration(requestTo(open.store, { tenant: 'bare', environment }), { settings: {} });
	}
	const tokenOf = async (tenant: string, key: string): Promise<unknown> => {
		const row = await open.store.configs.get(tenant, 'hubspot');
		return row && openConnection(parseKeyRing(key), row)?.['accessToken'];
	};

	test('goes through commands, kept answers and kept messages, which then open with the new key alone', async () => {
		const access = (environment: object) =>
			requestTo(open.store, { tenant: 'acme', environment: environment as Record<string, string> });
		const integration = access(env(FIRST)).integration;
		const [log, answers, messages] = [
			await vaultOf(access(env(FIRST)), 'command_log'),
			await vaultOf(access(env(FIRST)), 'query_answer'),
			await vaultOf(access(env(FIRST)), 'notification_log'),
		];
		const key = { tenant: 'acme', integration, key: 'k', kind: 'execute' } as const;
		const payload = log.seal(commandField('payload', 'ref'), CANARY);
		const more = { command: 'c', payloadHash: 'h', payload, reference: 'ref', run: 'r' };
		await open.store.commands.begin({ ...key, ...more }, { owner: 'o', seconds: 60 });
		const answer = answers.seal(answerField('q'), CANARY);
		await open.store.answers.save('acme', integration, { question: 'x', query: 'q', answer, keepSeconds: 600 });
		const message = messages.seal(messageField('m'), CANARY);
		const event = { tenant: 'acme', integration, reference: 'm', event: 'orderShipped', eventKey: '7' };
		await open.store.notifications.begin({ ...event, run: 'r', message }, { owner: 'o', seconds: 60 });
		expect(await rotate(open.store, BOTH)).toMatchObject({ counts: { rewrapped: 3, failed: 0 }, faults: [] });
		const newLog = await vaultOf(access(NEW_ALONE), 'command_log');
		const newAnswers = await vaultOf(access(NEW_ALONE), 'query_answer');
		const newMessages = await vaultOf(access(NEW_ALONE), 'notification_log');
		const row = await open.store.commands.get(key);
		const told = await open.store.notifications.get(event);
		const kept = await open.store.answers.get('acme', integration, 'x');
		expect(newLog.open(commandField('payload', 'ref'), row?.payload ?? '')).toBe(CANARY);
		expect(newAnswers.open(answerField('q'), kept?.answer ?? '')).toBe(CANARY);
		expect(newMessages.open(messageField('m'), told?.message ?? '')).toBe(CANARY);
	});

	test('wraps every value anew, says when the old key can go, and the new one alone opens all', async () => {
		await seed();
		const before = await open.store.configs.get('acme', 'hubspot');
		const result = await rotate(open.store, BOTH);
		expect(result).toMatchObject({
			tenant: '*',
			finished: true,
			counts: { rows: 4, rewrapped: 5, failed: 0 },
			faults: [],
			keys: [
				{ name: 'k1', active: false, values: 0 },
				{ name: 'k2', active: true, values: 5 },
			],
		});
		expect(result.message).toMatch(/All 5 sealed values carry the active key "k2".*"k1".*take it out/);
		for (const tenant of TENANTS) expect(await tokenOf(tenant, SECOND)).toBe(`${CANARY}-${tenant}`);
		const row = await open.store.configs.get('acme', 'hubspot');
		expect(row && openWebhookSecret(parseKeyRing(SECOND), row)).toBe(`${CANARY}-hook`);
		// The payload is the same, and the row counts as unchanged.
		const payloadOf = (text: string | null | undefined) => text?.split('.').slice(4);
		expect(payloadOf(row?.credentials)).toEqual(payloadOf(before?.credentials));
		expect(row?.updatedAt).toEqual(before?.updatedAt);
		expect(await rotate(open.store, BOTH)).toMatchObject({ counts: { rows: 4, rewrapped: 0 } });
		expect(JSON.stringify(result)).not.toContain(CANARY);
	});

	test('stops when its time is up, goes on there, and tells what still carries the old key', async () => {
		await seed();
		const first = await rotate(open.store, BOTH, { pageSize: 1, maxMs: -1 });
		expect(first).toMatchObject({ finished: false, counts: { rows: 1 }, position: { tenant: 'acme' } });
		expect(first.message).toMatch(/carrying an old key: 3 key "k1".*goes on from there/);
		const second = await rotate(open.store, BOTH, { pageSize: 1 });
		expect(second).toMatchObject({ finished: true, counts: { rows: 4, rewrapped: 5 } });
		expect(second.startedAt).toBe(first.startedAt);
	});

	test('begins anew for another active key, though an earlier rotation was left unfinished', async () => {
		await seed();
		await rotate(open.store, BOTH, { pageSize: 3, maxMs: -1 });
		const back = env(JSON.stringify({ active: 'k1', keys: { k1: FIRST, k2: SECOND } }));
		expect(await rotate(open.store, back)).toMatchObject({ finished: true, counts: { rows: 4, rewrapped: 4 } });
		for (const tenant of TENANTS) expect(await tokenOf(tenant, FIRST)).toBe(`${CANARY}-${tenant}`);
	});

	test('of one tenant leaves the others alone, and does not let the old key go yet', async () => {
		await seed();
		const result = await rotate(open.store, BOTH, { tenant: 'ä' });
		expect(result).toMatchObject({ tenant: 'ä', counts: { rows: 1, rewrapped: 1 } });
		expect(result.message).toMatch(/of tenant "ä".*all tenants before/);
		expect(await tokenOf('ä', SECOND)).toBe(`${CANARY}-ä`);
		expect(await tokenOf('z', FIRST)).toBe(`${CANARY}-z`);
	});

	test('what is configured at the very moment it writes is not lost', async () => {
		await seed();
		let meanwhile = 0;
		const [configs] = open.store.sealed;
		if (configs === undefined) throw new Error('The configurations are sealed.');
		const racing: Store = {
			...open.store,
			sealed: [
				{
					...configs,
					async replace(before, after) {
						// Old processes still seal with the old key.
						if (before.tenant === 'z' && meanwhile++ < 2) {
							await configureIntegration(requestTo(open.store, { tenant: 'z', environment: env(FIRST) }), {
								connection: { accessToken: `${CANARY}-changed-${meanwhile}` },
							});
						}
						return await configs.replace(before, after);
					},
				},
			],
		};
		expect(await rotate(racing, BOTH)).toMatchObject({ counts: { rewrapped: 5, failed: 0 } });
		expect(meanwhile).toBe(3);
		expect(await tokenOf('z', SECOND)).toBe(`${CANARY}-changed-2`);
	});

	test('tells of a value stored with the old key behind its back, and the next run takes it', async () => {
		await seed();
		await rotate(open.store, BOTH, { pageSize: 3, maxMs: -1 });
		await configureIntegration(requestTo(open.store, { tenant: 'acme', environment: env(FIRST) }), {
			connection: { accessToken: `${CANARY}-late` },
		});
		const result = await rotate(open.store, BOTH, { pageSize: 3 });
		expect(result.message).toMatch(/Still carrying an old key: 1 key "k1".*Keep the old keys/);
		expect((await rotate(open.store, BOTH)).message).toMatch(/^All 5/);
		expect(await tokenOf('acme', SECOND)).toBe(`${CANARY}-late`);
	});

	test('names a value it cannot open, leaves it as it is, and goes on', async () => {
		await seed();
		await configureIntegration(requestTo(open.store, { tenant: 'lost', environment: env(LOST) }), {
			connection: { accessToken: CANARY },
		});
		const stolen = (await open.store.configs.get('acme', 'hubspot'))?.credentials;
		await open.store.configs.save({ tenant: 'thief', integration: 'hubspot', credentials: stolen });
		const before = await open.store.configs.get('lost', 'hubspot');
		const result = await rotate(open.store, BOTH);
		expect(result.counts).toEqual({ rows: 6, rewrapped: 5, failed: 2 });
		expect(result.faults).toMatchObject([
			{
				table: 'integration_config',
				tenant: 'lost',
				integration: 'hubspot',
				field: 'credentials',
				code: 'encryption_key_unknown',
			},
			{ tenant: 'thief', code: 'sealed_value_invalid' },
		]);
		expect(result.keys).toContainEqual(expect.objectContaining({ name: null, active: false, values: 1 }));
		expect(result.message).toMatch(/a key that is not given.*Keep the old keys/);
		expect(await open.store.configs.get('lost', 'hubspot')).toEqual(before);
	});

	test.each([
		['no key', undefined, 'encryption_key_missing', /openssl rand/],
		['a passphrase', 'correct horse battery staple', 'encryption_key_invalid', /32 random bytes/],
	])('with %s says so, and changes nothing', async (_name, key, code, remedy) => {
		await seed();
		const error = await rejection(() => rotate(open.store, env(key)));
		expect(error).toMatchObject({ class: 'rejected', code });
		expect(error.remedy).toMatch(remedy);
		expect(everythingIn(error)).not.toContain(CANARY);
		expect(await tokenOf('z', FIRST)).toBe(`${CANARY}-z`);
	});

	test('with the new key alone, before anything was wrapped, loses nothing and keeps links readable', async () => {
		await seed();
		const request = requestTo(open.store, { tenant: 'acme', environment: NEW_ALONE });
		await enableIntegration(request);
		await open.store.links('hubspot', 'order').upsert('acme', [{ localId: '1', externalId: '9' }]);
		expect((await rotate(open.store, NEW_ALONE)).faults.map(({ code }) => code)).toEqual(
			Array(5).fill('encryption_key_unknown'),
		);
		expect(await viewIntegration(request)).toMatchObject({
			connection: { source: null, sources: [{}, { error: { code: 'encryption_key_unknown' } }, {}] },
		});
		expect(await open.store.links('hubspot', 'order').findByLocalIds('acme', ['1'])).toMatchObject([
			{ externalId: '9' },
		]);
		expect(await tokenOf('acme', FIRST)).toBe(`${CANARY}-acme`);
	});
});
