import type {
	Adapter,
	EntityBinding,
	ExternalRecord,
	Fields,
	UpsertRecord,
	UpsertResult,
} from '../../../lib/adapters/adapter';
import { startTcpProxy } from '../../servers/tcp-proxy';
import { refused, written } from '../records';
import { bindingOf } from './database-site';

/** What both kinds of site have. */
export interface WritingSite {
	values: Record<string, string>;
	sql(text: string): Promise<Array<Record<string, unknown>>>;
	/** A session that runs statements of its own. */
	statements(): Promise<(sql: string) => Promise<unknown>>;
	adapter(changes?: Record<string, string>, signal?: AbortSignal): Adapter;
	/** A user that may read the table, and write these columns of it. */
	restricted(table: string, columns?: string): Promise<{ user: string; password: string }>;
	/** `timestamptz(6)`, or what it is called here. */
	time: string;
	json: string;
}

/** Writing rows of a table, on condition and without; the same promises for every kind of database. */
export function writingTests(site: () => WritingSite): void {
	let table: EntityBinding;
	let count = 0;
	const one = (id: string, fields: Fields, onlyIf?: UpsertRecord['onlyIf']): UpsertRecord => ({
		ref: `ref-${id}`,
		externalId: id,
		key: { field: 'id', value: id },
		fields,
		...(onlyIf && { onlyIf }),
	});
	const upsert = async (records: UpsertRecord[], adapter = site().adapter()): Promise<UpsertResult[]> =>
		(await adapter.upsert?.(table, records)) ?? [];
	const read = async (id: string, fields: string[] = ['note', 'amount']): Promise<ExternalRecord> => {
		const [record] = (await site().adapter().read?.(table, [id], fields)) ?? [];
		if (!record) throw new Error(`no row ${id}`);
		return record;
	};

	beforeEach(async () => {
		const name = `written_${++count}`;
		const { time, json } = site();
		await site()
			.sql(`CREATE TABLE ${name} (id int PRIMARY KEY, note text, amount decimal(10, 2), code varchar(5) UNIQUE, kind varchar(10) NOT NULL DEFAULT 'a',
			doc ${json}, flag boolean, lock_version int NOT NULL DEFAULT 1, twice int GENERATED ALWAYS AS (id * 2) STORED, parent int,
			updated_at ${time} NOT NULL DEFAULT CURRENT_TIMESTAMP, CONSTRAINT ${name}_amount_is_positive CHECK (amount >= 0),
			CONSTRAINT ${name}_parent FOREIGN KEY (parent) REFERENCES ${name} (id))`);
		await site().sql(
			`INSERT INTO ${name} (id, note, amount, code) VALUES (1, 'one', 1.5, 'c1'), (2, 'two', 2.5, 'c2'), (3, NULL, NULL, NULL)`,
		);
		table = bindingOf(name);
	});

	it('answers with what the table holds then, and tells others of the change', async () => {
		const before = await read('1');
		const [result] = await upsert([one('1', { note: '', amount: '1234.567', doc: { a: [1, null] }, flag: true })]);
		expect(written(result).fields).toEqual({ note: '', amount: '1234.57', doc: { a: [1, null] }, flag: true });
		const after = await read('1', ['note', 'amount', 'doc', 'flag']);
		expect(after).toMatchObject({ fields: written(result).fields, version: written(result).version });
		expect(after.version).not.toBe(before.version);
		expect(Math.abs(Number(after.modifiedAt) - Date.now())).toBeLessThan(20_000);
		const [emptied] = await upsert([one('1', { note: null, amount: '', doc: null })]);
		expect(written(emptied).fields).toEqual({ note: null, amount: null, doc: null });
	});

	it('writes on condition only what nobody has changed since it was read', async () => {
		const [first, second] = [await read('1'), await read('2')];
		await site().sql(`UPDATE ${table.object} SET note = 'theirs', updated_at = CURRENT_TIMESTAMP(6) WHERE id = 1`);
		const results = await upsert([one('1', { note: 'ours' }, first), one('2', { note: 'ours' }, second)]);
		expect(refused(results[0])).toMatchObject({ class: 'transient', code: 'record_moved' });
		expect(results[1]?.ok).toBe(true);
		expect([(await read('1')).fields['note'], (await read('2')).fields['note']]).toEqual(['theirs', 'ours']);
	});

	it('sees an edit that the column of change does not show', async () => {
		const seen = await read('1');
		const same = `updated_at = updated_at`;
		await site().sql(`UPDATE ${table.object} SET amount = 7, ${same} WHERE id = 1`);
		const [result] = await upsert([one('1', { note: 'ours' }, seen)]);
		expect(refused(result).code).toBe('record_moved');
	});

	it('goes by a column of versions where there is one, and counts it up', async () => {
		table = bindingOf(table.object, { version: 'lock_version' });
		const seen = await read('1', ['note']);
		expect(seen.version).toBe('1');
		const [result] = await upsert([one('1', { note: 'ours' }, seen)]);
		expect(written(result).version).toBe('2');
		expect(refused((await upsert([one('1', { note: 'again' }, seen)]))[0]).code).toBe('record_moved');
	});

	it('waits for nobody who writes at the same moment: one of two conditional writes wins', async () => {
		const seen = await read('1');
		const both = await Promise.all(
			['a', 'b', 'c', 'd'].map(async (note) => (await upsert([one('1', { note }, seen)]))[0]),
		);
		expect(both.filter((result) => result?.ok)).toHaveLength(1);
	});

	it.each([
		['a constraint', { amount: '-1' }, 'constraint_violated', /amount_is_positive/],
		['a unique column', { code: 'c2' }, 'value_taken', /code/],
		['a column that may not be empty', { kind: null }, 'value_missing', /"kind"/],
		['a foreign key', { parent: 99 }, 'reference_broken', /_parent/],
		['a value that is too long', { note: 'x', code: 'far too long' }, 'value_refused', /"code"/],
		['a value of another type', { note: 'x', amount: 'a lot' }, 'value_refused', /"amount"/],
		['a column that the database fills', { twice: 4 }, 'column_read_only', /"twice"/],
		['a column that is not there', { nothing: 4 }, 'column_unknown', /"nothing"/],
	])('says which column and record %s stops, and leaves the others done', async (_what, fields, code, words) => {
		const results = await upsert([one('1', fields), one('2', { note: 'done' })]);
		const error = refused(results[0]);
		expect(error).toMatchObject({ class: 'rejected', code });
		expect(error.message).toMatch(words);
		if (code !== 'column_unknown' && code !== 'column_read_only') expect(error.message).toContain('row "1"');
		expect(error.remedy.length).toBeGreaterThan(20);
		expect(results[1]?.ok).toBe(true);
		expect((await read('2')).fields['note']).toBe('done');
	});

	it('names the right that is missing', async () => {
		const { user, password } = await site().restricted(table.object);
		const [result] = await upsert([one('1', { note: 'x' })], site().adapter({ user, password }));
		expect(refused(result)).toMatchObject({ class: 'rejected', code: 'permission_missing' });
		expect(refused(result).remedy).toContain('GRANT');
	});

	it('writes what the user may write of a row, and names the column that it may not', async () => {
		const { user, password } = await site().restricted(table.object, 'note, updated_at');
		const adapter = site().adapter({ user, password });
		const seen = await read('1');
		const results = await upsert([one('1', { note: 'x' }, seen), one('2', { amount: 5 })], adapter);
		expect(written(results[0]).fields).toEqual({ note: 'x' });
		expect(refused(results[1])).toMatchObject({
			code: 'permission_missing',
			message: expect.stringContaining('"amount"') as string,
		});
	});

	it('says of a view that cannot be written what to name instead', async () => {
		await site().sql(
			`CREATE VIEW ${table.object}_sums AS SELECT id, max(note) AS note, max(updated_at) AS updated_at FROM ${table.object} GROUP BY id`,
		);
		table = bindingOf(`${table.object}_sums`);
		const [result] = await upsert([one('1', { note: 'x' })]);
		expect(refused(result)).toMatchObject({ class: 'rejected', code: 'table_read_only' });
	});

	it('does not wait for ever for a row that somebody holds, and writes the others', async () => {
		const other = await site().statements();
		await other('START TRANSACTION');
		await other(`UPDATE ${table.object} SET note = 'held' WHERE id = 1`);
		const results = await upsert([one('1', { note: 'x' }), one('2', { note: 'y' })]);
		await other('ROLLBACK');
		expect(refused(results[0])).toMatchObject({ class: 'transient', code: 'row_locked' });
		expect(results[1]?.ok).toBe(true);
	}, 30_000);

	it('tries again when it and another transaction wait for each other', async () => {
		const other = await site().statements();
		await other('START TRANSACTION');
		await other(`UPDATE ${table.object} SET note = 'theirs' WHERE id = 2`);
		const writing = upsert([one('1', { note: 'ours' }), one('2', { note: 'ours' })]);
		// Ours holds row 1 and waits for row 2 by now.
		await new Promise((resolve) => setTimeout(resolve, 1_000));
		await other(`UPDATE ${table.object} SET note = 'theirs' WHERE id = 1`).catch(() => undefined);
		await other('COMMIT').catch(() => undefined);
		expect((await writing).map((result) => result.ok)).toEqual([true, true]);
		expect([(await read('1')).fields['note'], (await read('2')).fields['note']]).toEqual(['ours', 'ours']);
	}, 30_000);

	describe('a connection that is cut in the commit', () => {
		const through = async (
			prepare: (proxy: Awaited<ReturnType<typeof startTcpProxy>>) => void,
			records: UpsertRecord[],
		) => {
			const proxy = await startTcpProxy(Number(site().values['port']));
			try {
				prepare(proxy);
				return await upsert(records, site().adapter({ port: String(proxy.port) }));
			} finally {
				await proxy.stop();
			}
		};

		it('is looked up: what came through is done, once', async () => {
			table = bindingOf(table.object, { version: 'lock_version' });
			const seen = await read('1', ['note']);
			const results = await through((proxy) => proxy.loseAnswerTo('COMMIT'), [one('1', { note: 'ours' }, seen)]);
			expect(written(results[0])).toMatchObject({ version: '2', fields: { note: 'ours' } });
			expect((await read('1', ['note'])).version).toBe('2');
		}, 30_000);

		it('is looked up: what did not come through is written again', async () => {
			table = bindingOf(table.object, { version: 'lock_version' });
			const seen = await read('1', ['note']);
			const results = await through((proxy) => proxy.cutBefore('COMMIT'), [one('1', { note: 'ours' }, seen)]);
			expect(written(results[0])).toMatchObject({ version: '2', fields: { note: 'ours' } });
		}, 30_000);
	});
}
