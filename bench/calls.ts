import type { WebhookRequest } from '../lib/adapters/adapter';
import { confirm } from '../lib/sync/confirm';
import { pull } from '../lib/sync/pull';
import { push } from '../lib/sync/push';
import type { PushItem, SyncOutcome } from '../lib/sync/replication';
import { sync } from '../lib/sync/sync';
import { openWorld, type World } from '../test/sync/world';
import { takeIn, webhooksOf } from './own-echoes';
import { printTable, timed, type Row } from './report';

const RECORDS = 1_000;
/** Companies, and contacts, that the orders refer to. */
const REFERRED = 50;

const SETTINGS = { entities: { order: { associations: [{ local: 'contactId', entity: 'contact' }] } } };

const numbers = Array.from({ length: RECORDS }, (_, index) => index);
const orders = (name: string, more: (index: number) => PushItem['fields'] = () => ({})): PushItem[] =>
	numbers.map((index) => ({
		localId: String(index),
		fields: { name: `${name} ${index}`, amount: index, dueDate: '2026-12-01', ...more(index) },
	}));

/** Calls for 1,000 orders, counted by the HubSpot stand-in, and how long the whole takes with it on this machine. */
export async function benchCalls(): Promise<void> {
	const world = await openWorld({ settings: SETTINGS, hubspot: { rateLimit: { perTenSeconds: 100_000 } } });
	const rows: Row[] = [];
	const measure = async (name: string, goal: string, work: () => Promise<SyncOutcome[]>): Promise<SyncOutcome[]> => {
		world.hubspot.calls.clear();
		let outcomes: SyncOutcome[] = [];
		const ms = await timed(async () => (outcomes = await work()));
		const reads = world.calls('/batch/read');
		rows.push({ name, cells: [summaryOf(outcomes), world.calls(), reads, goal, Math.round(ms)] });
		return outcomes;
	};
	const pushOrders = async (items: PushItem[]) => await push(await world.replication('order'), items);
	const syncOrders = async (items: PushItem[]) => await sync(await world.replication('order'), items);
	try {
		await pushReferred(world);
		const one = (index: number) => ({ companyId: `c${index % REFERRED}` });
		const two = (index: number) => ({ ...one(index), contactId: `p${index % REFERRED}` });
		const moved = (index: number) => ({
			companyId: `c${(index + 1) % REFERRED}`,
			contactId: `p${(index + 1) % REFERRED}`,
		});

		await measure('push, new', '16', () => pushOrders(orders('Order')));
		await measure('push, changed', '16', () => pushOrders(orders('Renamed')));
		await measure('push, unchanged', '0', () => pushOrders(orders('Renamed')));
		await measure('push, each gets a company', '', () => pushOrders(orders('Renamed', one)));
		await measure('push, changed, and each gets a contact', '60', () => pushOrders(orders('Again', two)));
		await measure('push, changed, and both references move', '60', () => pushOrders(orders('Moved', moved)));
		await measure('push, unchanged, two references', '0', () => pushOrders(orders('Moved', moved)));

		// What HubSpot gave the new deals (their stage) is news to this side once.
		await confirmAll(world, await pullAll(world));
		rows.push(await webhookRow(world, await webhooksOf(world, () => pushOrders(orders('Echo', moved)))));
		const echoes = await measure('pull, echoes of our own writes', '0 writes', () => pullAll(world));
		if (echoes.some(({ outcome }) => outcome !== 'unchanged')) throw new Error('An echo was taken for a change.');
		await measure('sync both ways, unchanged', '0 writes', () => syncOrders(orders('Echo', moved)));
		await measure('sync both ways, changed here', '16 + reads', () => syncOrders(orders('Both', moved)));
		editThere(world);
		const there = await measure('sync both ways, changed there', '0 writes', () => syncOrders(orders('Both', moved)));
		await measure('confirm what was changed there', '0', async () => await confirmAll(world, there));
		await measure('push of what was pulled (echo)', '0', () =>
			pushOrders(orders('Both', (index) => ({ ...moved(index), salesStage: 'contractsent' }))),
		);
		printTable('Calls for 1,000 orders', ['outcome', 'calls', 'of these reads', 'goal', 'ms'], rows);
	} finally {
		await world.close();
	}
}

/** What HubSpot tells of the writes before, as the trigger takes it in. */
async function webhookRow(world: World, told: WebhookRequest[]): Promise<Row> {
	world.hubspot.calls.clear();
	let taken = { kept: 0, started: 0 };
	const ms = await timed(async () => (taken = await takeIn(world, told)));
	if (taken.kept !== RECORDS || taken.started > 0) {
		throw new Error(
			`${taken.kept} events of ${RECORDS} own writes were kept, ${taken.started} would start a workflow.`,
		);
	}
	const outcome = `${taken.kept.toLocaleString('en-US')} kept, none handed on`;
	return { name: 'webhooks of our own writes', cells: [outcome, world.calls(), 0, '0', Math.round(ms)] };
}

async function pushReferred(world: World): Promise<void> {
	const companies = numbers.slice(0, REFERRED).map((index) => ({
		localId: `c${index}`,
		fields: { name: `Company ${index}`, domain: `company-${index}.example` },
	}));
	const contacts = numbers.slice(0, REFERRED).map((index) => ({
		localId: `p${index}`,
		fields: { email: `p${index}@company-${index}.example`, lastName: `Person ${index}` },
	}));
	await push(await world.replication('company'), companies);
	await push(await world.replication('contact'), contacts);
}

async function pullAll(world: World) {
	return await pull(
		await world.replication('order'),
		numbers.map((index) => ({ localId: String(index) })),
	);
}

async function confirmAll(world: World, pulled: SyncOutcome[]): Promise<SyncOutcome[]> {
	const receipts = pulled.flatMap((outcome) => {
		const receipt = 'receipt' in outcome ? outcome.receipt : null;
		return typeof receipt === 'string' ? [receipt] : [];
	});
	return await confirm(await world.replication('order'), receipts);
}

/** Somebody in sales moves every deal on. */
function editThere({ hubspot }: World): void {
	for (const { id } of hubspot.account.list('deals')) hubspot.account.edit('deals', id, { dealstage: 'contractsent' });
}

function summaryOf(outcomes: SyncOutcome[]): string {
	const counts = new Map<string, number>();
	for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
	return [...counts].map(([outcome, count]) => `${count.toLocaleString('en-US')} ${outcome}`).join(', ');
}
