import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { startSlack, type SlackStandIn } from '../../sandbox/slack';
import { startSmtp, type MailServer } from '../servers/smtp';
import { pollNode, pollOnce } from './polling';
import { loadPack, runCrosslink, USER_FOLDER, type CredentialValues, type Given } from './harness';

let slack: SlackStandIn;
let mail: MailServer;
let given: Given;
const storeFile = path.join(USER_FOLDER, `${randomUUID()}.sqlite`);

beforeAll(async () => {
	[slack, mail] = await Promise.all([startSlack(), startSmtp()]);
	given = {
		pack: await loadPack(),
		credentials: {
			crosslinkStoreApi: { type: 'embedded', file: storeFile, encryptionKey: randomBytes(32).toString('base64') },
			crosslinkSlackApi: { botToken: slack.token, baseUrl: slack.url },
			crosslinkEmailApi: {
				host: '127.0.0.1',
				port: String(mail.port),
				security: 'none',
				authentication: 'none',
				from: 'crosslink@example.com',
			},
		} as CredentialValues,
	};
	await integration('slack', 'enable');
	await integration('email', 'configure', { mode: 'onprem' });
	await integration('email', 'enable');
});
afterEach(() => slack.faults.clear());
afterAll(async () => {
	await Promise.all([slack.stop(), mail.stop()]);
});

async function integration(name: string, operation: string, more: INodeParameters = {}): Promise<IDataObject[]> {
	const { json, error } = await runCrosslink(given, { resource: 'integration', operation, integration: name, ...more });
	if (error) throw new Error(`${operation}: ${error.message} ${error.description ?? ''}`);
	return json;
}

const toSlack = {
	resource: 'event',
	operation: 'notify',
	integration: 'slack',
	event: 'orderShipped',
	to: 'C0ORDERS001',
	eventKey: '={{ $json.number }}',
};
const messages = () => slack.workspace.find('orders')?.messages ?? [];

it('tells a channel of each item once, with the values of the item', async () => {
	const items = [{ number: 'A-1', customer: '<!channel>' }, { number: 'A-2' }];
	const first = await runCrosslink(given, toSlack, items);
	expect(first.error).toBeUndefined();
	expect(first.json).toEqual([
		expect.objectContaining({ outcome: 'delivered', replayed: false, eventKey: 'A-1', tenant: 'default', refused: [] }),
		expect.objectContaining({ outcome: 'delivered', replayed: false, eventKey: 'A-2', integration: 'slack' }),
	]);
	expect(first.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	expect(messages().map(({ text }) => text)).toEqual([
		expect.stringContaining('Order A-2 has been shipped'),
		expect.stringContaining('Order A-1 for &lt;!channel&gt; has been shipped'),
	]);
	const again = await runCrosslink(given, toSlack, items);
	expect(again.json.map(({ outcome, replayed, messageId }) => ({ outcome, replayed, messageId }))).toEqual(
		first.json.map(({ messageId }) => ({ outcome: 'delivered', replayed: true, messageId })),
	);
	expect(messages()).toHaveLength(2);
	const repeated = await runCrosslink(given, { ...toSlack, options: { repeat: true } }, items.slice(0, 1));
	expect(repeated.json).toEqual([expect.objectContaining({ replayed: false, eventKey: 'A-1' })]);
	expect(messages()).toHaveLength(3);
});

it.each([
	['an unknown channel', { to: 'C0NOWHERE01' }, 'channel_unknown'],
	['an event without a message', { event: 'somethingElse' }, 'event_unknown'],
	['a tenant that has no Slack', { tenant: 'nobody' }, 'integration_not_enabled'],
	['an expression that fails', { to: '={{ $("Nowhere").first().json.to }}' }, 'parameter_invalid'],
])('never stops the flow over %s, unless it is asked to', async (_what, more, code) => {
	const item = [{ number: randomUUID() }];
	const { json, error } = await runCrosslink(given, { ...toSlack, ...more }, item);
	expect(error).toBeUndefined();
	expect(json).toEqual([expect.objectContaining({ outcome: 'failed', error: expect.objectContaining({ code }) })]);
	const asked = await runCrosslink(given, { ...toSlack, ...more, options: { failFlow: true } }, item);
	expect(asked.error?.message).toBeTruthy();
	const goesOn = await runCrosslink(given, { ...toSlack, ...more, options: { failFlow: true } }, item, {
		onError: 'continueErrorOutput',
	});
	expect(goesOn.outputs[1]).toHaveLength(1);
});

it('goes on without a store, and says so', async () => {
	const away = {
		...given,
		credentials: { ...given.credentials, crosslinkStoreApi: { type: 'embedded', file: '/dev/null/store.sqlite' } },
	} as Given;
	const { json, error } = await runCrosslink(away, toSlack, [{ number: '1' }]);
	expect(error).toBeUndefined();
	expect(json).toEqual([
		expect.objectContaining({
			outcome: 'failed',
			error: expect.objectContaining({ code: expect.stringMatching(/^store_/) }),
		}),
	]);
});

it('says what the settings say, and refuses a wrong template when it is saved', async () => {
	const configure = (text: string) =>
		integration('slack', 'configure', {
			settingsInput: 'json',
			settings: JSON.stringify({
				messages: { contractSigned: { subject: 'Signed', text, rich: '*{{ number }}* is signed' } },
			}),
		});
	await expect(configure('one\n{{ number | shout }}')).rejects.toThrow(
		/messages\.contractSigned\.text.*shout in line 2/,
	);
	await configure('{{ number }} is signed');
	const { json } = await runCrosslink(given, { ...toSlack, event: 'contractSigned' }, [{ number: '<7>' }]);
	expect(json).toEqual([expect.objectContaining({ outcome: 'delivered' })]);
	expect(JSON.stringify(messages()[0]?.blocks)).toContain('*&lt;7&gt;* is signed');
});

it('sends a mail that was put off when its time has come', async () => {
	await integration('email', 'configure', {
		mode: 'onprem',
		settingsInput: 'json',
		settings: JSON.stringify({ retry: { attempts: 3, delaySeconds: 1 } }),
	});
	mail.faults.push({ at: 'address', code: 451 });
	const toMail = {
		...toSlack,
		integration: 'email',
		to: 'ann@example.org, bob@example.org',
		event: 'inspectionFailed',
	};
	const { json } = await runCrosslink(given, toMail, [{ number: 'I-1', reason: 'leak' }]);
	// The first address was put off, the relay took the mail for the other one.
	expect(json).toEqual([
		expect.objectContaining({ outcome: 'accepted', refused: [expect.objectContaining({ to: 'ann@example.org' })] }),
	]);
	mail.faults.push({ at: 'data', code: 451 });
	const put = await runCrosslink(given, toMail, [{ number: 'I-2', reason: 'leak' }]);
	expect(put.json).toEqual([expect.objectContaining({ outcome: 'failed', nextAttemptAt: expect.any(String) })]);
	const deadline = Date.now() + 20_000;
	let retried: IDataObject[] = [];
	while (retried.length === 0 && Date.now() < deadline) {
		({ json: retried } = await runCrosslink(given, { resource: 'event', operation: 'retry', integration: 'email' }));
	}
	expect(retried).toEqual([expect.objectContaining({ outcome: 'accepted', attempts: 2, eventKey: 'I-2' })]);
	expect(mail.taken.at(-1)?.to).toEqual(['ann@example.org', 'bob@example.org']);
});

it('has the attention trigger tell once of a message that went nowhere, and not of telling of that', async () => {
	const attention = pollNode(given, { what: 'attention', integration: 'slack', tenant: 'default' });
	const told = async () => (await pollOnce(given, attention))?.map(({ json }) => json) ?? [];
	await told();
	const lost = { ...toSlack, to: 'C0NOTTHERE1' };
	await runCrosslink(given, lost, [{ number: 'lost-1' }]);
	const first = await told();
	expect(first).toMatchObject([
		{
			kind: 'failed',
			integration: 'slack',
			entity: null,
			message: expect.stringMatching(
				/^The message of "orderShipped" with event key "lost-1" to Slack has not gone out: ./,
			),
			remedy: expect.stringContaining('same event key'),
			notification: { event: 'orderShipped', eventKey: 'lost-1', attempts: 1 },
		},
	]);
	expect(await told()).toEqual([]);
	// Sent again, in vain again: that is news.
	await runCrosslink(given, lost, [{ number: 'lost-1' }]);
	expect(await told()).toMatchObject([{ notification: { eventKey: 'lost-1', attempts: 2 } }]);
	// A flow that tells of it over the same channel does not go round in circles.
	await runCrosslink(given, lost, [{ number: String(first[0]?.['eventId']) }]);
	expect(await told()).toEqual([]);
});

it('is skipped with the reason while the channel is switched off, and so is a retry', async () => {
	await integration('slack', 'disable');
	const skipped = {
		...{ outcome: 'skipped', tenant: 'default', integration: 'slack' },
		reason: expect.stringMatching(/slack is switched off for tenant "default".*Integration → Enable/),
	};
	const { json, error } = await runCrosslink(given, toSlack, [{ number: 'off' }]);
	expect(error).toBeUndefined();
	expect(json).toEqual([{ ...skipped, event: toSlack.event, eventKey: 'off' }]);
	const retry = { resource: 'event', operation: 'retry', integration: 'slack' };
	expect((await runCrosslink(given, retry, [{}])).json).toEqual([skipped]);
	await integration('slack', 'enable');
});
