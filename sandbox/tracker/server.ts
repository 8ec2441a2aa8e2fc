import type { FastifyError, FastifyInstance } from 'fastify';
import fastify from 'fastify';

import { requireOwnPage, requireToken } from './access';
import type { Business } from './business';
import type { HubSpotSide } from './hubspot-side';
import { pageRoutes } from './page-routes';
import { RequestProblem } from './problem';
import { recordRoutes } from './rest-routes';
import type { WebhookSender } from './webhook-sender';

/** Bytes of a request body: a batch of 500 orders with long notes fits. */
const BODY_LIMIT = 4 * 1024 * 1024;

export interface TrackerParts {
	token: string;
	business: Business;
	sender: WebhookSender;
	hubspot?: HubSpotSide;
}

/** The Tracker's HTTP face: `/api` for programs, `/` for people. */
export function trackerApp(parts: TrackerParts): FastifyInstance {
	const app = fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true });
	// A plain form on a foreign page may post text; without this parser it is refused with 415.
	app.removeContentTypeParser('text/plain');
	app.setErrorHandler((error: FastifyError | RequestProblem, _request, reply) => {
		const problem = error instanceof RequestProblem ? error : asProblem(error);
		return reply.status(problem.status).send(problem.toBody());
	});
	app.setNotFoundHandler((request) => {
		throw new RequestProblem(404, 'no_route', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
	});
	app.register(async (api) => {
		requireToken(api, parts.token);
		recordRoutes(api, '/api/orders', 'order', parts.business);
		recordRoutes(api, '/api/companies', 'company', parts.business);
	});
	app.register(async (page) => {
		requireOwnPage(page);
		pageRoutes(page, parts.business, parts.sender, parts.hubspot);
	});
	return app;
}

function asProblem(error: FastifyError): RequestProblem {
	const status = error.statusCode ?? 500;
	return new RequestProblem(status, (error.code ?? 'internal').toLowerCase(), error.message);
}
