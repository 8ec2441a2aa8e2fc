import type { WebhookPayload } from '../../sandbox/hubspot';
import { signV3 } from '../../sandbox/hubspot';
import { editInHubSpot } from '../../quickstart/replicate';
import { isRight } from '../../quickstart/report';
import { itemsAcross } from './editor-api';
import { eventsStored } from './store-file';
import type { World } from './world';
import { FROM_HUBSPOT } from './world';

const TRIGGER = 'HubSpot has changed';
/** HubSpot takes a connection for dead after this many milliseconds. */
const HUBSPOT_WAITS_MS = 5_000;

/** A webhook request as HubSpot makes it; the status and how long the answer took. */
async function deliver({ sandboxes: { hubspot } }: World, events: WebhookPayload[], secret = hubspot.clientSecret) {
	const url = hubspot.webhooks.target ?? '';
	const body = JSON.stringify(events);
	const timestamp = String(Date.now());
	const startedAt = performance.now();
	const response = await fetch(url, {
		method: 'POST',
		body,
		headers: {
			'content-type': 'application/json',
			'x-hubspot-request-timestamp': timestamp,
			'x-hubspot-signature-v3': signV3(secret, 'POST', url, body, timestamp),
		},
	});
	return { status: response.status, text: await response.text(), took: performance.now() - startedAt };
}

let lastEventId = 900_000_000;

/** Somebody changes a deal in HubSpot; the stand-in itself tells nobody. */
function edited({ sandboxes: { hubspot } }: World, name: string, property: string, value: string): WebhookPayload {
	const deal = hubspot.account.find('deals', 'dealname', name)[0];
	if (!deal) throw new Error(`There is no deal ${name}.`);
	const { target } = hubspot.webhooks;
	hubspot.webhooks.target = undefined;
	hubspot.account.edit('deals', deal.id, { [property]: value });
	hubspot.webhooks.target = target;
	return {
		...{ eventId: ++lastEventId, subscriptionId: 5_200_001, portalId: hubspot.portalId, appId: hubspot.appId },
		...{ occurredAt: Date.now(), subscriptionType: 'deal.propertyChange', attemptNumber: 0 },
		...{ changeSource: 'CRM_UI', sourceId: 'userId:1', objectId: Number(deal.id) },
		...{ propertyName: property, propertyValue: value },
	};
}

export function webhookTests(world: () => World): void {
	const order = (name: string) =>
		world()
			.sandboxes.tracker.orders()
			.find((each) => each.name === name);

	it('a signed webhook is answered within 5 s and starts one execution, which writes the change here', async () => {
		const before = await world().api.executions();
		const stored = eventsStored(world().storeFile);
		const event = edited(world(), 'Replacement dimmers', 'dealstage', 'closedwon');
		const { status, took } = await deliver(world(), [event]);
		expect(status).toBe(200);
		expect(took).toBeLessThan(HUBSPOT_WAITS_MS);
		await world().quiet();

		const executions = await world().api.newerThan(before, world().workflow(FROM_HUBSPOT).id);
		expect(executions.map((each) => each.status)).toEqual(['success']);
		expect(itemsAcross(executions, TRIGGER)).toEqual([
			expect.objectContaining({ entity: 'order', event: 'updated', externalId: String(event.objectId) }),
		]);
		expect(itemsAcross(executions, 'Confirm')).toHaveLength(1);
		expect(eventsStored(world().storeFile)).toBe(stored + 1);
		expect(order('Replacement dimmers')).toMatchObject({ salesStage: 'closedwon', updatedBy: 'api' });
	});

	it('a wrong signature gets 401, an empty answer, no row in the store and no execution', async () => {
		const before = await world().api.executions();
		const stored = eventsStored(world().storeFile);
		const event = edited(world(), 'Fabric samples', 'description', 'This must not arrive.');
		expect(await deliver(world(), [event], 'another secret')).toMatchObject({ status: 401, text: '' });
		await world().quiet();

		expect(eventsStored(world().storeFile)).toBe(stored);
		expect(await world().api.newerThan(before, world().workflow(FROM_HUBSPOT).id)).toEqual([]);
		expect(order('Fabric samples')?.salesNotes).toBeNull();
	});

	it('the same delivery ten times at once is taken ten times and acted upon once', async () => {
		const before = await world().api.executions();
		const stored = eventsStored(world().storeFile);
		const events = [
			edited(world(), 'Bench centrifuge', 'dealstage', 'contractsent'),
			edited(world(), 'Bench centrifuge', 'description', 'Wants it before the holidays.'),
			edited(world(), 'Anodes & fittings', 'description', 'Wants a discount.'),
		];
		const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(world(), events)));
		expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
		expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(HUBSPOT_WAITS_MS);
		await world().quiet();

		const executions = await world().api.newerThan(before, world().workflow(FROM_HUBSPOT).id);
		// Two events of one record are one item.
		const emitted = itemsAcross(executions, TRIGGER).flatMap(({ eventId, eventIds }) => eventIds ?? [eventId]);
		expect(itemsAcross(executions, TRIGGER)).toHaveLength(2);
		expect(emitted).toHaveLength(events.length);
		expect(new Set(emitted).size).toBe(events.length);
		expect(eventsStored(world().storeFile)).toBe(stored + events.length);
		expect(order('Bench centrifuge')).toMatchObject({
			...{ salesStage: 'contractsent', salesNotes: 'Wants it before the holidays.' },
		});
		expect(order('Anodes & fittings')?.salesNotes).toBe('Wants a discount.');
	});

	it('an edit in HubSpot’s own page flows back to its order, and to no other', async () => {
		const rows = await editInHubSpot(world().run);
		expect(rows.filter((row) => !isRight(row))).toEqual([]);
	});
}
