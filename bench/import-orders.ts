import type { Client } from 'pg';
import type { Account } from '../sandbox/hubspot';

/** Rows of one statement; PostgreSQL takes the columns as arrays. */
const AT_ONCE = 10_000;

export interface Orders {
	/** Ids of the orders that cannot be adopted. */
	bad: string[];
}

/**
 * A table as a hard-wired integration leaves it, and the deals it names. Of the bad rows a quarter each names a deal that
 * is deleted, a deal that never was, no id at all, and a deal that another order has.
 */
export async function createOrders(
	client: Client,
	account: Account,
	{ rows, bad }: { rows: number; bad: number },
): Promise<Orders> {
	await client.query(
		'CREATE TABLE orders (id text PRIMARY KEY, hubspot_deal_id text, current_hubspot_gate text, hubspot_last_synced_at timestamptz)',
	);
	const every = rows / bad;
	const wrong: string[] = [];
	let page: Array<[id: string, dealId: string]> = [];
	for (let index = 0; index < rows; index++) {
		const id = `L-${String(index).padStart(6, '0')}`;
		// The last of each stretch, so that the one before it is a good one.
		const isBad = index % every === every - 1;
		if (isBad) wrong.push(id);
		page.push([id, isBad ? wrongDeal(account, wrong.length, page.at(-1)?.[1] ?? '') : createDeal(account, index)]);
		if (page.length === AT_ONCE || index === rows - 1) {
			await client.query(
				`INSERT INTO orders SELECT id, deal, 'appointmentscheduled', now() FROM unnest($1::text[], $2::text[]) AS t (id, deal)`,
				[page.map(([one]) => one), page.map(([, deal]) => deal)],
			);
			page = [];
		}
	}
	return { bad: wrong };
}

function createDeal(account: Account, index: number): string {
	const stage = { pipeline: 'default', dealstage: 'appointmentscheduled' };
	return account.create('deals', { dealname: `Order ${index}`, amount: String(index), ...stage }).id;
}

function wrongDeal(account: Account, nth: number, before: string): string {
	switch (nth % 4) {
		case 0: {
			const id = createDeal(account, -nth);
			account.archive('deals', id);
			return id;
		}
		case 1:
			return String(99_000_000_000 + nth);
		case 2:
			return 'see mail';
		default:
			return before;
	}
}
