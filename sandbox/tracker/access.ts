import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { RequestProblem } from './problem';

/** Lets only callers with the token in. */
export function requireToken(app: FastifyInstance, token: string): void {
	app.addHook('onRequest', async (request, reply) => {
		const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
		if (given !== undefined && sameText(given, token)) return;
		reply.header('www-authenticate', 'Bearer realm="tracker"');
		throw new RequestProblem(401, 'unauthorized', 'Send the Tracker token as: Authorization: Bearer <token>.');
	});
}

/**
 * The page works without a token, so its routes answer only to this machine's own page: a foreign site in the
 * same browser betrays itself by its Origin, a rebound DNS name by its Host.
 */
export function requireOwnPage(app: FastifyInstance): void {
	app.addHook('onRequest', async (request) => {
		const origin = request.headers.origin;
		if (isLoopbackHost(request) && (origin === undefined || origin === `http://${request.headers.host}`)) return;
		throw new RequestProblem(403, 'foreign_page', "Open the Tracker's own page; other sites may not use it.");
	});
}

function isLoopbackHost(request: FastifyRequest): boolean {
	return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '');
}

function sameText(a: string, b: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}
