import type { Tracker, TrackerOptions } from '../../../sandbox/tracker';
import { startTracker } from '../../../sandbox/tracker';

export const TOKEN = 'test-token';
export const SECRET = `whsec_${Buffer.from('a key of at least 24 bytes').toString('base64')}`;
export const HEADER_TOKEN = 'header-token';

/** Answers of the Tracker as a test looks at them. */
export interface Answer {
	status: number;
	headers: Headers;
	// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads into any JSON the server sends
	body: any;
}

export async function startForTest(options: Partial<TrackerOptions> = {}): Promise<Tracker> {
	return await startTracker({
		token: TOKEN,
		...options,
		webhooks: {
			...{ secret: SECRET, token: HEADER_TOKEN, coalesceMs: 5, retryDelaysMs: [5, 5, 5] },
			...options.webhooks,
		},
	});
}

export async function call(
	tracker: Tracker,
	method: string,
	path: string,
	body?: unknown,
	headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` },
): Promise<Answer> {
	const response = await fetch(tracker.url + path, {
		method,
		headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
		body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
	});
	const text = await response.text();
	const json = response.headers.get('content-type')?.includes('json');
	return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
