import type { SlackStandIn } from '../../sandbox/slack';
import { itemsAcross } from './editor-api';
import { CHANNEL, runTemplate, setTemplate, startSlackFor, told } from './template-run';
import type { World } from './world';

const TEMPLATE = 'daily-reconcile';

/** The demo's links compared with HubSpot, and told. */
export function reconcileTests(world: () => World): void {
	let slack: SlackStandIn;
	const run = async () => await runTemplate(world(), TEMPLATE, 'Every morning at six');

	beforeAll(async () => {
		slack = await startSlackFor(world());
		await setTemplate(world(), TEMPLATE, { channel: CHANNEL });
		expect((await runTemplate(world(), TEMPLATE, 'Set up once')).status).toBe('success');
	}, 60_000);
	afterAll(async () => await slack.stop());

	it('tells once a day that all is in step, however often it runs', async () => {
		for (const execution of [await run(), await run()]) expect(execution.status).toBe('success');
		expect(told(slack)).toHaveLength(1);
		expect(told(slack)[0]).toContain('company: 8 compared, 0 differ, 0 are gone in hubspot.');
		expect(told(slack)[0]).toContain('order: 25 compared, 0 differ, 0 are gone in hubspot.');
	}, 60_000);

	it('names what differs and what is gone, and writes on neither side', async () => {
		const { account, calls, webhooks } = world().sandboxes.hubspot;
		const deal = (name: string) => account.find('deals', 'dealname', name)[0]?.id ?? '';
		const [changed, gone] = [deal('Mooring lines, 28 mm'), deal('Anodes & fittings')];
		const { target } = webhooks;
		webhooks.target = undefined;
		account.edit('deals', changed, { description: 'No webhook told this.' });
		account.archive('deals', gone);
		calls.clear();
		const before = world().sandboxes.tracker.orders();
		const execution = await run();
		expect(execution.status).toBe('success');
		expect(told(slack)[0]).toContain(
			'order: 25 compared, 1 differ, 1 are gone in hubspot. For example 1022 (salesNotes), 1023.',
		);
		expect(itemsAcross([execution], 'Compare').filter(({ entity }) => entity === 'company')).toHaveLength(1);
		expect(calls.list().filter(({ method, path }) => method !== 'GET' && !path.endsWith('/batch/read'))).toEqual([]);
		expect(world().sandboxes.tracker.orders()).toEqual(before);

		account.restore('deals', gone);
		account.edit('deals', changed, { description: '' });
		webhooks.target = target;
	}, 60_000);

	it('tells why what could not be compared', async () => {
		const { faults } = world().sandboxes.hubspot;
		faults.add({ kind: 'status', status: 500, times: 0, match: { pathIncludes: '/deals/batch/read' } });
		const execution = await run();
		faults.clear();
		expect(execution.status).toBe('success');
		const messages = told(slack).join('\n');
		expect(messages).toMatch(/order could not be compared: .*HubSpot/);
	}, 120_000);
}
