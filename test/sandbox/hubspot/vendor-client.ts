import { Client } from '@hubspot/api-client';
import { startHubSpot, type HubSpotOptions, type HubSpotStandIn } from '../../../sandbox/hubspot';

export interface RawAnswer {
	status: number;
	headers: Headers;
	/** Parsed JSON, or undefined for an empty body. */
	body: unknown;
	text: string;
}

/** The error the vendor's client throws for an answer of 400 and above. */
export interface ApiFailure {
	code: number;
	body: { message: string; category: string; correlationId: string; errors?: Array<{ code?: string }> };
}

/** A stand-in with the vendor's own client pointed at it, and a bare way to call it. */
export interface Vendor {
	hs: HubSpotStandIn;
	client: Client;
	/** The body that the client read last, before it made a model of it. */
	last(): { status: number; body: unknown };
	call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<RawAnswer>;
	/** The failure that the client's call ends in. */
	failure(call: Promise<unknown>): Promise<ApiFailure>;
}

interface Context {
	httpStatusCode: number;
	body: { text(): Promise<string>; binary(): Promise<Buffer> };
}

const running: HubSpotStandIn[] = [];

/** Starts a stand-in that ends with the test. Limits are out of the way unless the test sets them. */
export async function startVendor(options: HubSpotOptions = {}): Promise<Vendor> {
	const hs = await startHubSpot({ rateLimit: { perTenSeconds: 100_000, searchPerSecond: 100_000 }, ...options });
	running.push(hs);
	let seen: { status: number; body: unknown } = { status: 0, body: undefined };
	const keepAnswer = async (context: Context) => {
		const text = await context.body.text();
		seen = { status: context.httpStatusCode, body: text === '' ? undefined : JSON.parse(text) };
		context.body = { text: async () => text, binary: async () => Buffer.from(text) };
		return context;
	};
	const client = new Client({
		accessToken: hs.accessToken,
		basePath: hs.url,
		middleware: [{ pre: (context) => context, post: (context) => keepAnswer(context as Context) }],
	});
	const call: Vendor['call'] = async (method, path, body, headers = {}) => {
		const response = await fetch(`${hs.url}${path}`, {
			method,
			headers: { authorization: `Bearer ${hs.accessToken}`, 'content-type': 'application/json', ...headers },
			...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
		});
		const text = await response.text();
		const json = response.headers.get('content-type')?.includes('json') && text !== '';
		return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : undefined, text };
	};
	const failure = async (pending: Promise<unknown>): Promise<ApiFailure> => {
		try {
			await pending;
		} catch (error) {
			return error as ApiFailure;
		}
		throw new Error('The call succeeded where a failure was expected');
	};
	return { hs, client, last: () => seen, call, failure };
}

afterEach(async () => {
	await Promise.all(running.splice(0).map((hs) => hs.stop()));
});

/** A deal with everything that a create needs. */
export const dealProperties = (more: Record<string, string> = {}) => ({
	dealname: 'Order 1001',
	dealstage: 'appointmentscheduled',
	pipeline: 'default',
	...more,
});
