import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../until';
import { itemsAcross } from './editor-api';
import type { World } from './world';

const BY_POLLING = 'hubspot-back-by-polling';
const INGRESS = 'hubspot-ingress';
/** HubSpot's index shows an edit half a minute late; a minute is n8n's shortest poll. */
const SOON_MS = 120_000;
/** Between two runs by hand. */
const BETWEEN_MS = 2_000;

export function pollingTests(world: () => World): void {
	it('hubspot-back-by-polling.json, run by hand, brings a change back that no webhook told', async () => {
		const { api, run, sandboxes } = world();
		const { account, webhooks } = sandboxes.hubspot;
		const deal = account.find('deals', 'dealname', 'Fabric samples')[0];
		const { target } = webhooks;
		webhooks.target = undefined;
		account.edit('deals', deal?.id ?? '', { description: 'Seen by polling alone.' });
		webhooks.target = target;
		const workflow = await api.workflow(world().workflow(BY_POLLING).id);
		const order = () => sandboxes.tracker.orders().find(({ name }) => name === 'Fabric samples');
		let last = '';
		await until(
			async () => {
				// HubSpot's search shows nothing yet of a minute ago, and the node says so.
				const execution = await api.finished(await api.run(workflow, 'Orders, every 5 minutes'), run.signal);
				last = execution.status;
				await delay(BETWEEN_MS);
				return order()?.salesNotes === 'Seen by polling alone.';
			},
			'the note to come back',
			SOON_MS,
		);
		expect(last).toBe('success');
	}, 180_000);

	it('its companies, asked for once an hour, come back the same way', async () => {
		const { api, run, sandboxes } = world();
		const { account, webhooks } = sandboxes.hubspot;
		const workflow = await api.workflow(world().workflow(BY_POLLING).id);
		const [company] = account.list('companies');
		const { target } = webhooks;
		webhooks.target = undefined;
		account.edit('companies', company?.id ?? '', { description: 'Seen by the hourly poll.' });
		webhooks.target = target;
		const looked = async () => {
			const execution = await api.finished(await api.run(workflow, 'Companies, every hour'), run.signal);
			await delay(BETWEEN_MS);
			return { status: execution.status, items: itemsAcross([execution], 'Look at HubSpot') };
		};
		let last = await looked();
		await until(
			async () => {
				last = await looked();
				return last.items.some(({ externalId }) => externalId === company?.id);
			},
			'the company',
			SOON_MS,
		);
		expect(last).toMatchObject({
			status: 'success',
			items: expect.arrayContaining([expect.objectContaining({ entity: 'company', outcome: expect.any(String) })]),
		});
	}, 180_000);

	it('hubspot-ingress.json, published, hands to its subscriber what was taken in', async () => {
		const { api, sandboxes, url } = world();
		const before = await api.executions();
		const workflow = await api.workflow(world().workflow(INGRESS).id);
		await api.publish(workflow);
		const { webhooks, account } = sandboxes.hubspot;
		const { target } = webhooks;
		try {
			// The subscriber begins with what comes after its first poll, which n8n makes when it publishes.
			const trigger = workflow.nodes.find(({ name }) => name === 'HubSpot sends');
			webhooks.target = `${url}/webhook/${trigger?.webhookId}/webhook`;
			const deal = account.find('deals', 'dealname', 'Fabric samples')[0];
			account.edit('deals', deal?.id ?? '', { description: 'For all who follow.' });
			await until(
				async () => {
					const executions = await api.newerThan(before, workflow.id);
					return itemsAcross(executions, 'Your flow for orders').length > 0;
				},
				'the subscriber',
				SOON_MS,
			);
		} finally {
			webhooks.target = target;
			await api.unpublish(workflow);
		}
	}, 180_000);
}
