import type { Client } from 'pg';
import type { Cursor } from '../../../lib/adapters/adapter';
import { MIN_LOOKBACK_SECONDS } from '../../../lib/adapters/database/limits';
import { bindingOf, changes, failureOf, idsOf, poll, startDatabaseSite, type DatabaseSite } from './database-site';

let site: DatabaseSite;
beforeAll(async () => {
	site = await startDatabaseSite();
});
afterAll(() => site.stop());

const orders = bindingOf('public.orders');

async function freshOrders(changed = 'timestamptz NOT NULL DEFAULT now()'): Promise<void> {
	await site.sql('DROP TABLE IF EXISTS orders');
	await site.sql(`CREATE TABLE orders (id bigint PRIMARY KEY, number text, updated_at ${changed})`);
	await site.sql('CREATE INDEX ON orders (updated_at, id)');
}

const start = async (binding = orders, adapter = site.adapter()): Promise<Cursor> =>
	(await changes(adapter, binding, 'now')).cursor;

describe('following a table', () => {
	beforeEach(() => freshOrders());

	it('starts from now on, in a small position of plain JSON', async () => {
		await site.sql(`INSERT INTO orders SELECT n, 'old', now() - interval '1 hour' FROM generate_series(1, 10) n`);
		const page = await changes(site.adapter(), orders, 'now');
		expect(page).toMatchObject({ records: [], more: false });
		expect(JSON.stringify(page.cursor).length).toBeLessThan(100);
		expect((await poll(site.adapter(), orders, page.cursor)).records).toEqual([]);
		await site.sql(`INSERT INTO orders VALUES (11, 'new')`);
		const { records } = await poll(site.adapter(), orders, page.cursor);
		expect(records).toMatchObject([{ externalId: '11', deleted: false, fields: { id: '11', number: 'new' } }]);
		expect(Math.abs(Date.now() - Number(records[0]?.modifiedAt))).toBeLessThan(60_000);
	});

	it('starts from the beginning, with everything there is', async () => {
		await site.sql(
			`INSERT INTO orders SELECT n, 'x', '0044-03-15 12:00 BC'::timestamptz + n * interval '1 year' FROM generate_series(1, 2300) n`,
		);
		const { records, cursor } = await poll(site.adapter(), orders, 'beginning');
		expect(idsOf(records).sort()).toEqual(
			Array.from({ length: 2_300 }, (_, n) => String(n + 1))
				.filter((id) => Number(id) < 2_070)
				.sort(),
		);
		expect((await poll(site.adapter(), orders, cursor)).records).toEqual([]);
	});

	it.each(['timestamptz', 'timestamptz(0)', 'timestamp', 'timestamp(3)', 'date'])(
		'loses none of many rows of one instant across page edges: %s',
		async (type) => {
			await freshOrders(type);
			const since = await start();
			await site.sql(`INSERT INTO orders SELECT n, 'x', date_trunc('second', now()) FROM generate_series(1, 1700) n`);
			const { records, pages } = await poll(site.adapter(), orders, since);
			expect(pages).toBe(4);
			expect(idsOf(records)).toEqual(Array.from({ length: 1_700 }, (_, n) => String(n + 1)));
		},
	);

	it('orders and pages by ids of any type', async () => {
		for (const [type, id] of [
			['text', `'o''rder "' || n`],
			['uuid', `md5(n::text)::uuid`],
			['numeric', `n / 7.0`],
			['character(12)', `'n' || n`],
		]) {
			await site.sql('DROP TABLE orders');
			await site.sql(`CREATE TABLE orders (id ${type} PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now())`);
			const since = await start();
			await site.sql(`INSERT INTO orders SELECT ${id} FROM generate_series(1, 1200) n`);
			const { records } = await poll(site.adapter(), orders, since);
			expect(new Set(idsOf(records)).size).toBe(1_200);
			expect(records).toHaveLength(1_200);
		}
	});

	it('goes on where a crash between pages left it, and gives a page again that was not kept', async () => {
		const since = await start();
		await site.sql(`INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 1200) n`);
		const first = await changes(site.adapter(), orders, since);
		const again = await changes(site.adapter(), orders, since);
		expect(idsOf(again.records)).toEqual(idsOf(first.records));
		await site.sql(`UPDATE orders SET number = 'meanwhile', updated_at = clock_timestamp() WHERE id IN (1, 1200)`);
		const rest = await poll(site.adapter(), orders, first.cursor);
		const next = await poll(site.adapter(), orders, rest.cursor);
		const seen = [...first.records, ...rest.records, ...next.records];
		expect(new Set(idsOf(seen)).size).toBe(1_200);
		const edited = seen.filter((record) => record.fields['number'] === 'meanwhile');
		expect(new Set(idsOf(edited))).toEqual(new Set(['1', '1200']));
	});

	it('shows a row only once it is settled that it will not come late: then no more', async () => {
		const adapter = site.adapter();
		let cursor = await start();
		await site.sql(`INSERT INTO orders VALUES (1, 'x', now() - interval '6 seconds')`);
		await site.sql(`INSERT INTO orders VALUES (2, 'x')`);
		expect(idsOf((await poll(adapter, orders, { since: '2000-01-01 00:00:00+00' })).records)).toEqual(['1', '2']);
		({ cursor } = await poll(adapter, orders, cursor));
		expect(idsOf((await poll(adapter, orders, cursor)).records)).toEqual(['2']);
	});

	it('sees rows that are dated into the future when their time has come', async () => {
		const cursor = await start();
		await site.sql(`INSERT INTO orders VALUES (1, 'x', now() + interval '400 milliseconds')`);
		const early = await poll(site.adapter(), orders, cursor);
		expect(idsOf(early.records)).toEqual([]);
		await site.sql('SELECT pg_sleep(0.5)');
		expect(idsOf((await poll(site.adapter(), orders, early.cursor)).records)).toEqual(['1']);
	});

	it.each([
		{ since: 'yesterday' },
		{ since: "2026-01-01'; DROP TABLE orders; --" },
		{},
		{ since: '2026-01-01 00:00:00+00', to: '2026-01-01 00:00:00+00' },
		{ since: '2026-01-01 00:00:00+00', more: 1 },
		{ since: 5 },
	])('refuses a position that is none of its own: %j', async (cursor) => {
		expect(await failureOf(changes(site.adapter(), orders, cursor as Cursor))).toMatchObject({
			class: 'rejected',
			code: 'cursor_unreadable',
		});
	});

	it.each(['bigint', 'integer', 'text'])(
		'refuses to follow a column of type %s, and says what to take',
		async (type) => {
			await freshOrders(type);
			const failure = await failureOf(start());
			expect(failure).toMatchObject({ class: 'rejected', code: 'changed_unusable' });
			expect(failure.remedy).toContain('xid8');
		},
	);
});

describe('rows that are committed late', () => {
	beforeEach(() => freshOrders());

	/** Opens a transaction, writes a row with the time it began, and leaves it open. */
	async function open(client: Client, id: number): Promise<void> {
		await client.query('BEGIN');
		await client.query(`INSERT INTO orders VALUES ($1, 'late')`, [id]);
	}

	/** The server's clock is what counts, and nothing can move it. */
	const longerThanOverlap = async () => await site.sql(`SELECT pg_sleep(${MIN_LOOKBACK_SECONDS + 1})`);

	it('are not lost, however late, whatever the type of the column', async () => {
		const late = await site.session();
		const adapter = site.adapter();
		const tables = ['timestamptz', 'timestamp', 'date'].map((type) => ({ type, binding: bindingOf(`late_${type}`) }));
		for (const { type, binding } of tables) {
			await site.sql(`CREATE TABLE ${binding.object} (id int PRIMARY KEY, updated_at ${type} NOT NULL DEFAULT now())`);
		}
		const begun = await Promise.all(tables.map(async ({ binding }) => await start(binding, adapter)));
		await late.query('BEGIN');
		for (const { binding } of tables) await late.query(`INSERT INTO ${binding.object} VALUES (1)`);
		await longerThanOverlap();
		const after: Cursor[] = [];
		for (const [at, { binding }] of tables.entries()) {
			await site.sql(`INSERT INTO ${binding.object} VALUES (2)`);
			const page = await poll(adapter, binding, begun[at] ?? 'beginning');
			expect(idsOf(page.records)).toEqual(['2']);
			after.push(page.cursor);
		}
		await late.query('COMMIT');
		for (const [at, { binding }] of tables.entries()) {
			expect(idsOf((await poll(adapter, binding, after[at] ?? 'beginning')).records)).toContain('1');
		}
	}, 30_000);

	it('are not lost by a transaction that was only prepared', async () => {
		const owner = await site.session();
		// As short as it can be: only standing still can save the row.
		const binding = bindingOf('orders', { lookbackSeconds: 0 });
		const adapter = site.adapter();
		const late = await site.session();
		let cursor = await start(binding, adapter);
		await open(late, 1);
		await longerThanOverlap();
		({ cursor } = await poll(adapter, binding, cursor));
		await late.query(`PREPARE TRANSACTION 'late'`);
		const frozen = (await poll(adapter, binding, cursor)).cursor;
		expect(frozen).toEqual(cursor);
		await owner.query(`COMMIT PREPARED 'late'`);
		expect(idsOf((await poll(adapter, binding, frozen)).records)).toEqual(['1']);
	}, 30_000);

	it('are found by looking back where other roles’ transactions cannot be seen, and exactly where they can', async () => {
		const owner = await site.session();
		await owner.query(`CREATE ROLE reader LOGIN PASSWORD 'reads-only'`);
		await owner.query('GRANT SELECT ON orders TO reader');
		const adapter = site.adapter({ user: 'reader', password: 'reads-only' });
		const late = await site.session();

		/** How far behind now the next window begins, in milliseconds. */
		const overlap = async (lookbackSeconds?: number) => {
			const binding = bindingOf('orders', lookbackSeconds === undefined ? {} : { lookbackSeconds });
			const since = String((await changes(adapter, binding, 'now')).cursor['since']);
			return Date.now() - Date.parse(since.replace(' ', 'T').replace('+00', 'Z'));
		};
		// Nobody is in a transaction: nothing can come late.
		expect(await overlap()).toBeLessThan(60_000);

		await open(late, 1);
		const blind = await overlap();
		expect(blind).toBeGreaterThan(290_000);
		expect(blind).toBeLessThan(360_000);
		expect(await overlap(900)).toBeGreaterThan(890_000);
		await late.query('COMMIT');

		await owner.query('GRANT pg_read_all_stats TO reader');
		await open(late, 2);
		expect(await overlap()).toBeLessThan(60_000);
		await late.query('ROLLBACK');
	});

	it('are not lost among many writers', async () => {
		const adapter = site.adapter();
		let cursor = await start();
		const seen = new Set<string>();
		let writing = true;
		const writers = Array.from({ length: 6 }, async (_, writer) => {
			const client = await site.session();
			for (let n = 0; n < 40; n++) {
				await client.query('BEGIN');
				await client.query(`INSERT INTO orders VALUES ($1, 'x')`, [writer * 1_000 + n]);
				await client.query('SELECT pg_sleep($1)', [((n * 7 + writer * 3) % 10) / 100]);
				await client.query('COMMIT');
			}
		});
		const written = Promise.all(writers).finally(() => (writing = false));
		while (writing) {
			const page = await poll(adapter, orders, cursor);
			cursor = page.cursor;
			for (const id of idsOf(page.records)) seen.add(id);
		}
		await written;
		for (const id of idsOf((await poll(adapter, orders, cursor)).records)) seen.add(id);
		expect(seen.size).toBe(240);
	}, 60_000);
});

describe('a column of transaction numbers', () => {
	const numbered = bindingOf('orders', { changed: 'version' });

	it('is followed exactly, by whoever may read the table, without an overlap', async () => {
		const owner = await site.session();
		await owner.query('DROP TABLE IF EXISTS orders');
		await owner.query(`CREATE TABLE orders (id int PRIMARY KEY, version xid8 NOT NULL DEFAULT pg_current_xact_id())`);
		await owner.query(`CREATE ROLE plain LOGIN PASSWORD 'reads-only'`);
		await owner.query('GRANT SELECT ON orders TO plain');
		const adapter = site.adapter({ user: 'plain', password: 'reads-only' });
		const late = await site.session();

		await owner.query('INSERT INTO orders SELECT generate_series(1, 3)');
		expect(idsOf((await poll(adapter, numbered, 'beginning')).records)).toEqual(['1', '2', '3']);
		let cursor = await start(numbered, adapter);
		expect((await poll(adapter, numbered, cursor)).records).toEqual([]);
		await late.query('BEGIN');
		await late.query('INSERT INTO orders VALUES (4)');
		await owner.query('INSERT INTO orders SELECT generate_series(5, 1300)');
		const first = await poll(adapter, numbered, cursor);
		cursor = first.cursor;
		expect(first.records).toHaveLength(1_296);
		await late.query('COMMIT');
		const second = await poll(adapter, numbered, cursor);
		expect(idsOf(second.records)).toContain('4');
		expect((await poll(adapter, numbered, second.cursor)).records).toEqual([]);
		expect(second.records[0]).toMatchObject({ modifiedAt: null, version: expect.stringMatching(/^\d+$/) });
	});
});
