import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json';
import type { AdapterModule } from '../../../lib/adapters/adapter';
import { mattermost } from '../../../lib/adapters/mattermost';
import { teams } from '../../../lib/adapters/teams';
import { startMattermost, startTeamsWorkflow, type ChatWebhook } from '../../../sandbox/chat-webhooks';
import { specFile } from '../../servers/specs';
import { notificationKit, type Channel } from '../notification-kit';
import { transportOf } from './transport';

function adapterOf(module: AdapterModule, webhookUrl: string) {
	const connection = { webhookUrl };
	return module.create({ connection, transport: transportOf(module, connection) });
}

function channelOf(module: AdapterModule, webhook: ChatWebhook, secret: string, more: Partial<Channel>): Channel {
	return {
		module,
		connect: ({ refused } = {}) => adapterOf(module, refused ? webhook.url.replace(secret, 'n0tth1s0ne') : webhook.url),
		secrets: [secret, 'n0tth1s0ne'],
		to: [],
		outcome: 'delivered',
		looksUp: false,
		arrived: () => webhook.posts.length,
		last: () => JSON.stringify(webhook.posts.at(-1)),
		// As JSON writes a backslash.
		shows: ['<b\\\\> & \\\\*x\\\\* \\\\[y\\\\]\\\\(z\\\\)'],
		loseNextAnswer: () => webhook.faults.push({ kind: 'lostAnswer' }),
		refuseNext: () => webhook.faults.push({ kind: 'status', status: 400 }),
		throttleNext: () => {
			webhook.faults.push({ kind: 'status', status: 429, retryAfterSeconds: 1 });
			return 'waits';
		},
		stop: () => webhook.stop(),
		...more,
	};
}

notificationKit('Teams', async () =>
	channelOf(teams, await startTeamsWorkflow(), '5ecre7sig-0123456789', {
		outcome: 'accepted',
		// In a run of text, which knows no markup.
		shows: ['<b> & *x* [y](z)'],
	}),
);
notificationKit('Mattermost', async () =>
	channelOf(mattermost, await startMattermost(), '5ecre7hook0123456789abcdef', {}),
);

const message = {
	event: 'x',
	to: [],
	subject: 'Order *7*',
	text: 'line one\nline two',
	key: 'a'.repeat(32),
	options: {},
};

describe('Teams', () => {
	let webhook: ChatWebhook;
	beforeAll(async () => {
		webhook = await startTeamsWorkflow();
	});
	afterAll(() => webhook.stop());

	it.each([
		'https://example.webhook.office.com/webhookb2/5ecre7/IncomingWebhook/a/b',
		'https://outlook.office.com/webhook/5ecre7/IncomingWebhook/a/b',
	])('refuses the address of a retired connector, and says so: %s', async (url) => {
		await expect(adapterOf(teams, url).notify?.(message)).rejects.toMatchObject({
			class: 'rejected',
			code: 'webhook_retired',
			message: expect.stringMatching(/^((?!5ecre7).)*$/),
			remedy: expect.stringContaining('workflow'),
		});
	});

	it('takes 401 and 404 for a wrong address, and 400 for a wrong card', async () => {
		const of = async (status: number) => {
			webhook.faults.push({ kind: 'status', status });
			return await adapterOf(teams, webhook.url).notify?.(message);
		};
		await expect(of(401)).rejects.toMatchObject({ class: 'auth' });
		await expect(of(404)).rejects.toMatchObject({ class: 'auth' });
		await expect(of(400)).rejects.toMatchObject({ class: 'rejected', code: 'card_invalid' });
		await expect(of(502)).rejects.toMatchObject({ class: 'unknown' });
	});

	it('keeps a message under 28 KB, and takes no button that sends something back', async () => {
		const adapter = adapterOf(teams, webhook.url);
		await expect(adapter.notify?.({ ...message, text: 'ü'.repeat(19_000) })).rejects.toMatchObject({
			code: 'message_too_long',
		});
		const card = { type: 'AdaptiveCard', version: '1.4', body: [], actions: [{ type: 'Action.Submit', title: 'x' }] };
		await expect(adapter.notify?.({ ...message, options: { card } })).rejects.toMatchObject({ code: 'card_invalid' });
		await expect(adapter.notify?.({ ...message, options: { url: 'javascript:alert(1)' } })).rejects.toMatchObject({
			code: 'card_invalid',
		});
	});

	const schemas = ['1.4.0', '1.5.0'].map(
		(version) => [version, specFile(`teams/adaptive-card-${version}.json`)] as const,
	);
	for (const [version, file] of schemas) {
		(file === undefined ? it.skip : it)(`sends cards that the schema ${version} takes`, async () => {
			const validate = schemaOf(file ?? '');
			const adapter = adapterOf(teams, webhook.url);
			await adapter.notify?.({ ...message, options: { url: 'https://example.com/o/7' } });
			await adapter.notify?.({ ...message, text: 'word '.repeat(3_000), rich: '**bold** text\nand more' });
			for (const post of webhook.posts) {
				const [{ content } = { content: undefined }] = post['attachments'] as Array<{ content: unknown }>;
				validate(content);
				expect(validate.errors ?? []).toEqual([]);
			}
			// It is a schema that refuses what is none.
			expect(validate({ type: 'AdaptiveCard', version: '1.4', body: [{ type: 'TextBlock' }] })).toBe(false);
		});
	}
});

describe('Mattermost', () => {
	it('names the channel when one is asked for, and says when it does not know it', async () => {
		const webhook = await startMattermost();
		try {
			const adapter = adapterOf(mattermost, webhook.url);
			expect(await adapter.notify?.({ ...message, to: ['orders'] })).toMatchObject({ outcome: 'delivered' });
			expect(webhook.posts).toEqual([
				{
					channel: 'orders',
					text: '**Order \\*7\\***\n\nline one\nline two',
					props: { crosslink_key: message.key },
				},
			]);
			await expect(adapter.notify?.({ ...message, to: ['nowhere'] })).rejects.toMatchObject({
				code: 'channel_unknown',
			});
			await expect(adapter.notify?.({ ...message, text: '*'.repeat(9_000) })).rejects.toMatchObject({
				code: 'message_too_long',
			});
		} finally {
			await webhook.stop();
		}
	});
});

/** Ajv knows draft 6 only when it is told, and takes the root `id` for one of its own. */
function schemaOf(file: string): ValidateFunction {
	const { id: _id, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as { id?: string };
	const ajv = new Ajv({ strict: false, logger: false });
	ajv.addMetaSchema(draft06);
	return ajv.compile(schema);
}
