import type { FetchFunction, Logger, WebClient } from '@slack/web-api';
import { asCrosslinkError, CrosslinkError } from '../../errors';
import type { Transport } from '../../transport/transport';
import type { SlackConnection } from './connection';
import { slackError } from './errors';

/** How one call is made; the client itself knows nothing of it. */
export interface SlackCall {
	budget: 'general' | 'post';
	/** The channel, for `post`. */
	share?: string;
	purpose: string;
	idempotent: boolean;
}

const SILENT: Logger = {
	debug: () => undefined,
	info: () => undefined,
	warn: () => undefined,
	error: () => undefined,
	setLevel: () => undefined,
	getLevel: () => LEVEL,
	setName: () => undefined,
};
/** `LogLevel.ERROR`; the enumeration is a value, and the library is loaded later. */
const LEVEL = 'error' as ReturnType<Logger['getLevel']>;

/**
 * Slack's own client over our transport. Its retries and its queue are off: it would repeat a message whose answer was lost,
 * and wait for minutes without a word.
 */
export async function callSlack<T>(
	connection: Extract<SlackConnection, { by: 'token' }>,
	transport: Transport,
	call: SlackCall,
	use: (client: WebClient) => Promise<T>,
): Promise<T> {
	const { WebClient: Client, WebAPIPlatformError } = await import('@slack/web-api');
	let failed: unknown;
	const client = new Client(connection.token, {
		slackApiUrl: `${connection.baseUrl}/`,
		allowAbsoluteUrls: false,
		retryConfig: { retries: 0 },
		rejectRateLimitedCalls: true,
		logger: SILENT,
		fetch: fetchOver(transport, call, (thrown) => {
			failed = thrown;
		}),
	});
	try {
		return await use(client);
	} catch (thrown) {
		// The client wraps what our transport has said.
		if (failed instanceof CrosslinkError) throw failed;
		if (thrown instanceof WebAPIPlatformError) {
			const { error, needed } = thrown.data as { error?: unknown; needed?: unknown };
			throw slackError(String(error), call.purpose, !call.idempotent, typeof needed === 'string' ? needed : undefined);
		}
		throw unreadable(call, thrown);
	}
}

function fetchOver(transport: Transport, call: SlackCall, failed: (thrown: unknown) => void): FetchFunction {
	return async (url, { headers = {}, body } = {}) => {
		if (body !== undefined && typeof body !== 'string') throw new TypeError('Files are not sent.');
		try {
			const answer = await transport.request({ method: 'POST', url: String(url), headers, body, ...call });
			return {
				ok: true,
				status: answer.status,
				statusText: '',
				url: String(url),
				headers: {
					get: (name) => answer.headers[name.toLowerCase()] ?? null,
					entries: () => Object.entries(answer.headers),
				},
				json: async () => await Promise.resolve(JSON.parse(answer.body) as unknown),
				text: async () => await Promise.resolve(answer.body),
				arrayBuffer: async () => await Promise.resolve(new TextEncoder().encode(answer.body).buffer as ArrayBuffer),
			};
		} catch (thrown) {
			failed(asCrosslinkError(thrown));
			throw thrown;
		}
	};
}

/** An answer that is none of Slack's: a gateway's page, or half of one. The client's own text may quote headers. */
function unreadable(call: SlackCall, cause: unknown): CrosslinkError {
	return new CrosslinkError({
		class: call.idempotent ? 'transient' : 'unknown',
		code: call.idempotent ? 'answer_unreadable' : 'answer_lost',
		message: `The answer to "${call.purpose}" is none that Slack gives.${call.idempotent ? '' : ' It may have been done.'}`,
		remedy: 'Check the base URL of the connection, and whether a proxy answers in Slack’s place.',
		cause: new Error(cause instanceof Error ? cause.name : 'unknown'),
	});
}
