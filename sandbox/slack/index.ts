import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { blocksProblem } from './check-message';
import { SlackFaults } from './faults';
import { Workspace, type SlackMessage } from './workspace';

export type { SlackFault } from './faults';

export interface SlackOptions {
	token?: string;
	/** Scopes of the app. */
	scopes?: string[];
	/** Shortest time between two messages in a channel, in milliseconds; a sooner one gets 429. 0 = any number. */
	channelIntervalMs?: number;
}

/** A running stand-in. */
export interface SlackStandIn {
	/** Base URL of the Web API. */
	url: string;
	/** An incoming webhook of #general. */
	webhookUrl: string;
	token: string;
	workspace: Workspace;
	faults: SlackFaults;
	/** Calls that arrived, with their form values. */
	calls: Array<{ method: string; values: Record<string, string>; at: number }>;
	stop(): Promise<void>;
}

type Answer = Record<string, unknown>;
type Values = Record<string, string>;

const OLDEST = 1;

/** Slack's stand-in on a free loopback port: the methods that Crosslink uses, and an incoming webhook. */
export async function startSlack(options: SlackOptions = {}): Promise<SlackStandIn> {
	const { token = 'xoxb-5ecre7-0123456789-abcdefghijkl', channelIntervalMs = 0 } = options;
	const scopes = options.scopes ?? ['chat:write', 'channels:history'];
	const workspace = new Workspace();
	const faults = new SlackFaults();
	const calls: SlackStandIn['calls'] = [];
	const lastPost = new Map<string, number>();
	const app = Fastify({ forceCloseConnections: true });
	app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
		done(null, Object.fromEntries(new URLSearchParams(String(body)))),
	);

	/** Whether the channel may be posted to now. */
	const tooSoon = (channel: string): boolean => {
		const now = Date.now();
		if (now - (lastPost.get(channel) ?? 0) < channelIntervalMs) return true;
		lastPost.set(channel, now);
		return false;
	};

	const methods: Record<string, (values: Values, reply: FastifyReply) => Answer | undefined> = {
		'auth.test': () => ({
			ok: true,
			url: 'https://sandbox.slack.com/',
			team: 'Sandbox',
			team_id: workspace.id,
			user: 'crosslink',
			user_id: 'U0CROSSLINK',
			bot_id: 'B0CROSSLINK',
			is_enterprise_install: false,
		}),
		'chat.postMessage': (values, reply) => {
			if (!scopes.includes('chat:write')) return lacking('chat:write', scopes);
			const channel = workspace.find(values['channel'] ?? '');
			if (channel === undefined) return no('channel_not_found');
			if (channel.archived) return no('is_archived');
			if (!channel.joined) return no('not_in_channel');
			const message = readMessage(values);
			if (typeof message === 'string') return no(message);
			if (tooSoon(channel.id)) return throttled(reply, 1);
			const posted = workspace.post(channel, message);
			return { ok: true, channel: channel.id, ts: posted.ts, message: posted };
		},
		'conversations.history': (values) => history(values, (message) => message.thread_ts === undefined),
		'conversations.replies': (values) => history(values, ({ thread_ts }) => thread_ts === values['ts']),
	};

	function history(values: Values, isMeant: (message: SlackMessage) => boolean): Answer {
		if (!scopes.includes('channels:history')) return lacking('channels:history', scopes);
		// Names are not taken here.
		const channel = workspace.channels.find(({ id }) => id === values['channel']);
		if (channel === undefined) return no('channel_not_found');
		const oldest = Number(values['oldest'] ?? OLDEST);
		const limit = Number(values['limit'] ?? 100);
		const skip = Number(values['cursor'] ?? 0);
		const meant = channel.messages.filter((message) => isMeant(message) && Number(message.ts) > oldest);
		const page = meant.slice(skip, skip + limit);
		const more = skip + limit < meant.length;
		const withMetadata = values['include_all_metadata'] === 'true';
		return {
			ok: true,
			messages: page.map(({ metadata, ...message }) => (withMetadata && metadata ? { ...message, metadata } : message)),
			has_more: more,
			pin_count: 0,
			channel_actions_ts: null,
			channel_actions_count: 0,
			...(more && { response_metadata: { next_cursor: String(skip + limit) } }),
		};
	}

	app.post('/api/:method', (request, reply) => {
		const { method } = request.params as { method: string };
		const values = (request.body ?? {}) as Values;
		calls.push({ method, values, at: Date.now() });
		const run = methods[method];
		if (run === undefined) return no('unknown_method');
		if (request.headers.authorization === undefined) return no('not_authed');
		if (request.headers.authorization !== `Bearer ${token}`) return no('invalid_auth');
		const fault = faults.meet(method);
		if (fault?.kind === 'error') return { ...no(fault.error), ...(fault.needed && { needed: fault.needed }) };
		if (fault?.kind === 'throttle') return throttled(reply, fault.retryAfterSeconds) ?? reply;
		if (fault?.kind === 'status') return reply.code(fault.status).send('upstream trouble');
		if (fault?.kind === 'lostRequest') return cut(reply);
		const answer = run(values, reply);
		return fault?.kind === 'lostAnswer' ? cut(reply) : (answer ?? reply);
	});
	webhookOf(app, workspace, faults, calls);

	const address = await app.listen({ host: '127.0.0.1', port: 0 });
	return {
		url: `${address}/api`,
		webhookUrl: `${address}/services/T0SANDBOX1/B0WEBHOOK1/5ecre7webhookpath`,
		token,
		workspace,
		faults,
		calls,
		stop: async () => await app.close(),
	};
}

/** Answers in plain text, as incoming webhooks do. */
function webhookOf(
	app: FastifyInstance,
	workspace: Workspace,
	faults: SlackFaults,
	calls: SlackStandIn['calls'],
): void {
	app.post('/services/*', (request, reply) => {
		calls.push({ method: 'webhook', values: {}, at: Date.now() });
		void reply.type('text/plain');
		if (!request.url.endsWith('/5ecre7webhookpath')) return reply.code(404).send('no_service');
		const fault = faults.meet('webhook');
		if (fault?.kind === 'error') return reply.code(fault.error === 'channel_is_archived' ? 410 : 400).send(fault.error);
		if (fault?.kind === 'throttle') return throttled(reply, fault.retryAfterSeconds) ?? reply;
		if (fault?.kind === 'status') return reply.code(fault.status).send('upstream trouble');
		if (fault?.kind === 'lostRequest') return cut(reply);
		const { text, blocks } = request.body as { text?: string; blocks?: unknown[] };
		if (text === undefined || text === '') return reply.code(400).send('no_text');
		if (blocksProblem(blocks) !== undefined) return reply.code(400).send('invalid_blocks');
		const channel = workspace.find('general');
		if (channel === undefined) return reply.code(404).send('channel_not_found');
		workspace.post(channel, { text, ...(blocks && { blocks }) });
		return fault?.kind === 'lostAnswer' ? cut(reply) : reply.send('ok');
	});
}

/** The message, or the error that it gets. */
function readMessage(values: Values): Pick<SlackMessage, 'text' | 'blocks' | 'metadata' | 'thread_ts'> | string {
	const { text = '', thread_ts } = values;
	if (text === '' && values['blocks'] === undefined) return 'no_text';
	if (text.length > 40_000) return 'msg_too_long';
	try {
		const blocks = values['blocks'] === undefined ? undefined : (JSON.parse(values['blocks']) as unknown[]);
		const problem = blocksProblem(blocks);
		if (problem !== undefined) return problem;
		const metadata =
			values['metadata'] === undefined ? undefined : (JSON.parse(values['metadata']) as SlackMessage['metadata']);
		if (metadata !== undefined && (!metadata.event_type || !metadata.event_payload)) return 'invalid_metadata_format';
		return { text, ...(blocks && { blocks }), ...(metadata && { metadata }), ...(thread_ts && { thread_ts }) };
	} catch {
		return 'invalid_blocks_format';
	}
}

const no = (error: string): Answer => ({ ok: false, error });

const lacking = (needed: string, scopes: string[]): Answer => ({
	...no('missing_scope'),
	needed,
	provided: scopes.join(','),
});

function throttled(reply: FastifyReply, seconds: number): undefined {
	void reply
		.code(429)
		.header('retry-after', String(seconds))
		.type('application/json')
		.send(JSON.stringify(no('ratelimited')));
	return undefined;
}

function cut(reply: FastifyReply): FastifyReply {
	reply.hijack();
	reply.raw.destroy();
	return reply;
}
