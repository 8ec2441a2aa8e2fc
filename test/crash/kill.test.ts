import { baseOf } from '../../lib/sync/plan-field';
import { Random } from '../simulator/random';
import { until } from '../until';
import { startChild, type Child } from './child';
import { startSite, type Site } from './site';

const KILLS = Number(process.env.CROSSLINK_KILLS ?? 20);
const SEED = Number(process.env.CROSSLINK_SEED ?? Date.now() % 1_000_000);
const ORDERS = 200;
const EDIT_EVERY_MS = 15;
const LATEST_MS = 2_000;
const NOTES = { local: 'salesNotes', external: 'description' };
const NAME = { local: 'name', external: 'dealname' };

/** Odd ones have their notes edited there, even ones here. */
const editedThere = (id: string): boolean => Number(id) % 2 === 1;

describe.each(['sqlite', 'postgres'] as const)('killed again and again while it syncs 200 orders (%s)', (kind) => {
	let site: Site;
	beforeAll(async () => {
		site = await startSite(kind);
	});
	afterAll(async () => {
		await site.stop();
	});

	it(
		`has exactly one record per order, no lost edit and the right base (seed ${SEED})`,
		async () => {
			const random = new Random(SEED);
			const notes = new Map<string, string>();
			let serial = 0;
			const edit = (): void => editSomething(site, random, notes, ++serial);
			const addOrders = (upTo: number): void => {
				for (let id = site.orders.all().length + 1; id <= upTo; id++)
					site.orders.set(String(id), { name: `Order ${id}` });
			};
			let inTheMiddle = 0;
			for (let kills = 0; kills < KILLS; kills++) {
				addOrders(Math.ceil((ORDERS * (kills + 1)) / KILLS));
				for (let edits = random.below(20); edits > 0; edits--) edit();
				const child = startChild('sync-orders', [site.argument]);
				await child.said('begin');
				const going = setInterval(edit, EDIT_EVERY_MS);
				await aGoodMoment(site, random, child);
				clearInterval(going);
				await child.kill();
				const links = await site.store.links('hubspot', 'order').page('default', { limit: ORDERS });
				if (links.some(({ leaseOwner }) => leaseOwner !== null)) inTheMiddle++;
				site.hubspot.faults.clear();
			}
			// Most of the kills must have met a run that held leases, or this proves little.
			expect(inTheMiddle).toBeGreaterThan(KILLS / 3);
			await startChild('sync-orders', [site.argument, 'finish']).done();
			await expectAgreement(site, notes);

			const writes = site.hubspot.calls.list('/batch/u').length;
			await startChild('sync-orders', [site.argument, 'finish']).done();
			expect(site.hubspot.calls.list('/batch/u')).toHaveLength(writes);
		},
		60_000 + KILLS * 6_000,
	);
});

/** Somewhere in a run; also between the other side's work and its answer, and between the call and its work. */
async function aGoodMoment({ hubspot }: Site, random: Random, child: Child): Promise<void> {
	const roll = random.next();
	if (roll < 0.4) {
		const since = performance.now();
		const wait = random.below(200);
		await until(() => performance.now() - since >= wait);
		return;
	}
	const fault = roll < 0.8 ? ({ kind: 'lostAnswer' } as const) : ({ kind: 'slow', ms: 100 } as const);
	hubspot.faults.add({ ...fault, skip: random.below(2), match: { pathIncludes: '/batch/up' } });
	const deadline = performance.now() + LATEST_MS;
	await until(
		() => hubspot.faults.pending.length === 0 || child.lines().length > 12 || performance.now() > deadline,
		'a call that meets the fault',
	);
}

function editSomething({ hubspot, orders }: Site, random: Random, notes: Map<string, string>, serial: number): void {
	const id = String(1 + random.below(orders.all().length));
	if (random.chance(0.3)) return orders.set(id, { name: `Order ${id} v${serial}` });
	const value = `notes ${serial}`;
	if (!editedThere(id)) {
		notes.set(id, value);
		return orders.set(id, { salesNotes: value });
	}
	const [deal] = hubspot.account.find('deals', 'crosslink_id', `default:${id}`);
	if (deal === undefined) return;
	notes.set(id, value);
	hubspot.account.edit('deals', deal.id, { description: value });
}

async function expectAgreement({ store, hubspot, orders }: Site, notes: ReadonlyMap<string, string>): Promise<void> {
	const all = orders.all();
	const deals = new Map(hubspot.account.list('deals').map((deal) => [deal.properties.crosslink_id, deal]));
	expect(all).toHaveLength(ORDERS);
	expect(hubspot.account.list('deals')).toHaveLength(ORDERS);
	const links = await store.links('hubspot', 'order').findByLocalIds(
		'default',
		all.map(({ id }) => id),
	);
	const found = all.map(({ id, fields }) => {
		const deal = deals.get(`default:${id}`);
		const link = links.find((one) => one.localId === id);
		const there = { name: deal?.properties.dealname, notes: deal?.properties.description };
		const base = [NAME, NOTES].map((rule) => link?.base && baseOf(link.base, rule as Parameters<typeof baseOf>[1]));
		return {
			id,
			status: link?.syncStatus,
			linkedRight: link?.externalId === deal?.id,
			here: { name: fields.name, notes: fields.salesNotes },
			there,
			base: [base[0], notes.has(id) ? base[1] : undefined],
		};
	});
	const wanted = all.map(({ id, fields }) => {
		const value = notes.get(id);
		const both = { name: fields.name, notes: value };
		return {
			id,
			status: 'synced',
			linkedRight: true,
			here: both,
			there: both,
			base: [
				{ local: fields.name, external: fields.name },
				value === undefined ? undefined : { local: value, external: value },
			],
		};
	});
	expect(found).toEqual(wanted);
}
