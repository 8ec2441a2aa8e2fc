import { Client } from 'pg';
import { keepEvents } from '../../lib/inbox/keep';
import { siteOf } from './both-stores';
import { idsOf, inboxEvent } from './inbox-events';

const AGAIN_SECONDS = 60;
/** From before the first connection: the store takes the function of each when it opens it. */
const query = jest.spyOn(Client.prototype, 'query');
afterAll(() => query.mockRestore());

describe('keeping a webhook request on PostgreSQL', () => {
	const site = siteOf('postgres');
	const events = (prefix: string, count: number) =>
		Array.from({ length: count }, (_, n) => inboxEvent(`${prefix}-${n}`, { tenant: 'one' }));

	/** Everything that is sent to the server while `work` runs, BEGIN and COMMIT included. */
	async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
		query.mockClear();
		await work();
		return query.mock.calls.map(([asked]) => String(asked));
	}

	it('100 events in one request are one statement, without a transaction around it', async () => {
		await keepEvents(site.store, 'w/warm', events('warm', 1), AGAIN_SECONDS);
		let fresh: string[] | undefined;
		const statements = await statementsOf(async () => {
			fresh = idsOf(await keepEvents(site.store, 'w/one', events('hundred', 100), AGAIN_SECONDS));
		});
		expect(fresh).toHaveLength(100);
		expect(statements).toEqual([
			expect.stringMatching(/INSERT INTO \S*processed_webhook[\s\S]*INSERT INTO \S*event_delivery/),
		]);
	});

	it('requests that come at once share statements, and each gets its own events back', async () => {
		const requests = Array.from({ length: 20 }, (_, n) => events(`at-once-${n}`, 5));
		let fresh: Array<string[] | undefined> = [];
		const statements = await statementsOf(async () => {
			const kept = requests.map((request) => keepEvents(site.store, 'w/one', request, AGAIN_SECONDS));
			fresh = (await Promise.all(kept)).map(idsOf);
		});
		expect(fresh).toEqual(requests.map(idsOf));
		expect(statements.length).toBeGreaterThan(0);
		expect(statements.length).toBeLessThanOrEqual(2);
	});

	it('what one request brings that cannot be kept costs the others nothing', async () => {
		const bad = [inboxEvent('x'.repeat(2_000), { tenant: 'one' })];
		const outcomes = await Promise.allSettled(
			[events('good-a', 3), bad, events('good-b', 3)].map((request) =>
				keepEvents(site.store, 'w/one', request, AGAIN_SECONDS),
			),
		);
		expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
	});
});
