import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { n8nHttp } from '../../lib/host/http';
import type { HttpAttempt } from '../../lib/transport/http';
import { executeContext } from './contexts';
import { loadPack, type Given } from './harness';

let given: Given;
let url: string;
const seen: Array<{ request: IncomingMessage; body: Buffer }> = [];
const server = createServer((request, response) => {
	const chunks: Buffer[] = [];
	request.on('data', (chunk: Buffer) => chunks.push(chunk));
	request.on('end', () => {
		seen.push({ request, body: Buffer.concat(chunks) });
		switch (request.url) {
			case '/bytes':
				return void response.writeHead(200, { 'X-Mixed': 'Case' }).end(Buffer.from([0, 255, 128, 13, 10]));
			case '/json':
				return void response.writeHead(500, { 'content-type': 'application/json' }).end('{"a": 1}');
			case '/empty':
				return void response.writeHead(204).end();
			case '/moved':
				return void response.writeHead(302, { location: `${url}/stolen` }).end('gone');
			case '/gzip':
				return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked'));
			case '/cut':
				return void response.destroy();
			default:
				// Never answered.
				return undefined;
		}
	});
});

beforeAll(async () => {
	given = { pack: await loadPack() };
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
	seen.length = 0;
});

/** The helper of n8n's own execute context. */
const context = () => executeContext(given);

const attempt = (path: string, more: Partial<HttpAttempt> = {}): HttpAttempt => ({
	method: 'GET',
	url: `${url}${path}`,
	headers: {},
	timeoutMs: 5_000,
	signal: new AbortController().signal,
	...more,
});

it('hands bytes, status and lower-case headers through unchanged', async () => {
	const answer = await n8nHttp(context())(attempt('/bytes'));
	expect(answer.status).toBe(200);
	expect([...answer.body]).toEqual([0, 255, 128, 13, 10]);
	expect(answer.headers['x-mixed']).toBe('Case');
});

it('returns an error status with its text, not parsed and not thrown', async () => {
	const answer = await n8nHttp(context())(attempt('/json'));
	expect([answer.status, answer.body.toString()]).toEqual([500, '{"a": 1}']);
});

it('returns an empty body and an unpacked one', async () => {
	expect((await n8nHttp(context())(attempt('/empty'))).body).toHaveLength(0);
	expect((await n8nHttp(context())(attempt('/gzip'))).body.toString()).toBe('unpacked');
});

it('sends method, headers and body byte by byte', async () => {
	const body = ' {"name" :"Größe"}\n';
	const headers = { 'content-type': 'application/json', authorization: 'Bearer t' };
	await n8nHttp(context())(attempt('/empty', { method: 'PATCH', headers, body }));
	expect(seen[0]?.request.method).toBe('PATCH');
	expect(seen[0]?.request.headers).toMatchObject(headers);
	expect(seen[0]?.body.toString('utf8')).toBe(body);
});

it('sends form parameters as such', async () => {
	const headers = { 'content-type': 'application/x-www-form-urlencoded' };
	await n8nHttp(context())(attempt('/empty', { method: 'POST', headers, body: 'grant_type=refresh_token&x=a%20b' }));
	expect(new URLSearchParams(seen[0]?.body.toString()).get('x')).toBe('a b');
});

it('does not carry a token to where a redirect points', async () => {
	const answer = await n8nHttp(context())(attempt('/moved', { headers: { authorization: 'Bearer t' } }));
	expect(answer.status).toBe(302);
	expect(seen.map(({ request }) => request.url)).toEqual(['/moved']);
});

it('throws what happened when there is no answer', async () => {
	await expect(n8nHttp(context())(attempt('/cut'))).rejects.toMatchObject({ code: 'ECONNRESET' });
	await expect(n8nHttp(context())(attempt('', { url: 'http://127.0.0.1:1/' }))).rejects.toMatchObject({
		code: 'ECONNREFUSED',
	});
	await expect(n8nHttp(context())(attempt('/never', { timeoutMs: 100 }))).rejects.toThrow(/timeout/);
});

it('stops at once when the execution is cancelled', async () => {
	const controller = new AbortController();
	const call = n8nHttp(context())(attempt('/never', { signal: controller.signal }));
	const cancelled = expect(call).rejects.toThrow(/cancel|abort/i);
	controller.abort();
	await cancelled;
});
