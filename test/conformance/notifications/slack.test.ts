import type { Adapter } from '../../../lib/adapters/adapter';
import type { Notification } from '../../../lib/adapters/notification';
import { slack } from '../../../lib/adapters/slack';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { startSlack, type SlackStandIn } from '../../../sandbox/slack';
import { notificationKit, type Channel } from '../notification-kit';
import { transportOf } from './transport';

const ORDERS = 'C0ORDERS001';
const SHOWN = ['&lt;b&gt; &amp; *x* [y](z)'];

function channelOf(standIn: SlackStandIn, by: 'token' | 'webhook'): Channel {
	const method = by === 'token' ? 'chat.postMessage' : 'webhook';
	const name = by === 'token' ? 'orders' : 'general';
	const { messages } = standIn.workspace.find(name) ?? { messages: [] };
	const refusedWebhook = standIn.webhookUrl.replace('5ecre7webhookpath', 'an0therwebhookpath');
	return {
		module: slack,
		connect: ({ refused } = {}) => {
			const connection: Record<string, string> =
				by === 'token'
					? { botToken: refused ? 'xoxb-not-this-one-0123456789' : standIn.token, baseUrl: standIn.url }
					: { webhookUrl: refused ? refusedWebhook : standIn.webhookUrl };
			return slack.create({ connection, transport: transportOf(slack, connection) });
		},
		secrets: [standIn.token, 'xoxb-not-this-one-0123456789', '5ecre7webhookpath', 'an0therwebhookpath'],
		to: by === 'token' ? [ORDERS] : [],
		outcome: 'delivered',
		looksUp: by === 'token',
		arrived: () => messages.length,
		last: () => JSON.stringify(messages[0]),
		shows: SHOWN,
		loseNextAnswer: () => standIn.faults.add({ method, kind: 'lostAnswer' }),
		refuseNext: () =>
			standIn.faults.add({ method, kind: 'error', error: by === 'token' ? 'is_archived' : 'channel_is_archived' }),
		throttleNext: () => {
			standIn.faults.add({ method, kind: 'throttle', retryAfterSeconds: 1 });
			return 'waits';
		},
		stop: () => standIn.stop(),
	};
}

notificationKit('Slack by a token', async () => channelOf(await startSlack(), 'token'));
notificationKit('Slack by an incoming webhook', async () => channelOf(await startSlack(), 'webhook'));

describe('Slack', () => {
	let standIn: SlackStandIn;
	beforeAll(async () => {
		standIn = await startSlack({ channelIntervalMs: 800 });
	});
	afterEach(() => standIn.faults.clear());
	afterAll(() => standIn.stop());

	const connectionOf = (more: Record<string, string> = {}): Record<string, string> => ({
		botToken: standIn.token,
		baseUrl: standIn.url,
		...more,
	});
	const adapter = (): Adapter =>
		slack.create({ connection: connectionOf(), transport: transportOf(slack, connectionOf()) });
	let count = 0;
	const message = (more: Partial<Notification> = {}): Notification => ({
		event: 'orderShipped',
		to: [ORDERS],
		subject: 'Shipped',
		text: 'Order 7',
		key: String(++count).padStart(32, '0'),
		options: {},
		...more,
	});

	it('posts blocks with a fallback text and our key, once a second in each channel, over all workers', async () => {
		const budget = createMemoryBudget();
		const workers = [1, 2].map(() =>
			slack.create({
				connection: connectionOf(),
				transport: transportOf(slack, connectionOf(), { budget, paced: true }),
			}),
		);
		const places = [ORDERS, ORDERS, ORDERS, 'C0GENERAL01'];
		standIn.calls.length = 0;
		const answers = await Promise.all(
			places.map(async (place, index) => await workers[index % 2]?.notify?.(message({ to: [place] }))),
		);
		expect(
			answers.every((answer) => answer?.outcome === 'delivered' && /^\d+\.\d{6}$/.test(answer.messageId ?? '')),
		).toBe(true);
		// Had they come faster, the stand-in would have answered 429, and there would be more calls.
		expect(standIn.calls.map(({ method }) => method)).toEqual(Array(4).fill('chat.postMessage'));
		const first = standIn.calls[0]?.values ?? {};
		expect(first['text']).toBe('Shipped\nOrder 7');
		expect(JSON.parse(first['blocks'] ?? '')).toEqual([
			{ type: 'header', text: { type: 'plain_text', text: 'Shipped', emoji: false } },
			{ type: 'section', text: { type: 'mrkdwn', text: 'Order 7', verbatim: true } },
		]);
		expect(JSON.parse(first['metadata'] ?? '')).toMatchObject({ event_payload: { event: 'orderShipped' } });
		const general = standIn.calls.find(({ values }) => values['channel'] === 'C0GENERAL01')?.at ?? 0;
		expect(general - (standIn.calls[0]?.at ?? 0)).toBeLessThan(900);
	});

	it.each([
		['channel_not_found', 'rejected', 'channel_unknown', /ID of the channel/],
		['not_in_channel', 'rejected', 'channel_closed', /\/invite/],
		['invalid_blocks', 'rejected', 'blocks_invalid', /Block Kit Builder/],
		['token_revoked', 'auth', 'credentials_refused', /Install the app again/],
		['ratelimited', 'throttled', 'rate_limited', /more slowly/],
		['internal_error', 'unknown', 'answer_lost', /look into the channel/],
		['something_new', 'rejected', 'refused', /something_new/],
	])('takes 200 with ok:false %s for %s', async (error, errorClass, code, remedy) => {
		standIn.faults.add({ method: 'chat.postMessage', kind: 'error', error, times: 1 });
		await expect(adapter().notify?.(message())).rejects.toMatchObject({
			class: errorClass,
			code,
			message: expect.stringContaining(error),
			remedy: expect.stringMatching(remedy),
		});
	});

	it('never posts twice what may have been posted: a 500 counts as unknown', async () => {
		standIn.calls.length = 0;
		standIn.faults.add({ method: 'chat.postMessage', kind: 'status', status: 500 });
		await expect(adapter().notify?.(message())).rejects.toMatchObject({ class: 'unknown', code: 'answer_lost' });
		expect(standIn.calls).toHaveLength(1);
	});

	it('finds a message by its key, also in a thread, and says what a look-up needs', async () => {
		const posted = message();
		const began = new Date();
		const answer = await adapter().notify?.(posted);
		expect(await adapter().findNotification?.(posted, began)).toEqual({
			found: 'arrived',
			answer: { outcome: 'delivered', messageId: answer?.messageId, refused: [] },
		});
		expect(await adapter().findNotification?.(message(), began)).toEqual({ found: 'nothing' });
		expect(await adapter().findNotification?.(message({ to: ['#orders'] }), began)).toMatchObject({
			found: 'unsure',
			reason: expect.stringContaining('ID only'),
		});
		standIn.faults.add({
			method: 'conversations.history',
			kind: 'error',
			error: 'missing_scope',
			needed: 'channels:history',
		});
		expect(await adapter().findNotification?.(posted, began)).toMatchObject({
			found: 'unsure',
			reason: expect.stringContaining('channels:history'),
		});
	});

	it('keeps to the limits before anything is sent', async () => {
		standIn.calls.length = 0;
		const section = { type: 'section', text: { type: 'mrkdwn', text: 'x' } };
		const wrong = [
			Array(51).fill(section),
			[{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }],
			[{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }],
			[{ type: 'section', fields: Array(11).fill({ type: 'mrkdwn', text: 'x' }) }],
			[{ text: 'x' }],
		];
		for (const blocks of wrong) {
			await expect(adapter().notify?.(message({ options: { blocks } }))).rejects.toMatchObject({
				class: 'rejected',
				code: 'blocks_invalid',
			});
		}
		expect(standIn.calls).toHaveLength(0);
		// Long texts are split over sections, long subjects cut.
		await adapter().notify?.(message({ to: ['C0GENERAL01'], subject: 'y'.repeat(250), text: 'word '.repeat(2_000) }));
		const blocks = JSON.parse(standIn.calls.at(-1)?.values['blocks'] ?? '[]') as Array<{ text: { text: string } }>;
		expect(blocks.map(({ text }) => text.text.length > 0)).toEqual([true, true, true, true, true]);
	});

	it('makes addresses in a text links, and nothing else', async () => {
		await adapter().notify?.(message({ to: ['C0GENERAL01'], text: 'See https://t.example/1?a=1&b=2. #general <@U1>' }));
		const [, section] = JSON.parse(standIn.calls.at(-1)?.values['blocks'] ?? '[]') as Array<{ text: { text: string } }>;
		expect(section?.text.text).toBe('See <https://t.example/1?a=1&amp;b=2>. #general &lt;@U1&gt;');
	});

	it('refuses a place that a webhook does not know, and a token without any', async () => {
		const connection = { webhookUrl: standIn.webhookUrl };
		const webhook = slack.create({ connection, transport: transportOf(slack, connection) });
		await expect(webhook.notify?.(message())).rejects.toMatchObject({ code: 'addressee_invalid' });
		await expect(adapter().notify?.(message({ to: [] }))).rejects.toMatchObject({ code: 'addressee_missing' });
	});

	it('tries a token out', async () => {
		expect(await adapter().test?.()).toEqual({
			accountId: 'T0SANDBOX1',
			message: 'Connected to the workspace Sandbox as crosslink.',
		});
	});
});
