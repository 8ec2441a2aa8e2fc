import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CrmState } from '../account/crm-state';
import type { Calls } from '../calls';
import type { Fault, Faults } from '../faults';
import type { Limits } from '../limits';
import { checkAccess, type Access } from './access';
import type { Endpoint, VendorCall } from './endpoint';
import { edgePage, faultError, isEdgeStatus } from './fault-answer';
import { parseBody } from './body';
import { notFound, VendorError, vendorError } from './vendor-error';

/** Bytes of a request body that the stand-in reads. */
const BODY_LIMIT = 32 * 1024 * 1024;

export interface VendorServerParts {
	state: CrmState;
	calls: Calls;
	faults: Faults;
	limits: Limits;
	access: Access;
	associationPageSize: number;
	partialStatus?: number;
	endpoints: Endpoint[];
}

interface Received {
	method: string;
	path: string;
	text: string;
	inputs?: number;
}

/** The server with all vendor paths; sandbox paths are added by the caller. */
export function vendorServer(parts: VendorServerParts): FastifyInstance {
	const server = Fastify({
		bodyLimit: BODY_LIMIT,
		forceCloseConnections: true,
		routerOptions: { ignoreTrailingSlash: true, maxParamLength: 70_000 },
	});
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
	for (const endpoint of parts.endpoints) {
		for (const url of endpoint.paths) {
			server.route({
				method: endpoint.method,
				url,
				handler: (request, reply) => answer(parts, endpoint, request, reply),
			});
		}
	}
	server.setNotFoundHandler((request, reply) => {
		const received = readRequest(request);
		if (isVendorPath(received.path)) log(parts, received, 404);
		return writeError(reply, notFound(`No endpoint at ${request.method} ${received.path}`));
	});
	server.setErrorHandler((error, _request, reply) => writeError(reply, asVendorError(error)));
	return server;
}

const isVendorPath = (path: string) => /^\/(crm|oauth|account-info)\//.test(path);

async function answer(parts: VendorServerParts, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply) {
	const received = readRequest(request);
	const fault = parts.faults.take(received.method, received.path, received.text);
	if (fault?.kind === 'lostRequest' || fault?.kind === 'hang') {
		log(parts, received, 0, fault);
		reply.hijack();
		if (fault.kind === 'lostRequest') request.raw.socket.destroy();
		return;
	}
	if (fault?.kind === 'slow') await pause(fault.ms);
	if (fault?.kind === 'garbage') return writePage(parts, received, reply, fault.status ?? 200, fault);
	if (fault?.kind === 'status' && fault.body === undefined && isEdgeStatus(fault.status)) {
		return writePage(parts, received, reply, fault.status, fault);
	}
	const done = attempt(parts, endpoint, request, received, fault);
	if (fault?.kind === 'lostAnswer') {
		log(parts, received, 0, fault);
		reply.hijack();
		request.raw.socket.destroy();
		return;
	}
	if (!endpoint.search) void reply.headers(parts.limits.headers());
	log(parts, received, done.status, fault);
	if (done.error) return writeError(reply, done.error, fault?.kind === 'status' ? fault.body : undefined);
	return reply.code(done.status).type('application/json;charset=utf-8').send(toJson(done.body));
}

const toJson = (body: unknown) => (body === undefined ? '' : JSON.stringify(body));

/** Access, limits, body and the work itself, in the vendor's order. */
function attempt(
	parts: VendorServerParts,
	endpoint: Endpoint,
	request: FastifyRequest,
	received: Received,
	fault: Fault | undefined,
): { status: number; body?: unknown; error?: VendorError } {
	try {
		const params = request.params as Record<string, string>;
		if (!endpoint.open) checkAccess(parts.access, request.headers.authorization, endpoint.scopes?.(params) ?? []);
		if (!endpoint.open) parts.limits.charge(endpoint.search === true);
		if (fault?.kind === 'status') throw faultError(fault);
		const call: VendorCall = {
			state: parts.state,
			actor: { source: 'INTEGRATION', sourceId: String(parts.state.appId) },
			params,
			query: new URL(request.url, 'http://localhost').searchParams,
			body: parseBody(received.text, request.headers['content-type']),
			bodyLength: received.text.length,
			associationPageSize: parts.associationPageSize,
			...(fault?.kind === 'perItemErrors' ? { itemFault: fault } : {}),
			...(parts.partialStatus === undefined ? {} : { partialStatus: parts.partialStatus }),
		};
		return endpoint.handle(call);
	} catch (thrown) {
		const error = asVendorError(thrown);
		return { status: error.status, error };
	}
}

function asVendorError(thrown: unknown): VendorError {
	if (thrown instanceof VendorError) return thrown;
	const { statusCode, message } = thrown as { statusCode?: number; message?: string };
	if (statusCode === 413) return vendorError(413, 'VALIDATION_ERROR', 'The request body is too large');
	return vendorError(500, 'INTERNAL_ERROR', `The stand-in itself failed: ${message ?? String(thrown)}`);
}

function readRequest(request: FastifyRequest): Received {
	const text = typeof request.body === 'string' ? request.body : '';
	const path = request.url.replace(/\?.*$/, '');
	return { method: request.method, path, text };
}

function countInputs(text: string): number | undefined {
	if (!text.includes('"inputs"')) return undefined;
	try {
		const { inputs } = JSON.parse(text) as { inputs?: unknown };
		return Array.isArray(inputs) ? inputs.length : undefined;
	} catch {
		return undefined;
	}
}

function log(parts: VendorServerParts, received: Received, status: number, fault?: Fault): void {
	const inputs = countInputs(received.text);
	parts.calls.add({
		method: received.method,
		path: received.path,
		status,
		at: parts.state.now(),
		...(inputs === undefined ? {} : { inputs }),
		...(fault ? { fault: fault.kind } : {}),
	});
}

function writePage(parts: VendorServerParts, received: Received, reply: FastifyReply, status: number, fault: Fault) {
	log(parts, received, status, fault);
	return reply.code(status).type('text/html;charset=utf-8').send(edgePage(status));
}

function writeError(reply: FastifyReply, error: VendorError, body?: unknown) {
	const correlationId = randomUUID();
	void reply.code(error.status).headers({ 'x-hubspot-correlation-id': correlationId, ...error.extras.headers });
	return reply.type('application/json;charset=utf-8').send(JSON.stringify(body ?? error.toBody(correlationId)));
}
