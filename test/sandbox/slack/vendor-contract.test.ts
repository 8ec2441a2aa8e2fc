import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import { LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api';
import { startSlack, type SlackStandIn } from '../../../sandbox/slack';
import { specFile } from '../../servers/specs';

interface Spec {
	definitions: Record<string, unknown>;
	paths: Record<string, Record<string, Operation>>;
}

interface Operation {
	parameters: Array<{ name: string; in: string; required?: boolean }>;
	responses: Record<'200' | 'default', { schema: object }>;
}

const file = specFile('slack/slack_web_openapi_v2_without_examples.json');
const spec = file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Spec);
const held = spec === undefined ? describe.skip : describe;

let standIn: SlackStandIn;
beforeAll(async () => {
	standIn = await startSlack();
});
afterAll(() => standIn.stop());

const client = (token = standIn.token) =>
	new WebClient(token, {
		slackApiUrl: `${standIn.url}/`,
		retryConfig: { retries: 0 },
		rejectRateLimitedCalls: true,
		logLevel: LogLevel.ERROR,
	});

describe("Slack's own client", () => {
	it('works with the stand-in: posts, reads the history, a thread and itself', async () => {
		const web = client();
		expect(await web.auth.test()).toMatchObject({ ok: true, team_id: 'T0SANDBOX1' });
		const posted = await web.chat.postMessage({
			channel: '#orders',
			text: 'x',
			metadata: { event_type: 'test', event_payload: { key: '1' } },
		});
		expect(posted).toMatchObject({ ok: true, channel: 'C0ORDERS001' });
		await web.chat.postMessage({ channel: 'C0ORDERS001', text: 'answer', thread_ts: posted.ts });
		const history = await web.conversations.history({ channel: 'C0ORDERS001', include_all_metadata: true });
		expect(history.messages).toEqual([
			expect.objectContaining({ ts: posted.ts, metadata: { event_type: 'test', event_payload: { key: '1' } } }),
		]);
		const thread = await web.conversations.replies({ channel: 'C0ORDERS001', ts: posted.ts ?? '' });
		expect(thread.messages).toHaveLength(1);
	});

	it.each([
		[{ channel: 'nowhere', text: 'x' }, 'channel_not_found'],
		[{ channel: 'old', text: 'x' }, 'is_archived'],
		[{ channel: 'board', text: 'x' }, 'not_in_channel'],
		[{ channel: 'orders', text: '' }, 'no_text'],
		[{ channel: 'orders', text: 'x'.repeat(40_001) }, 'msg_too_long'],
	])('hears of a wrong call what Slack says: %# %j', async (call, error) => {
		await expect(client().chat.postMessage(call)).rejects.toMatchObject({ data: { ok: false, error } });
	});

	it('hears of a wrong token', async () => {
		await expect(client('xoxb-wrong').auth.test()).rejects.toBeInstanceOf(WebAPIPlatformError);
	});
});

held("Slack's specification", () => {
	const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
	const schemaOf = (schema: object): ValidateFunction => ajv.compile({ ...schema, definitions: spec?.definitions });
	const operationOf = (method: string): Operation => Object.values(spec?.paths[`/${method}`] ?? {})[0] as Operation;

	async function answerOf(method: string, values: Record<string, string>): Promise<Record<string, unknown>> {
		const answer = await fetch(`${standIn.url}/${method}`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${standIn.token}`,
				'content-type': 'application/x-www-form-urlencoded',
			},
			body: new URLSearchParams(values),
		});
		return (await answer.json()) as Record<string, unknown>;
	}

	it.each([
		['chat.postMessage', { channel: 'orders', text: 'x' }],
		['conversations.history', { channel: 'C0ORDERS001' }],
		['auth.test', {}],
	])('takes what the stand-in answers to %s', async (method, values) => {
		const answer = await answerOf(method, values);
		expect(answer['ok']).toBe(true);
		const validate = schemaOf(operationOf(method).responses['200'].schema);
		validate(answer);
		expect(validate.errors ?? []).toEqual([]);
		expect(validate({ ok: true })).toBe(false);
	});

	it('names every error that the stand-in gives for a message', async () => {
		const { schema } = operationOf('chat.postMessage').responses.default;
		const validate = schemaOf(schema);
		for (const values of [
			{ channel: 'nowhere', text: 'x' },
			{ channel: 'old', text: 'x' },
			{ channel: 'board', text: 'x' },
			{ channel: 'orders', text: '' },
			{ channel: 'orders', text: 'x'.repeat(40_001) },
		]) {
			const answer = await answerOf('chat.postMessage', values);
			validate(answer);
			expect([answer['error'], validate.errors ?? []]).toEqual([answer['error'], []]);
		}
	});

	it('knows every parameter that Crosslink sends, but for the metadata, which is younger', () => {
		const known = (method: string) => operationOf(method).parameters.map(({ name }) => name);
		const sent = ['channel', 'text', 'blocks', 'thread_ts', 'unfurl_links', 'unfurl_media'];
		expect(sent.filter((name) => !known('chat.postMessage').includes(name))).toEqual([]);
		const looked = ['channel', 'oldest', 'limit', 'cursor'];
		expect(looked.filter((name) => !known('conversations.history').includes(name))).toEqual([]);
		expect([...looked, 'ts'].filter((name) => !known('conversations.replies').includes(name))).toEqual([]);
	});
});
