import { webhookUrl } from '../../quickstart/templates';
import type { Order } from '../../sandbox/tracker';
import { until } from '../until';
import { itemsAcross } from './editor-api';
import { ordersIn, type ErpSite } from './erp-site';
import { CHANNEL, runTemplate, setTemplate, told } from './template-run';
import { TrackerGate } from './tracker-gate';
import type { World } from './world';
import { TO_HUBSPOT } from './world';

const TEMPLATE = 'approved-order-to-sap';
const SCHEDULE = 'Every ten minutes';
/** Looks at the order before it counts as one whose number cannot be noted. */
const LOOKS = 6;
/** From an event to what the flow writes. */
const SOON_MS = 30_000;

/** The Tracker's orders, approved there, become sales orders in SAP. */
export function approvedOrderTests(world: () => World, erp: () => ErpSite): void {
	let gate: TrackerGate;

	const orderOf = (id: string): Order => {
		const order = world()
			.sandboxes.tracker.orders()
			.find((each) => each.id === id);
		if (!order) throw new Error(`There is no order ${id}.`);
		return order;
	};
	const edit = async (id: string, fields: object): Promise<void> => {
		const { url, token } = world().sandboxes.tracker;
		const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
		const answer = await fetch(`${url}/api/orders/${id}`, { method: 'PATCH', headers, body: JSON.stringify(fields) });
		if (!answer.ok) throw new Error(`The Tracker answered ${answer.status}.`);
	};
	const approve = async (id: string) => await edit(id, { custom_fields: { approvedBy: 'A. Person' } });
	/** Approvals that a test does not want to be met again. */
	const withdraw = async (id: string) => await edit(id, { custom_fields: { approvedBy: null } });
	const run = async () => await runTemplate(world(), TEMPLATE, SCHEDULE);
	const about = (text: string) => told(erp().slack).filter((message) => message.includes(text));

	/** While the work goes on, the Tracker tells the published template of every change. */
	const listening = async (work: () => Promise<void>): Promise<void> => {
		const { api, sandboxes, url } = world();
		const saved = await api.workflow(world().workflow(TEMPLATE).id);
		const trigger = saved.nodes.find(({ name }) => name === 'Your system tells');
		const webhook = { name: 'n8n-nodes-base.webhook', webhooks: [{ name: '', path: '', httpMethod: 'POST' }] };
		const demo = { url: webhookUrl(url, world().workflow(TO_HUBSPOT), webhook) };
		await api.publish(saved);
		sandboxes.tracker.setWebhooks([demo, { url: `${url}/webhook/${trigger?.webhookId}/webhook` }]);
		try {
			await work();
			await world().quiet();
		} finally {
			sandboxes.tracker.setWebhooks([demo]);
			await api.unpublish(saved);
		}
	};

	beforeAll(async () => {
		gate = await TrackerGate.start(world().sandboxes.tracker.url);
		await setTemplate(world(), TEMPLATE, { channel: CHANNEL, trackerUrl: gate.url });
	});
	beforeEach(() => gate.forget());
	afterAll(async () => {
		await setTemplate(world(), TEMPLATE, { trackerUrl: world().sandboxes.tracker.url });
		await gate.stop();
		await world().quiet();
	});

	it('set up once, links the companies that SAP knows', async () => {
		const execution = await runTemplate(world(), TEMPLATE, 'Set up once');
		expect(execution.status).toBe('success');
		expect(itemsAcross([execution], 'Link the customer')).toEqual(
			[...erp().customers].map(([localId, externalId]) =>
				expect.objectContaining({ outcome: 'created', localId, externalId }),
			),
		);
	}, 60_000);

	it('an approval that the Tracker tells becomes one order, and its number comes back', async () => {
		await listening(async () => {
			await approve('1001');
			await until(() => orderOf('1001').custom_fields['sapOrder'] !== undefined, 'the number', SOON_MS);
			// Told twice, asked again by hand: the number is there, nothing more is done.
			await edit('1001', { notes: 'Once more.' });
			await world().quiet();
			await run();
		});
		expect(ordersIn(erp())).toEqual([
			{
				number: String(orderOf('1001').custom_fields['sapOrder']),
				...{ customer: erp().customers.get('c-01'), rejected: false, amount: '18450.00' },
			},
		]);
		expect(told(erp().slack)).toEqual([]);
	}, 90_000);

	it('what SAP refuses is told once, with SAP’s reason, and leaves the order as it was', async () => {
		await setTemplate(world(), TEMPLATE, { material: 'UNKNOWN' });
		await approve('1002');
		const before = ordersIn(erp());
		for (const execution of [await run(), await run()]) expect(execution.status).toBe('success');
		await setTemplate(world(), TEMPLATE, { material: 'TG11' });

		expect(about('SO-1002')).toEqual([expect.stringContaining('Material UNKNOWN is not defined')]);
		expect(about('SO-1002')[0]).toContain('is not in SAP');
		expect(ordersIn(erp())).toEqual(before);
		expect(orderOf('1002').custom_fields['sapOrder']).toBeUndefined();
	}, 60_000);

	it('what SAP has refused is tried again when somebody changes the order, and by nothing else', async () => {
		const before = ordersIn(erp()).length;
		await run();
		expect(ordersIn(erp())).toHaveLength(before);
		await listening(async () => {
			await edit('1002', { notes: 'Corrected.' });
			await until(() => orderOf('1002').custom_fields['sapOrder'] !== undefined, 'the number', SOON_MS);
		});
		expect(ordersIn(erp())).toHaveLength(before + 1);
	}, 90_000);

	it('an order whose company SAP does not know is told, and holds up no other', async () => {
		await approve('1010');
		await approve('1004');
		const execution = await run();
		expect(itemsAcross([execution], 'In SAP and noted')).toHaveLength(1);
		expect(orderOf('1004').custom_fields['sapOrder']).toBe(ordersIn(erp()).at(-1)?.number);
		expect(about('SO-1010')).toEqual([expect.stringContaining('soldToParty')]);
		await withdraw('1010');
	}, 60_000);

	it('an unknown outcome is told and not undone; once SAP can be asked the same order is noted', async () => {
		const { faults } = erp().sap;
		faults.add({ kind: 'lostAnswer', match: { method: 'POST', pathIncludes: 'A_SalesOrder' } });
		faults.add({ kind: 'status', status: 503, times: 0, match: { method: 'GET' } });
		await approve('1005');
		const before = ordersIn(erp()).length;
		const lost = await run();
		faults.clear();
		expect(lost.status).toBe('success');
		expect(about('SO-1005')).toEqual([expect.stringContaining('not known whether it is in SAP')]);
		expect(orderOf('1005').custom_fields['sapOrder']).toBeUndefined();

		await run();
		expect(ordersIn(erp())).toHaveLength(before + 1);
		expect(ordersIn(erp()).at(-1)).toMatchObject({
			...{ number: orderOf('1005').custom_fields['sapOrder'], rejected: false },
		});
		expect(about('SO-1005')).toHaveLength(1);
	}, 120_000);

	it('a number that cannot be noted undoes the order once, and tells it once, however often it runs', async () => {
		await approve('1006');
		let edits = 0;
		gate.beforeAnswer = async ({ method, path }) => {
			// Somebody is faster each time.
			if (method === 'GET' && path.endsWith('/1006')) await edit('1006', { notes: `Edit ${++edits}.` });
			return true;
		};
		const execution = await run();
		gate.forget();
		expect(execution.status).toBe('success');
		expect(edits).toBe(LOOKS);
		const [undone] = itemsAcross([execution], 'Undo it in SAP');
		expect(undone).toMatchObject({ outcome: 'succeeded', replayed: false });
		expect(ordersIn(erp()).at(-1)).toMatchObject({ number: undone?.['externalId'], rejected: true });
		expect(about('SO-1006')).toEqual([expect.stringContaining('was undone in SAP')]);

		const [before, calls] = [ordersIn(erp()), erp().sap.calls.length];
		expect((await run()).status).toBe('success');
		expect(ordersIn(erp())).toEqual(before);
		expect(erp().sap.calls).toHaveLength(calls);
		expect(orderOf('1006').custom_fields['sapOrder']).toBeUndefined();
		expect(about('SO-1006')).toHaveLength(1);
	}, 120_000);

	it('approved anew it goes to SAP again, under a key of its own', async () => {
		await edit('1006', { custom_fields: { approval: '2' } });
		const before = ordersIn(erp()).length;
		await run();
		expect(ordersIn(erp())).toHaveLength(before + 1);
		expect(ordersIn(erp()).at(-1)).toMatchObject({
			...{ number: orderOf('1006').custom_fields['sapOrder'], rejected: false },
		});
	}, 60_000);

	it('a system that does not answer is no reason to undo: it is told, and the next run notes the number', async () => {
		await approve('1003');
		gate.beforeAnswer = async ({ path }) => await Promise.resolve(!path.endsWith('/1003'));
		const away = await run();
		gate.forget();
		expect(away.status).toBe('success');
		expect(itemsAcross([away], 'Undo it in SAP')).toEqual([]);
		expect(about('SO-1003')).toEqual([expect.stringContaining('needs a person')]);
		const made = ordersIn(erp());
		expect(made.at(-1)).toMatchObject({ rejected: false });

		await run();
		expect(ordersIn(erp())).toEqual(made);
		expect(orderOf('1003').custom_fields['sapOrder']).toBe(made.at(-1)?.number);
	}, 120_000);
}
