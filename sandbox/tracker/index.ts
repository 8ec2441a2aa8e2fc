import type { AddressInfo } from 'node:net';

import { Business } from './business';
import type { HubSpotOptions } from './hubspot-side';
import { trackerApp } from './server';
import { HubSpotSide } from './hubspot-side';
import type { Company, Entity, Order } from './records';
import type { Delivery, WebhookOptions, WebhookTarget } from './webhook-sender';
import { WebhookSender } from './webhook-sender';

export type { Company, Delivery, Entity, HubSpotOptions, Order, WebhookTarget };

export interface TrackerOptions {
	/** Bearer token of the REST API. */
	token: string;
	/** Port on 127.0.0.1; 0 or left out = any free one. */
	port?: number;
	/** Starts empty when false. */
	seed?: boolean;
	/** `secret` (`whsec_...`) signs, `token` goes out as `X-Tracker-Token`; times in milliseconds. */
	webhooks: Pick<WebhookOptions, 'secret' | 'token'> & Partial<WebhookOptions> & { targets?: WebhookTarget[] };
	/** Shown on the page beside the Tracker's own records. */
	hubspot?: HubSpotOptions;
	now?: () => Date;
}

/** A running Tracker: the business's own system, with orders and companies in memory. */
export interface Tracker {
	/** e.g. `http://127.0.0.1:5690`, without a slash at the end. */
	url: string;
	token: string;
	/** Who is told about changes from now on; replaces the targets before. */
	setWebhooks(targets: WebhookTarget[]): void;
	/** "Send everything again": companies, then orders, or only one of them. */
	resend(entity?: Entity): void;
	/** Resolves when every change was told to every target, or given up. */
	settled(): Promise<void>;
	/** The last messages, oldest first. */
	deliveries(): Delivery[];
	orders(): Order[];
	companies(): Company[];
	stop(): Promise<void>;
}

const WEBHOOK_DEFAULTS = { coalesceMs: 100, retryDelaysMs: [500, 1_000, 2_000, 4_000, 8_000], timeoutMs: 60_000 };

/** Starts a Tracker on 127.0.0.1. Rejects with the system's own error when the port is taken. */
export async function startTracker(options: TrackerOptions): Promise<Tracker> {
	const now = options.now ?? (() => new Date());
	const sender = new WebhookSender({ ...WEBHOOK_DEFAULTS, ...options.webhooks }, now);
	sender.setTargets(options.webhooks.targets ?? []);
	const business = new Business(now, (entity, id) => sender.changed(entity, [id]));
	if (options.seed !== false) business.seed();

	const app = trackerApp({
		...{ token: options.token, business, sender },
		hubspot: options.hubspot && new HubSpotSide(options.hubspot),
	});
	await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
	const { port } = app.server.address() as AddressInfo;

	const send = (entity: Entity) => sender.changed(entity, business.table(entity).ids());
	return {
		url: `http://127.0.0.1:${port}`,
		token: options.token,
		setWebhooks: (targets) => sender.setTargets(targets),
		resend: (entity) => (entity ? [entity] : (['company', 'order'] as const)).forEach(send),
		settled: async () => await sender.settled(),
		deliveries: () => structuredClone(sender.deliveries),
		orders: () => business.table('order').list({ limit: Infinity }).results,
		companies: () => business.table('company').list({ limit: Infinity }).results,
		stop: async () => {
			await sender.close();
			app.server.closeAllConnections();
			await app.close();
		},
	};
}
