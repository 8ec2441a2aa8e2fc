import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { TLSSocket } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Faults } from '../../hubspot/faults';
import { GatewayError, notFound } from '../odata/gateway-error';
import type { FunctionModules } from '../soap/function-modules';
import type { SapSystem } from '../system/system';
import { LOGIN_PAGE, REFUSED_PAGE, type Access } from './access';
import type { Sessions } from './csrf';
import { refusal, type Service, type ServiceAnswer, type ServiceRequest } from './service';

/** A call that arrived. */
export interface GatewayCall {
	method: string;
	path: string;
	query: string;
	status: number;
	/** Comparisons joined by "or": how many records a read asks for. */
	keys: number;
	fault?: string;
}

export interface GatewayParts {
	system: SapSystem;
	services: ReadonlyMap<string, Service>;
	/** Services that are not activated. */
	inactive: ReadonlySet<string>;
	access: Access;
	sessions: Sessions;
	faults: Faults;
	calls: GatewayCall[];
	functions: FunctionModules;
	/** Certificate of the server, and the authority of client certificates; left out = plain HTTP. */
	tls?: { cert: string; key: string; ca: string };
	now: () => number;
}

const ROOT = '/sap/opu/odata/sap/';
const WRITES = new Set(['POST', 'PATCH', 'MERGE', 'PUT', 'DELETE']);

/** The web server in front of everything: faults, access, client, CSRF, then the service. */
export function gateway(parts: GatewayParts): FastifyInstance {
	const { tls } = parts;
	const server = (Fastify as (options: object) => FastifyInstance)({
		// A certificate is asked for, not demanded: who shows none may still have a password.
		...(tls && { https: { ...tls, requestCert: true, rejectUnauthorized: false } }),
		bodyLimit: 32 * 1024 * 1024,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 70_000 },
	});
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
	server.addHttpMethod('MERGE', { hasBody: true });
	server.all('/*', async (request, reply) => await handle(parts, request, reply));
	return server;
}

async function handle(parts: GatewayParts, request: FastifyRequest, reply: FastifyReply) {
	const url = new URL(request.url, 'http://gateway');
	const body = typeof request.body === 'string' ? request.body : '';
	const call: GatewayCall = {
		method: request.method,
		path: decodeURIComponent(url.pathname),
		query: url.search,
		status: 0,
		keys: (url.searchParams.get('$filter') ?? '').split(' or ').length,
	};
	parts.calls.push(call);
	const fault = parts.faults.take(request.method, call.path, body);
	if (fault) call.fault = fault.kind;
	if (fault?.kind === 'lostRequest' || fault?.kind === 'hang') {
		reply.hijack();
		if (fault.kind === 'lostRequest') request.raw.socket.destroy();
		return;
	}
	if (fault?.kind === 'slow') await pause(fault.ms);
	const answer = faulted(fault) ?? (await perform(parts, request, url, body));
	if (fault?.kind === 'lostAnswer') {
		reply.hijack();
		request.raw.socket.destroy();
		return;
	}
	call.status = answer.status;
	void reply.code(answer.status).header('date', new Date(parts.now()).toUTCString());
	for (const [name, value] of Object.entries(answer.headers)) void reply.header(name, value);
	for (const cookie of answer.cookies ?? []) void reply.header('set-cookie', cookie);
	return await reply.send(answer.body);
}

type Answer = ServiceAnswer & { cookies?: string[] };

const page = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
	status,
	headers: { 'content-type': 'text/html;charset=utf-8', ...headers },
	body,
});

function faulted(fault: Fault | undefined): Answer | undefined {
	if (fault?.kind === 'garbage')
		return page(fault.status ?? 200, '<html><head><title>Service Unavailable</title></head></html>');
	if (fault?.kind !== 'status') return undefined;
	if (fault.body !== undefined) {
		return { status: fault.status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault.body) };
	}
	if (fault.status === 429) return page(429, '', { 'retry-after': String(fault.retryAfterSeconds ?? 1) });
	if (fault.status >= 500)
		return page(fault.status, '<html><head><title>500 Native Connection Error</title></head></html>');
	return refusal(new GatewayError(fault.status, fault.category ?? 'SY/530', fault.message ?? 'On demand'), true);
}

async function perform(parts: GatewayParts, request: FastifyRequest, url: URL, body: string): Promise<Answer> {
	const headers = Object.fromEntries(
		Object.entries(request.headers).map(([name, value]) => [
			name,
			Array.isArray(value) ? value.join(', ') : (value ?? ''),
		]),
	);
	if (url.pathname === '/sap/bc/sec/oauth2/token') {
		const { status, body: token } = parts.access.token(headers['authorization'], body);
		return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(token) };
	}
	const certified = (request.raw.socket as Partial<TLSSocket>).authorized === true;
	const verdict = certified ? 'allowed' : parts.access.judge(headers['authorization']);
	if (verdict === 'loginPage') return page(200, LOGIN_PAGE);
	const client = url.searchParams.get('sap-client') ?? headers['sap-client'];
	const wrongClient = client !== undefined && client !== parts.access.options.sapClient;
	if (verdict === 'refused' || wrongClient)
		return page(401, REFUSED_PAGE, { 'www-authenticate': 'Basic realm="SAP NetWeaver"' });
	if (url.pathname.startsWith('/sap/bc/')) return await parts.functions.answer(url, headers, body);
	if (!url.pathname.startsWith(ROOT)) return page(404, '<html><head><title>404 Not Found</title></head></html>');
	return odata(
		parts,
		{ method: request.method, url, headers, body },
		`${request.protocol}://${request.headers.host}${ROOT}`,
	);
}

function odata(
	parts: GatewayParts,
	{ method, url, headers, body }: { method: string; url: URL; headers: Record<string, string>; body: string },
	base: string,
): Answer {
	const [, name = '', path = ''] = /^([^/]+)\/?(.*)$/s.exec(url.pathname.slice(ROOT.length)) ?? [];
	const wantsJson = (headers['accept'] ?? '').includes('json');
	// Exactly this spelling, as SAP's own mock server has it.
	const session =
		headers['x-csrf-token'] === 'Fetch' && method === 'GET' ? parts.sessions.open(headers['cookie']) : undefined;
	const opened = session ? { cookies: session.cookies } : {};
	const token: Record<string, string> = session ? { 'x-csrf-token': session.token } : {};
	const service = parts.services.get(name);
	if (!service || parts.inactive.has(name)) {
		const error = new GatewayError(
			403,
			'/IWFND/MED/170',
			`No service found for namespace '', name '${name}', version '0001'`,
		);
		const refused = refusal(error, wantsJson);
		return { ...refused, headers: { ...refused.headers, ...token }, ...opened };
	}
	if (WRITES.has(method) && !parts.sessions.allows(headers['x-csrf-token'], headers['cookie'])) {
		return {
			status: 403,
			headers: { 'content-type': 'text/plain;charset=utf-8', 'x-csrf-token': 'Required' },
			body: 'CSRF token validation failed',
		};
	}
	const decoded = safelyDecoded(path);
	if (decoded === undefined) return refusal(notFound('Invalid URI'), wantsJson);
	const request: ServiceRequest = { method, path: decoded, query: url.searchParams, headers, body };
	const answer = service.answer(request, `${base}${name}`);
	return { ...answer, headers: { ...answer.headers, ...token }, ...opened };
}

function safelyDecoded(path: string): string | undefined {
	try {
		return decodeURIComponent(path);
	} catch {
		return undefined;
	}
}
