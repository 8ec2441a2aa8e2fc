import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../account/account';
import type { CrmState } from '../account/crm-state';
import type { Calls } from '../calls';
import type { Fault, Faults } from '../faults';
import { parseBody } from '../http/body';
import { asArray, asObject, asString, propertyValues } from '../http/reading';
import { invalid } from '../http/vendor-error';
import type { Webhooks } from '../webhooks/webhooks';
import { pageState } from './page-state';

export interface SandboxParts {
	account: Account;
	state: CrmState;
	calls: Calls;
	faults: Faults;
	webhooks: Webhooks;
}

/** Paths of the sandbox itself, outside the vendor's: state for the page, edits as a person, faults for demos. */
export function addSandboxPaths(server: FastifyInstance, parts: SandboxParts): void {
	const { account, calls, faults, webhooks } = parts;
	const page = readFileSync(join(__dirname, 'page.html'), 'utf8');
	server.get('/', (_request, reply) =>
		reply
			.type('text/html;charset=utf-8')
			.header('content-security-policy', PAGE_POLICY)
			.header('cache-control', 'no-store')
			.send(page),
	);
	server.get('/_sandbox/state', () => pageState(parts));
	server.post('/_sandbox/faults', (request) => {
		const given = jsonOf(request);
		faults.add(...(Array.isArray(given) ? given : [given]).map(readFault));
		return { pending: faults.pending };
	});
	server.delete('/_sandbox/faults', () => {
		faults.clear();
		return { pending: [] };
	});
	server.get('/_sandbox/calls', () => ({ total: calls.count, calls: calls.list() }));
	server.post('/_sandbox/webhooks', (request) => {
		webhooks.target = asString(asObject(jsonOf(request)).target, 'target');
		return { target: webhooks.target };
	});
	server.post('/_sandbox/edit', (request) => {
		const body = asObject(jsonOf(request));
		const properties = Object.fromEntries(propertyValues(body.properties));
		return account.edit(asString(body.object, 'object'), asString(body.id, 'id'), properties, { by: 'user' });
	});
}

/** The page brings everything along; nothing may be loaded from elsewhere. */
const PAGE_POLICY =
	"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

/** Only JSON: a page of another origin cannot send that without the browser asking first. */
function jsonOf(request: { body: unknown; headers: { 'content-type'?: string } }): unknown {
	if (!request.headers['content-type']?.startsWith('application/json')) throw invalid('Send application/json');
	return parseBody(typeof request.body === 'string' ? request.body : '', 'application/json');
}

const KINDS = ['status', 'lostAnswer', 'lostRequest', 'hang', 'slow', 'garbage', 'perItemErrors'];

function readFault(value: unknown): Fault {
	const fault = asObject(value, 'fault');
	const kind = asString(fault.kind, 'kind');
	if (!KINDS.includes(kind)) throw invalid(`kind must be one of [${KINDS.join(', ')}]: ${kind}`);
	if (kind === 'status' && typeof fault.status !== 'number') throw invalid('A status fault needs a numeric status');
	if (kind === 'slow' && typeof fault.ms !== 'number') throw invalid('A slow fault needs ms');
	if (kind === 'perItemErrors') asArray(fault.inputs, 'inputs');
	// Checked above as far as the server would fall over it; the rest only decides which calls it meets.
	return fault as unknown as Fault;
}
