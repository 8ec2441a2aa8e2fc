import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

import type { Business } from './business';
import type { HubSpotSide, HubSpotState } from './hubspot-side';
import { RequestProblem } from './problem';
import type { Entity } from './records';
import { ENTITIES } from './records';
import { parsePatch } from './validation';
import type { WebhookSender } from './webhook-sender';

const ASSETS = [
	['/', 'page.html', 'text/html; charset=utf-8'],
	['/page.css', 'page.css', 'text/css; charset=utf-8'],
	['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
] as const;

/** Nothing from elsewhere: the page must work on a machine without a network. */
const CONTENT_POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ROWS_SHOWN = 500;
const DELIVERIES_SHOWN = 5;

const NO_HUBSPOT: HubSpotState = {
	...{ deals: [], companies: [], stages: [] },
	error: 'This Tracker was started without a HubSpot side.',
};

/** The page at `/` and what it talks to under `/_sandbox`; no token, but only for this machine's own page. */
export function pageRoutes(
	app: FastifyInstance,
	business: Business,
	sender: WebhookSender,
	hubspot?: HubSpotSide,
): void {
	const by = 'page';
	for (const [path, file, type] of ASSETS) {
		const content = readFileSync(join(__dirname, 'page', file));
		app.get(path, async (_request, reply) => {
			reply.headers({ 'content-type': type, 'cache-control': 'no-store', 'content-security-policy': CONTENT_POLICY });
			reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
			return content;
		});
	}

	app.get('/_sandbox/state', async () => ({
		orders: business.table('order').list({ limit: ROWS_SHOWN }).results,
		companies: business.table('company').list({ limit: ROWS_SHOWN }).results,
		hubspot: (await hubspot?.state()) ?? NO_HUBSPOT,
		deliveries: sender.deliveries.slice(-DELIVERIES_SHOWN).reverse(),
	}));

	app.patch<{ Params: { id: string } }>('/_sandbox/orders/:id', async (request) =>
		business.patch('order', request.params.id, parsePatch('order', request.body), by),
	);
	app.patch<{ Params: { id: string } }>('/_sandbox/companies/:id', async (request) =>
		business.patch('company', request.params.id, parsePatch('company', request.body), by),
	);
	for (const object of ['deals', 'companies'] as const) {
		app.patch<{ Params: { id: string } }>(`/_sandbox/hubspot/${object}/:id`, async (request, reply) => {
			if (!hubspot) throw new RequestProblem(409, 'no_hubspot', NO_HUBSPOT.error ?? '');
			await hubspot.edit(object, request.params.id, texts(request.body));
			reply.status(204);
		});
	}

	app.post('/_sandbox/resend', async (request, reply) => {
		const entities = resendOf(request.body);
		const sent = entities.map((entity) => ({ entity, ids: business.table(entity).ids() }));
		for (const { entity, ids } of sent) sender.changed(entity, ids);
		reply.status(202);
		return { sent: sent.map(({ entity, ids }) => ({ entity, count: ids.length })) };
	});
}

function resendOf(body: unknown): readonly Entity[] {
	const entity = typeof body === 'object' && body !== null && 'entity' in body ? body.entity : undefined;
	if (entity === undefined) return ENTITIES;
	const known = ENTITIES.find((each) => each === entity);
	if (known) return [known];
	throw new RequestProblem(422, 'unknown_entity', 'entity must be order or company; leave it out for both.', 'entity');
}

function texts(body: unknown): Record<string, string> {
	const entries = typeof body === 'object' && body !== null ? Object.entries(body) : [];
	if (entries.length > 0 && entries.every(([, value]) => typeof value === 'string')) return Object.fromEntries(entries);
	throw new RequestProblem(400, 'not_an_object', 'Send one JSON object of property names and texts.');
}
