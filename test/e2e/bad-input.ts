import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { WorkflowFile } from '../../quickstart/n8n-api';
import { withSettings } from '../../quickstart/templates';
import { itemsAcross } from './editor-api';
import type { World } from './world';
import { TEMPLATES, TO_HUBSPOT } from './world';

const MISTAKE = 'A mistake in the flow';

/** The template with a node in between that spoils the due date of one order and renames another. */
function spoiled(trackerUrl: string, wrong: string, right: string): WorkflowFile {
	const template = JSON.parse(readFileSync(join(TEMPLATES, `${TO_HUBSPOT}.json`), 'utf8')) as WorkflowFile;
	const copy = withSettings({ ...template, name: 'Orders with a mistake' }, { trackerUrl });
	const set = copy.nodes.find(({ name }) => name === 'Settings');
	if (!set) throw new Error('The template has no node "Settings".');
	const assignment = (name: string, value: string) => ({ id: name, name, value, type: 'string' });
	copy.nodes.push({
		...{ ...set, id: 'a3e1c7d2-5f0b-5e57-9d6c-2f6f8f5f1b11', name: MISTAKE, position: [1100, 280] },
		parameters: {
			assignments: {
				assignments: [
					assignment('dueDate', `={{ $json.id === '${wrong}' ? 'as soon as possible' : $json.dueDate }}`),
					assignment('name', `={{ $json.id === '${right}' ? 'Renamed in the flow' : $json.name }}`),
				],
			},
			...{ includeOtherFields: true, options: {} },
		},
	});
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	Object.assign(copy.connections, { 'Each order': to(MISTAKE), [MISTAKE]: to('Push orders') });
	return copy;
}

export function badInputTests(world: () => World): void {
	it('a value that HubSpot refuses leaves by the error output with record, reason and remedy; the others go on', async () => {
		const { api, sandboxes } = world();
		const workflow = await api.importWorkflow(spoiled(sandboxes.tracker.url, '1003', '1004'));
		const execution = await api.finished(await api.run(workflow, 'Every hour'), world().run.signal);
		expect(execution.status).toBe('success');

		const failed = itemsAcross([execution], 'Push orders', 1);
		expect(failed).toEqual([
			expect.objectContaining({
				error: expect.objectContaining({
					message: expect.stringMatching(/Order "1003".*dueDate.*as soon as possible/),
					remedy: expect.stringMatching(/\w{3,} \w+/),
				}),
				details: expect.objectContaining({ outcome: 'failed', entity: 'order', localId: '1003' }),
			}),
		]);
		expect(itemsAcross([execution], 'Records that failed')).toHaveLength(1);
		const outcomes = itemsAcross([execution], 'Push orders').map(({ outcome }) => outcome);
		expect(outcomes).toHaveLength(24);
		expect(outcomes.filter((outcome) => outcome === 'updated')).toHaveLength(1);
		expect(sandboxes.hubspot.account.find('deals', 'dealname', 'Renamed in the flow')).toHaveLength(1);
	});

	it('once the mistake is gone, the next run brings both orders in step', async () => {
		const { tracker, hubspot } = world().sandboxes;
		tracker.resend('order');
		await tracker.settled();
		await world().quiet();
		const order = tracker.orders().find(({ id }) => id === '1003');
		const deal = hubspot.account.find('deals', 'dealname', order?.name ?? '')[0];
		expect(deal?.properties.closedate).toMatch(new RegExp(`^${order?.dueDate}`));
		expect(hubspot.account.find('deals', 'dealname', 'Renamed in the flow')).toEqual([]);
		expect(hubspot.account.list('deals')).toHaveLength(tracker.orders().length);
	});
}
