import Fastify, { type FastifyReply } from 'fastify';

/** What goes wrong with the next posts. */
export type WebhookFault =
	| { kind: 'status'; status: number; body?: string; retryAfterSeconds?: number }
	/** Takes the post, then cuts the connection. */
	| { kind: 'lostAnswer' };

/** A running stand-in of a chat's incoming webhook. */
export interface ChatWebhook {
	url: string;
	/** Bodies that were taken. */
	posts: Array<Record<string, unknown>>;
	/** Posts that arrived, taken or not. */
	arrived: number;
	/** Meets the next posts, one each. */
	faults: WebhookFault[];
	stop(): Promise<void>;
}

interface Chat {
	path: string;
	/** What is wrong with a body: status and text. */
	problem(body: Record<string, unknown>): { status: number; body: string } | undefined;
	accept: { status: number; body: string };
}

/** A workflow of Teams: it answers 202 before it runs, takes at most 28 KB, and the signature is in the query. */
export async function startTeamsWorkflow(): Promise<ChatWebhook> {
	return await start({
		path: '/workflows/0a1b2c/triggers/manual/paths/invoke?api-version=2016-06-01&sig=5ecre7sig-0123456789',
		problem: (body) => {
			if (JSON.stringify(body).length > 28 * 1024) return { status: 413, body: 'RequestEntityTooLarge' };
			const [attachment] = Array.isArray(body['attachments']) ? (body['attachments'] as unknown[]) : [];
			const { contentType } = (attachment ?? {}) as { contentType?: unknown };
			return body['type'] === 'message' && contentType === 'application/vnd.microsoft.card.adaptive'
				? undefined
				: { status: 400, body: '{"error":{"code":"TriggerInputSchemaMismatch"}}' };
		},
		accept: { status: 202, body: '' },
	});
}

/** Mattermost's incoming webhook: Slack's names, `ok` as the answer, JSON errors with an id. */
export async function startMattermost(): Promise<ChatWebhook> {
	const error = (status: number, id: string) => ({
		status,
		body: JSON.stringify({ id, message: 'x', status_code: status }),
	});
	return await start({
		path: '/hooks/5ecre7hook0123456789abcdef',
		problem: ({ text, channel }) => {
			if (typeof text !== 'string' || text === '') return error(400, 'web.incoming_webhook.text.app_error');
			if (text.length > 16_383) return error(400, 'web.incoming_webhook.text.length.app_error');
			if (channel !== undefined && channel !== 'orders') return error(404, 'web.incoming_webhook.channel.app_error');
			return undefined;
		},
		accept: { status: 200, body: 'ok' },
	});
}

async function start({ path, problem, accept }: Chat): Promise<ChatWebhook> {
	const app = Fastify({ forceCloseConnections: true });
	const webhook: Omit<ChatWebhook, 'url' | 'stop'> = { posts: [], faults: [], arrived: 0 };
	app.post('/*', (request, reply) => {
		webhook.arrived += 1;
		if (request.url !== path) return reply.code(404).send('{}');
		const fault = webhook.faults.shift();
		if (fault?.kind === 'status') return refuse(reply, fault);
		const body = request.body as Record<string, unknown>;
		const wrong = problem(body);
		if (wrong !== undefined) return reply.code(wrong.status).type('application/json').send(wrong.body);
		webhook.posts.push(body);
		if (fault === undefined) return reply.code(accept.status).type('text/plain').send(accept.body);
		reply.hijack();
		reply.raw.destroy();
		return reply;
	});
	const address = await app.listen({ host: '127.0.0.1', port: 0 });
	return Object.assign(webhook, { url: `${address}${path}`, stop: async () => await app.close() });
}

function refuse(
	reply: FastifyReply,
	{ status, body = '{}', retryAfterSeconds }: Extract<WebhookFault, { kind: 'status' }>,
) {
	if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
	return reply.code(status).type('application/json').send(body);
}
