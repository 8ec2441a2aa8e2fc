import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { CrosslinkError } from '../../../lib/errors';
import { isCancelled } from '../../../lib/transport/cancelled';
import { createTransport, type TransportOptions } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import type { TransportRequest } from '../../../lib/transport/transport';
import { answer, cut, hang, startLoopback, type Loopback, type Step } from './loopback-server';

const TOKEN = 'pat-eu1-very+secret/token=';
let server: Loopback | undefined;

afterEach(async () => await server?.stop());

async function serve(...steps: Step[]): Promise<Loopback> {
	server = await startLoopback(...steps);
	return server;
}

function transportTo(more: Partial<TransportOptions> = {}) {
	return createTransport({
		http: createFetchHttp(),
		budget: createMemoryBudget(),
		account: 'test',
		limits: { general: { intervalMs: 1, burst: 100 } },
		secrets: [TOKEN],
		retry: { attempts: 3, baseMs: 1, maxMs: 5 },
		...more,
	});
}

const call = (url: string, more: Partial<TransportRequest> = {}): TransportRequest => ({
	method: 'POST',
	url,
	headers: { authorization: `Bearer ${TOKEN}` },
	body: '{"a":1}',
	budget: 'general',
	idempotent: true,
	purpose: 'update 2 records',
	...more,
});

async function failure(promise: Promise<unknown>): Promise<CrosslinkError> {
	const thrown: unknown = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	expect(thrown).toBeInstanceOf(CrosslinkError);
	return thrown as CrosslinkError;
}

async function freePort(): Promise<number> {
	const probe = createServer();
	await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
	const { port } = probe.address() as AddressInfo;
	await new Promise<void>((resolve) => probe.close(() => resolve()));
	return port;
}

describe('answers', () => {
	it('returns what the server says, and counts the call', async () => {
		const { url, seen } = await serve(answer(200, '{"ok":true}', { 'x-more': 'yes' }));
		const transport = transportTo();
		const response = await transport.request(call(url));
		expect(response).toMatchObject({ status: 200, body: '{"ok":true}', headers: { 'x-more': 'yes' } });
		expect(seen[0]).toMatchObject({ method: 'POST', body: '{"a":1}', authorization: `Bearer ${TOKEN}` });
		expect(transport.calls).toBe(1);
	});

	it('returns an accepted status as it is and throws any other', async () => {
		const { url } = await serve(answer(409, '{"message":"taken"}'));
		expect((await transportTo().request(call(url, { accept: [409] }))).status).toBe(409);
		expect(await failure(transportTo().request(call(url)))).toMatchObject({ class: 'conflict', httpStatus: 409 });
	});

	it.each([
		[400, 'rejected', 'refused'],
		[401, 'auth', 'credentials_refused'],
		[403, 'auth', 'permission_missing'],
		[404, 'rejected', 'refused'],
		[302, 'rejected', 'redirected'],
	])('makes one call of a %i and calls it %s', async (status, errorClass, code) => {
		const { url, seen } = await serve(answer(status, '{}', { location: 'http://elsewhere.invalid/' }));
		expect(await failure(transportTo().request(call(url)))).toMatchObject({ class: errorClass, code });
		expect(seen).toHaveLength(1);
	});

	it('asks the adapter first what a refusal means', async () => {
		const { url } = await serve(answer(400, '{"why":"odd"}'));
		const own = new CrosslinkError({ class: 'conflict', code: 'odd', message: 'odd', remedy: 'none' });
		const error = await failure(
			transportTo().request(call(url, { classify: ({ body }) => (body.includes('odd') ? own : undefined) })),
		);
		expect(error).toBe(own);
	});

	it('refuses an answer that is too large, while it arrives and after', async () => {
		const { url } = await serve(answer(200, 'x'.repeat(5_000)));
		const reading = transportTo({ http: createFetchHttp(1_000) });
		const read = transportTo({ maxAnswerBytes: 1_000 });
		expect(await failure(reading.request(call(url)))).toMatchObject({ class: 'rejected', code: 'answer_too_large' });
		expect(await failure(read.request(call(url, { idempotent: false })))).toMatchObject({
			class: 'unknown',
			code: 'answer_too_large',
		});
	});
});

describe('retry', () => {
	it.each([500, 502, 503, 504, 423])('repeats an idempotent call after %i', async (status) => {
		const { url, seen } = await serve(answer(status), answer(200));
		const transport = transportTo();
		await transport.request(call(url));
		expect(seen).toHaveLength(2);
		expect(transport.calls).toBe(2);
	});

	it('repeats an idempotent call whose answer was lost, and gives up after the attempts', async () => {
		const { url, seen } = await serve(cut);
		expect(await failure(transportTo().request(call(url)))).toMatchObject({ class: 'transient', code: 'answer_lost' });
		expect(seen).toHaveLength(3);
	});

	it.each([
		['a cut connection', cut],
		['a gateway error', answer(502)],
	])('never repeats a call that is not idempotent after %s: its outcome is unknown', async (_name, step) => {
		const { url, seen } = await serve(step);
		const error = await failure(transportTo().request(call(url, { idempotent: false })));
		expect(error).toMatchObject({ class: 'unknown', code: 'answer_lost' });
		expect(seen).toHaveLength(1);
	});

	it('repeats any call after 429, since it was not taken', async () => {
		const { url, seen } = await serve(answer(429, '{}', { 'retry-after': '0' }), answer(200));
		await transportTo().request(call(url, { idempotent: false }));
		expect(seen).toHaveLength(2);
	});

	it('repeats any call that could not be delivered', async () => {
		const url = `http://127.0.0.1:${await freePort()}`;
		const transport = transportTo();
		expect(await failure(transport.request(call(url, { idempotent: false })))).toMatchObject({
			class: 'transient',
			code: 'unreachable',
		});
		expect(transport.calls).toBe(3);
	});

	it('waits as long as Retry-After says', async () => {
		const { url, seen } = await serve(answer(503, '{}', { 'retry-after': '0.3' }), answer(200));
		await transportTo().request(call(url));
		expect((seen[1]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThanOrEqual(295);
	});

	it('hands a long Retry-After to the caller instead of sleeping', async () => {
		const { url, seen } = await serve(answer(429, '{}', { 'retry-after': '120' }));
		expect(await failure(transportTo().request(call(url)))).toMatchObject({
			class: 'throttled',
			retryAfterMs: 120_000,
		});
		expect(seen).toHaveLength(1);
	});
});

describe('budget', () => {
	it('counts each share of a bucket by itself, at the same rate, and pauses it alone', async () => {
		const { url } = await serve(answer(200), answer(200), answer(429, '{}', { 'retry-after': '30' }), answer(200));
		const limits = { general: { intervalMs: 1_500, burst: 1 } };
		const transport = transportTo({ limits, retry: { attempts: 1, baseMs: 1, maxMs: 1 } });
		const started = performance.now();
		await transport.request(call(url, { share: 'a' }));
		await transport.request(call(url, { share: 'b' }));
		expect(performance.now() - started).toBeLessThan(1_500);
		await failure(transport.request(call(url, { share: 'a' })));
		expect(performance.now() - started).toBeGreaterThanOrEqual(1_490);
		await transport.request(call(url, { share: 'b' }));
		expect(performance.now() - started).toBeLessThan(20_000);
	});

	it('spaces the calls of several transports on one account', async () => {
		const { url, seen } = await serve(answer(200));
		const budget = createMemoryBudget();
		const limits = { general: { intervalMs: 40, burst: 1 } };
		const workers = [transportTo({ budget, limits }), transportTo({ budget, limits })];
		await Promise.all([...workers, ...workers, ...workers].map((worker) => worker.request(call(url))));
		expect((seen[5]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThanOrEqual(5 * 40 - 10);
	});

	it('lets the other workers wait too after a 429', async () => {
		const { url, seen } = await serve(answer(429, '{}', { 'retry-after': '0.3' }), answer(200));
		const budget = createMemoryBudget();
		const first = transportTo({ budget, retry: { attempts: 1, baseMs: 1, maxMs: 1 } });
		await failure(first.request(call(url)));
		await transportTo({ budget }).request(call(url));
		expect((seen[1]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThanOrEqual(290);
	});

	it('does not call at all when the slot is too far away', async () => {
		const { url, seen } = await serve(answer(200));
		const budget = createMemoryBudget();
		await budget.pause('test', 'general', 3_600_000);
		const error = await failure(transportTo({ budget }).request(call(url)));
		expect(error).toMatchObject({ class: 'throttled', code: 'budget_exhausted' });
		expect(error.retryAfterMs).toBeGreaterThan(3_500_000);
		expect(seen).toHaveLength(0);
	});

	it('names a bucket nobody knows', async () => {
		const error = await failure(transportTo().request(call('http://127.0.0.1:1', { budget: 'other' })));
		expect(error).toMatchObject({ class: 'bug', code: 'budget_unknown' });
	});
});

describe('deadline and cancel', () => {
	it('ends an attempt at its deadline', async () => {
		const { url, seen } = await serve(hang);
		const started = performance.now();
		const error = await failure(transportTo().request(call(url, { timeoutMs: 50, idempotent: false })));
		expect(error).toMatchObject({ class: 'unknown', code: 'answer_lost' });
		expect(performance.now() - started).toBeLessThan(2_000);
		expect(seen).toHaveLength(1);
	});

	it('ends an attempt at its deadline though the client ignores the signal', async () => {
		const deaf = transportTo({ http: () => new Promise(() => {}), retry: { attempts: 1 } });
		expect(await failure(deaf.request(call('http://127.0.0.1:1', { timeoutMs: 30 })))).toMatchObject({
			code: 'timed_out',
		});
	});

	it.each([
		['while the call is under way', [hang], {}],
		['while it waits to repeat', [answer(503, '{}', { 'retry-after': '10' })], {}],
		['while it waits for the budget', [answer(200)], { limits: { general: { intervalMs: 30_000, burst: 1 } } }],
	])('stops at once when the execution is cancelled %s', async (_name, steps, more) => {
		const { url } = await serve(...steps);
		const cancel = new AbortController();
		const transport = transportTo({ signal: cancel.signal, ...more });
		if ('limits' in more) await transport.request(call(url));
		const running = failure(transport.request(call(url)));
		setTimeout(() => cancel.abort(), 50);
		const started = performance.now();
		const error = await running;
		expect(isCancelled(error)).toBe(true);
		expect(performance.now() - started).toBeLessThan(2_000);
	});

	it('calls a cancelled call unknown when it may have been done', async () => {
		const { url } = await serve(hang);
		const cancel = new AbortController();
		const running = failure(transportTo({ signal: cancel.signal }).request(call(url, { idempotent: false })));
		setTimeout(() => cancel.abort(), 50);
		expect(await running).toMatchObject({ class: 'unknown', code: 'cancelled' });
	});

	it('makes no call once cancelled', async () => {
		const { url, seen } = await serve(answer(200));
		expect(isCancelled(await failure(transportTo({ signal: AbortSignal.abort() }).request(call(url))))).toBe(true);
		expect(seen).toHaveLength(0);
	});
});

describe('secrets', () => {
	const texts = (error: unknown): string => {
		const parts: string[] = [];
		for (let next = error; next instanceof Error; next = next.cause) {
			parts.push(next.message, next.stack ?? '', JSON.stringify(next, Object.getOwnPropertyNames(next)));
		}
		return parts.join('\n');
	};

	it('are in no error that an answer causes', async () => {
		const leaky = `token ${TOKEN} and ${encodeURIComponent(TOKEN)} and ${Buffer.from(`user:${TOKEN}`).toString('base64')}`;
		const { url } = await serve(answer(400, JSON.stringify({ leaky })));
		const error = await failure(transportTo().request(call(url, { purpose: `use ${TOKEN}` })));
		expect(texts(error)).not.toContain('secret');
		expect(texts(error)).not.toContain(Buffer.from(`user:${TOKEN}`).toString('base64').slice(8, -4));
		expect(texts(error)).toContain('[redacted]');
	});

	it('are in no error that a foreign client throws, nor its request', async () => {
		const http = async () => {
			const config = { headers: { authorization: `Bearer ${TOKEN}` } };
			throw Object.assign(new Error(`sent Bearer ${TOKEN}`), { code: 'ECONNRESET', config });
		};
		const error = await failure(transportTo({ http }).request(call('http://127.0.0.1:1')));
		expect(texts(error)).not.toContain('secret');
		expect(error.code).toBe('answer_lost');
	});
});
