import { push } from '../lib/sync/push';
import type { PushItem } from '../lib/sync/replication';
import { openWorld } from '../test/sync/world';
import { printTable, timed, type Row } from './report';

const RECORDS = 1_000;
const COMPANIES = 50;

/** Calls for 1,000 orders, counted by the HubSpot stand-in, and how long the whole takes with it on this machine. */
export async function benchCalls(): Promise<void> {
	const world = await openWorld();
	try {
		const companies: PushItem[] = Array.from({ length: COMPANIES }, (_, index) => ({
			localId: `c${index}`,
			fields: { name: `Company ${index}`, domain: `company-${index}.example` },
		}));
		const orders = (name: string, associated: boolean): PushItem[] =>
			Array.from({ length: RECORDS }, (_, index) => ({
				localId: String(index),
				fields: {
					name: `${name} ${index}`,
					amount: index,
					...(associated ? { companyId: `c${index % COMPANIES}` } : {}),
				},
			}));
		await push(await world.replication('company'), companies);

		const rows: Row[] = [];
		const measure = async (name: string, items: PushItem[]): Promise<void> => {
			const replication = await world.replication('order');
			world.hubspot.calls.clear();
			const ms = await timed(() => push(replication, items));
			rows.push({ name, cells: [world.calls(), Math.round(ms)] });
		};
		await measure('new', orders('Order', false));
		await measure('changed', orders('Renamed', false));
		await measure('unchanged', orders('Renamed', false));
		await measure('each associated with a company', orders('Renamed', true));
		await measure('unchanged, with associations', orders('Renamed', true));
		printTable('Calls for 1,000 pushed orders', ['calls', 'ms'], rows);
	} finally {
		await world.close();
	}
}
