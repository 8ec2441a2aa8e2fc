import { signV3 } from '../../sandbox/hubspot';
import type { World } from './world';

let lastEventId = 0;

/**
 * Sends events as HubSpot does, each a change of a deal unless said otherwise; the status.
 * @param signedUrl the URL the signature names, where it is not the one that is called
 */
export async function sendEvents(world: World, url: string, events: object[], signedUrl = url): Promise<number> {
	const { portalId, appId, clientSecret } = world.hubSpot;
	const body = JSON.stringify(
		events.map((event) => ({
			...{ eventId: ++lastEventId, subscriptionId: 2, portalId, appId, occurredAt: 1_790_000_000_000 },
			...{ subscriptionType: 'deal.propertyChange', attemptNumber: 0, objectId: 123 },
			...{ propertyName: 'description', propertyValue: 'x' },
			...event,
		})),
	);
	const timestamp = String(Date.now());
	const response = await fetch(url, {
		method: 'POST',
		body,
		headers: {
			'content-type': 'application/json',
			'x-hubspot-request-timestamp': timestamp,
			'x-hubspot-signature-v3': signV3(clientSecret, 'POST', signedUrl, body, timestamp),
		},
	});
	await response.arrayBuffer();
	return response.status;
}
