import { randomBytes } from 'node:crypto';

import type { HubSpotStandIn } from '../sandbox/hubspot';
import { startHubSpot } from '../sandbox/hubspot';
import type { Tracker } from '../sandbox/tracker';
import { startTracker } from '../sandbox/tracker';
import { preferPort } from './ports';

const TRACKER_PORT = 5690;
const HUBSPOT_PORT = 5691;

export interface Sandboxes {
	hubspot: HubSpotStandIn;
	tracker: Tracker;
	/** What the Tracker sends in `X-Tracker-Token`. */
	webhookToken: string;
	/** What the Tracker signs its webhooks with. */
	signingSecret: string;
	stop(): Promise<void>;
}

/** Starts HubSpot's stand-in and the Tracker beside it; nobody hears of changes until the webhooks are set. */
export async function startSandboxes(): Promise<Sandboxes> {
	const webhookToken = secret();
	const signingSecret = `whsec_${randomBytes(32).toString('base64')}`;
	const hubspot = await startHubSpot({ port: await preferPort(HUBSPOT_PORT), clientSecret: secret() });
	try {
		const tracker = await startTracker({
			port: await preferPort(TRACKER_PORT),
			token: secret(),
			webhooks: { secret: signingSecret, token: webhookToken },
			hubspot: {
				baseUrl: hubspot.url,
				accessToken: hubspot.accessToken,
				editAsPerson: async (object, id, properties) => {
					await Promise.resolve(hubspot.account.edit(object, id, properties, { by: 'user' }));
				},
			},
		});
		const stop = async () => {
			await tracker.stop();
			await hubspot.stop();
		};
		return { hubspot, tracker, webhookToken, signingSecret, stop };
	} catch (error) {
		await hubspot.stop();
		throw error;
	}
}

function secret(): string {
	return randomBytes(24).toString('base64url');
}

/** What the trigger's notice asks an integrator to subscribe to: all about the mapped objects, changes by property. */
export function subscribeHubSpot(hubspot: HubSpotStandIn, target: string): void {
	const pulled = {
		deal: ['dealstage', 'description'],
		company: ['industry', 'description'],
	};
	hubspot.webhooks.subscribe(
		...Object.entries(pulled).flatMap(([object, properties]) => [
			...['creation', 'deletion', 'merge', 'restore'].map((kind) => ({ type: `${object}.${kind}` })),
			...properties.map((propertyName) => ({ type: `${object}.propertyChange`, propertyName })),
		]),
	);
	hubspot.webhooks.target = target;
}
