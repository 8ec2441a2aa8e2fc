import type { Order } from '../sandbox/tracker';
import type { Execution, N8nApi, SavedWorkflow } from './n8n-api';
import { quiet } from './quiet';
import type { Row } from './report';
import { itemsOf } from './run-data';
import type { Sandboxes } from './sandboxes';
import { waitUntil } from './wait-until';

/** How long one wave may take, in milliseconds. */
const TIMEOUT_MS = 60_000;
/** The nodes of the template that push. */
const PUSHES = ['Push companies', 'Push orders'];
const WRITES = ['/batch/upsert', '/batch/create', '/batch/update', '/batch/archive', '/batch/associate'];

export interface Run {
	api: N8nApi;
	/** The workflow that pushes. */
	toHubSpot: SavedWorkflow;
	sandboxes: Sandboxes;
	signal: AbortSignal;
	say(text: string): void;
}

/** Companies, then orders, from the Tracker to HubSpot: what should be there, and what is. */
export async function replicate(run: Run): Promise<Row[]> {
	const { hubspot, tracker } = run.sandboxes;
	const [companies, orders] = [tracker.companies(), tracker.orders()];
	const limits = { signal: run.signal, timeoutMs: TIMEOUT_MS };

	run.say(`${companies.length} companies on their way…`);
	tracker.resend('company');
	await waitUntil(() => hubspot.account.list('companies').length >= companies.length, limits);
	await quiet(run.api, run.sandboxes, run.signal);

	run.say(`${orders.length} orders on their way…`);
	tracker.resend('order');
	const wanted = orders.filter(({ companyId }) => companyId !== null).length;
	await waitUntil(
		() => hubspot.account.list('deals').length >= orders.length && linked(run.sandboxes) >= wanted,
		limits,
	);
	await quiet(run.api, run.sandboxes, run.signal);

	return [
		{ what: 'companies in HubSpot', expected: companies.length, seen: hubspot.account.list('companies').length },
		{ what: 'orders in HubSpot, as deals', expected: orders.length, seen: hubspot.account.list('deals').length },
		{
			what: 'deals equal to their order',
			expected: orders.length,
			seen: orders.filter((order) => equalDeal(run, order)).length,
		},
		{ what: 'deals associated with their company', expected: wanted, seen: linked(run.sandboxes) },
	];
}

/** A person in HubSpot moves one deal on and writes a note: does it arrive in the Tracker, and only there? */
export async function editInHubSpot(run: Run): Promise<Row[]> {
	const { hubspot, tracker } = run.sandboxes;
	const order = tracker.orders()[0] as Order;
	const stage = 'contractsent';
	const notes = 'Spoke to purchasing: the contract is out, delivery in two parts.';
	const before = new Map(tracker.orders().map(({ id, updatedAt }) => [id, updatedAt]));

	run.say(`a person in HubSpot changes the deal of order ${order.number}…`);
	const deal = hubspot.account.find('deals', 'dealname', order.name)[0];
	if (deal) hubspot.account.edit('deals', deal.id, { dealstage: stage, description: notes }, { by: 'user' });
	const now = () => tracker.orders().find(({ id }) => id === order.id);
	await waitUntil(() => now()?.salesStage === stage && now()?.salesNotes === notes, {
		...{ signal: run.signal, timeoutMs: TIMEOUT_MS },
	});
	await quiet(run.api, run.sandboxes, run.signal);

	const changed = tracker.orders().filter(({ id, updatedAt }) => before.get(id) !== updatedAt);
	return [
		{ what: `order ${order.number}: stage from HubSpot`, expected: stage, seen: now()?.salesStage ?? 'nothing' },
		{
			what: `order ${order.number}: notes from HubSpot`,
			expected: short(notes),
			seen: short(now()?.salesNotes ?? 'nothing'),
		},
		{ what: 'orders changed by that', expected: 1, seen: changed.length },
	];
}

/** Everything again, although nothing changed: neither side may be written to. */
export async function repeat(run: Run): Promise<Row[]> {
	const { hubspot, tracker } = run.sandboxes;
	const before = new Set(
		[...tracker.orders(), ...tracker.companies()].map(({ id, updatedAt }) => `${id} ${updatedAt}`),
	);
	const earlier = new Set((await run.api.executions(run.toHubSpot.id)).map(({ id }) => id));
	run.say('everything once more…');
	hubspot.calls.clear();
	tracker.resend();
	await tracker.settled();
	await quiet(run.api, run.sandboxes, run.signal);

	const after = [...tracker.orders(), ...tracker.companies()].map(({ id, updatedAt }) => `${id} ${updatedAt}`);
	const outcomes = await outcomesSince(run, earlier);
	const writes = hubspot.calls.list().filter(({ method, path }) => isWrite(method, path));
	return [
		{
			what: 'repeat: records found unchanged',
			expected: tracker.orders().length + tracker.companies().length,
			seen: outcomes.filter((outcome) => outcome === 'unchanged').length,
		},
		{ what: 'repeat: writes to HubSpot', expected: 0, seen: writes.length },
		{ what: 'repeat: changes in the Tracker', expected: 0, seen: after.filter((each) => !before.has(each)).length },
		{ what: 'repeat: deals in HubSpot', expected: tracker.orders().length, seen: hubspot.account.list('deals').length },
	];
}

/** Every message of the Tracker is one execution; none, of any workflow, may have failed. */
export async function executionRows({ api, toHubSpot, sandboxes, signal }: Run): Promise<Row[]> {
	const executions = await api.idle(signal);
	const pushes = executions.filter((each) => each.workflowId === toHubSpot.id && isOfMessage(each));
	const failed = executions.filter(({ status }) => status !== 'success');
	return [
		{
			what: 'messages of the Tracker run by n8n',
			expected: sandboxes.tracker.deliveries().length,
			seen: pushes.length,
		},
		{ what: 'executions in n8n that failed', expected: 0, seen: failed.length },
	];
}

/** The workflow starts by itself, too, each full hour. */
function isOfMessage({ mode }: Execution): boolean {
	return mode === 'webhook';
}

/** How the records fared that were pushed in newer executions. */
async function outcomesSince({ api, toHubSpot }: Run, earlier: ReadonlySet<string>): Promise<unknown[]> {
	const newer = (await api.executions(toHubSpot.id)).filter((each) => !earlier.has(each.id) && isOfMessage(each));
	const data = await Promise.all(newer.map(async ({ id }) => (await api.execution(id)).data));
	return data.flatMap((each) => PUSHES.flatMap((node) => itemsOf(each, node).map(({ outcome }) => outcome)));
}

/** Deals that are linked to the company of their order. */
function linked({ hubspot, tracker }: Sandboxes): number {
	const companies = new Map(tracker.companies().map(({ id, name }) => [id, name]));
	return tracker.orders().filter(({ name, companyId }) => {
		const deal = hubspot.account.find('deals', 'dealname', name)[0];
		const wanted = companyId === null ? undefined : companies.get(companyId);
		if (!deal || wanted === undefined) return false;
		const links = hubspot.account.associations('deals', deal.id).filter(({ object }) => object === 'companies');
		return links.length === 1 && hubspot.account.get('companies', links[0]?.id ?? '')?.properties.name === wanted;
	}).length;
}

function equalDeal({ sandboxes: { hubspot } }: Run, order: Order): boolean {
	const deals = hubspot.account.find('deals', 'dealname', order.name);
	const { amount, closedate } = deals[0]?.properties ?? {};
	const amountFits = order.amount === null ? amount === undefined : Number(amount) === order.amount;
	const dateFits = order.dueDate === null ? closedate === undefined : closedate?.startsWith(order.dueDate) === true;
	return deals.length === 1 && amountFits && dateFits;
}

function isWrite(method: string, path: string): boolean {
	if (method === 'GET') return false;
	// Reading and searching are POSTs in HubSpot's API.
	return method !== 'POST' || WRITES.some((part) => path.includes(part)) || !/\/(batch\/read|search)$/.test(path);
}

function short(text: string): string {
	return text.length > 20 ? `${text.slice(0, 19)}…` : text;
}
