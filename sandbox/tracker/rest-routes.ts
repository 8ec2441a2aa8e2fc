import type { FastifyInstance, FastifyReply } from 'fastify';

import type { Business } from './business';
import { RequestProblem } from './problem';
import { entityTag, ifMatch, ifVersion } from './precondition';
import type { ListQuery } from './record-table';
import type { Entity, RecordOf } from './records';
import { parseCreation, parsePatch } from './validation';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 500;
/** Records in one batch. */
const BATCH_MAX = 500;

/** How one record of a batch fared. */
type BatchResult<E extends Entity> =
	| { id: string; ok: true; status: 200; record: RecordOf[E] }
	| { id: string | null; ok: false; status: number; error: { code: string; message: string; field?: string } };

/**
 * `/api/orders` or `/api/companies`; the caller has shown the token. A record is answered with its version, as a field
 * and as `ETag`; a change with `If-Match` (in a batch: with `version`) is refused with 412 when the record has moved on.
 */
export function recordRoutes<E extends Entity>(
	app: FastifyInstance,
	path: string,
	entity: E,
	business: Business,
): void {
	const by = 'api';
	app.get(path, async (request) => business.table(entity).list(listQuery(request.query)));
	app.get<{ Params: { id: string } }>(`${path}/:id`, async (request, reply) =>
		tagged(reply, business.table(entity).get(request.params.id)),
	);
	app.post(path, async (request, reply) => {
		reply.status(201);
		return tagged(reply, business.create(entity, parseCreation(entity, request.body), by));
	});
	app.patch<{ Params: { id: string } }>(`${path}/:id`, async (request, reply) => {
		const patch = parsePatch(entity, request.body);
		return tagged(reply, business.patch(entity, request.params.id, patch, by, ifMatch(request.headers['if-match'])));
	});
	app.patch(path, async (request) => {
		refuseIfMatch(request.headers['if-match']);
		return { results: batch(request.body).map((item) => patchOne(business, entity, item, by)) };
	});
}

function tagged<R extends { version: number }>(reply: FastifyReply, record: R): R {
	reply.header('etag', entityTag(record.version));
	return record;
}

/** A condition that is not looked at would be worse than none. */
function refuseIfMatch(header: string | undefined): void {
	if (header === undefined) return;
	const message = 'If-Match speaks of one record; in a batch give each item the version it was read with.';
	throw new RequestProblem(400, 'invalid_if_match', message);
}

function patchOne<E extends Entity>(business: Business, entity: E, item: unknown, by: string): BatchResult<E> {
	const given = typeof item === 'object' && item !== null ? (item as { id?: unknown; version?: unknown }) : {};
	const { id, version, ...patch } = given;
	try {
		if (typeof id !== 'string')
			throw new RequestProblem(422, 'id_missing', `Each ${entity} needs its id, a text.`, 'id');
		const record = business.patch(entity, id, parsePatch(entity, patch), by, ifVersion(version));
		return { id, ok: true, status: 200, record };
	} catch (error) {
		if (!(error instanceof RequestProblem)) throw error;
		return { id: typeof id === 'string' ? id : null, ok: false, status: error.status, ...error.toBody() };
	}
}

function batch(body: unknown): unknown[] {
	if (!Array.isArray(body)) throw new RequestProblem(400, 'not_a_list', 'Send a list of [{ id, ...fields }].');
	if (body.length <= BATCH_MAX) return body;
	throw new RequestProblem(422, 'batch_too_large', `Send at most ${BATCH_MAX} records at once, not ${body.length}.`);
}

function listQuery(query: unknown): ListQuery {
	const { ids, updatedSince, limit, after } = query as Record<string, string | string[] | undefined>;
	return {
		ids: ids === undefined ? undefined : [ids].flat().flatMap((each) => each.split(',').map((id) => id.trim())),
		updatedSince: updatedSince === undefined ? undefined : moment(String(updatedSince)),
		limit: limit === undefined ? LIMIT_DEFAULT : pageSize(String(limit)),
		after: after === undefined ? undefined : String(after),
	};
}

function moment(text: string): Date {
	const at = new Date(text);
	if (!Number.isNaN(at.getTime())) return at;
	throw new RequestProblem(400, 'invalid_query', 'updatedSince must be an ISO 8601 date and time.', 'updatedSince');
}

function pageSize(text: string): number {
	const size = Number(text);
	if (Number.isInteger(size) && size >= 1 && size <= LIMIT_MAX) return size;
	throw new RequestProblem(400, 'invalid_query', `limit must be a whole number from 1 to ${LIMIT_MAX}.`, 'limit');
}
