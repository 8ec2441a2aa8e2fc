import type { Adapter } from '../../../lib/adapters/adapter';
import { MAX_VALUE_BYTES, PAGE_CHARACTERS } from '../../../lib/adapters/database/limits';
import { until } from '../../until';
import { bindingOf, changes, failureOf, idsOf, poll, startDatabaseSite, type DatabaseSite } from './database-site';

let site: DatabaseSite;
let adapter: Adapter;
beforeAll(async () => {
	site = await startDatabaseSite();
	adapter = site.adapter();
});
afterAll(() => site.stop());

const read = async (binding: ReturnType<typeof bindingOf>, ids: string[], fields: string[] = []) =>
	(await adapter.read?.(binding, ids, fields)) ?? [];

describe('values', () => {
	const values = bindingOf('values_of_all_kinds');

	beforeAll(async () => {
		await site.sql(`CREATE TYPE mood AS ENUM ('good', 'so so')`);
		await site.sql(`CREATE DOMAIN cents AS bigint`);
		await site.sql(`CREATE TABLE values_of_all_kinds (
			id int PRIMARY KEY, updated_at timestamptz(6), big bigint, money cents, amount numeric(40, 10), ratio float8, lost float8, flag boolean,
			day date, at timestamp, never timestamptz, long_ago date, empty text, none text, doc jsonb, raw json, tags text[], numbers numeric[],
			feeling mood, file bytea, doubled int GENERATED ALWAYS AS (id * 2) STORED, "__proto__" text, "weird "" name; --" text)`);
		await site.sql(
			`INSERT INTO values_of_all_kinds VALUES (1, '2026-11-23 12:00:00.123456+02', 9223372036854775807, -5, 123456789012345678901234567890.0123456789,
			0.1, 'NaN', true, '2026-02-28', '2026-10-25 02:30:00.000001', 'infinity', '0044-03-15 BC', '', NULL, '{"a": [1, null]}', '[1, "zwei"]',
			'{a,"b c",NULL}', '{12345678901234567890.5}', 'so so', '\\x00ff', DEFAULT, 'proto', 'odd')`,
		);
	});

	it('keep all their digits, microseconds and nulls', async () => {
		const [record] = await read(values, ['1']);
		expect(record).toMatchObject({ externalId: '1', modifiedAt: new Date('2026-11-23T10:00:00.123Z') });
		expect(Object.entries(record?.fields ?? {})).toEqual([
			['id', 1],
			['updated_at', '2026-11-23T10:00:00.123456Z'],
			['big', '9223372036854775807'],
			['money', '-5'],
			['amount', '123456789012345678901234567890.0123456789'],
			['ratio', 0.1],
			['lost', 'NaN'],
			['flag', true],
			['day', '2026-02-28'],
			['at', '2026-10-25T02:30:00.000001'],
			['never', 'infinity'],
			['long_ago', '0044-03-15 BC'],
			['empty', ''],
			['none', null],
			['doc', { a: [1, null] }],
			['raw', [1, 'zwei']],
			['tags', ['a', 'b c', null]],
			['numbers', ['12345678901234567890.5']],
			['feeling', 'so so'],
			['doubled', 2],
			['__proto__', 'proto'],
			['weird " name; --', 'odd'],
		]);
	});

	it('are those of the columns asked for', async () => {
		const [record] = await read(values, ['1'], ['flag', 'weird " name; --']);
		expect(record?.fields).toEqual({ flag: true, 'weird " name; --': 'odd' });
	});

	it('do not depend on what the server is set to', async () => {
		const [before] = await read(values, ['1']);
		await site.sql(`ALTER DATABASE ${site.values['database']} SET DateStyle = 'German'`);
		await site.sql(`ALTER DATABASE ${site.values['database']} SET TimeZone = 'Asia/Kolkata'`);
		await site.sql(`ALTER DATABASE ${site.values['database']} SET extra_float_digits = -5`);
		// Another user name makes another pool, and so a new session.
		await site.sql(`CREATE ROLE another SUPERUSER LOGIN PASSWORD 'another-one'`);
		const fresh = site.adapter({ user: 'another', password: 'another-one' });
		expect(await fresh.read?.(values, ['1'], [])).toEqual([before]);
		for (const name of ['DateStyle', 'TimeZone', 'extra_float_digits']) {
			await site.sql(`ALTER DATABASE ${site.values['database']} RESET ${name}`);
		}
	});

	it('are described with types, choices, keys and what the database fills itself', async () => {
		const { fields } = (await adapter.describe?.('public.values_of_all_kinds')) ?? { fields: [] };
		const of = (name: string) => fields.find((field) => field.name === name);
		expect(of('id')).toMatchObject({ type: 'number', unique: true, readOnly: false });
		expect(of('feeling')).toMatchObject({ type: 'enumeration', choices: [{ value: 'good' }, { value: 'so so' }] });
		expect(of('doubled')).toMatchObject({ readOnly: true });
		expect([of('day')?.type, of('at')?.type, of('tags')?.type, of('money')?.type]).toEqual([
			'date',
			'datetime',
			'string',
			'number',
		]);
		expect(of('file')).toBeUndefined();
	});
});

describe('reading', () => {
	beforeAll(async () => {
		await site.sql(`CREATE TABLE contacts (id uuid PRIMARY KEY, email text, updated_at timestamptz DEFAULT now())`);
		await site.sql(`INSERT INTO contacts SELECT md5(n::text)::uuid, 'c' || n % 900 FROM generate_series(1, 1200) n`);
	});
	const contacts = bindingOf('contacts');

	it('finds rows by id, many at once, and leaves out ids that no row has or can have', async () => {
		const ids = (await site.sql('SELECT id FROM contacts')).map((row) => String(row['id']));
		const odd = ['nothing', '', "'; DROP TABLE contacts; --", '00000000-0000-0000-0000-000000000000', 'a\0b'];
		expect(new Set(idsOf(await read(contacts, [...odd, ...ids, ...ids])))).toEqual(new Set(ids));
		const numbers = bindingOf('values_of_all_kinds');
		expect(idsOf(await read(numbers, ['1', '99999999999999', '1.0', '0x1', '2147483648', '-1']))).toEqual(['1']);
	});

	it('finds rows by the values of a column, all of them', async () => {
		const found = (await adapter.match?.(contacts, 'email', ['c1', 'c700', 'nobody'], ['email'])) ?? [];
		expect(found.map((record) => record.fields['email']).sort()).toEqual(['c1', 'c1', 'c700']);
	});

	it('leaves out a value that is too large, and ends a page early rather than hold too much', async () => {
		await site.sql('CREATE TABLE files (id int PRIMARY KEY, body text, updated_at timestamptz DEFAULT now())');
		await site.sql(`INSERT INTO files SELECT n, repeat('x', ${MAX_VALUE_BYTES}) FROM generate_series(1, 40) n`);
		await site.sql(`INSERT INTO files VALUES (41, repeat('x', ${MAX_VALUE_BYTES + 1}))`);
		const files = bindingOf('files');
		const { records, pages } = await poll(adapter, files, 'beginning');
		expect(idsOf(records)).toEqual(Array.from({ length: 41 }, (_, n) => String(n + 1)));
		expect(pages).toBeGreaterThanOrEqual((40 * MAX_VALUE_BYTES) / PAGE_CHARACTERS);
		expect(Object.keys(records[39]?.fields ?? {})).toContain('body');
		expect(Object.keys(records[40]?.fields ?? {})).toEqual(['id', 'updated_at']);
	});
});

describe('names', () => {
	it.each([
		['Orders; DROP TABLE x', 'id"; --', 'chan.ged'],
		['ünï cödé', 'select', "it's"],
		['a"b.c', 'ID', '$1'],
	])('are only ever names: %s', async (table, id, changed) => {
		const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
		await site.sql(`CREATE SCHEMA IF NOT EXISTS "My Shop"`);
		const sql = `"My Shop".${quoted(table)}`;
		await site.sql(`CREATE TABLE ${sql} (${quoted(id)} int PRIMARY KEY, ${quoted(changed)} timestamptz DEFAULT now())`);
		await site.sql(`INSERT INTO ${sql} VALUES (1), (2)`);
		const { records } = await poll(adapter, bindingOf(sql, { id, changed }), 'beginning');
		expect(records.map(({ fields }) => fields[id])).toEqual([1, 2]);
	});

	it('are taken as they are spelled, and a near one is offered', async () => {
		await site.sql('CREATE TABLE "Invoices" (id int PRIMARY KEY, updated_at timestamptz DEFAULT now())');
		expect((await poll(adapter, bindingOf('public.Invoices'), 'beginning')).records).toEqual([]);
		const wrongTable = await failureOf(changes(adapter, bindingOf('invoices'), 'now'));
		expect([wrongTable.code, wrongTable.remedy]).toEqual(['table_unknown', expect.stringContaining('public.Invoices')]);
		const wrongColumn = await failureOf(changes(adapter, bindingOf('Invoices', { changed: 'update_at' }), 'now'));
		expect([wrongColumn.code, wrongColumn.remedy]).toEqual(['column_unknown', expect.stringContaining('updated_at')]);
		expect(await failureOf(changes(adapter, bindingOf('a.b.c'), 'now'))).toMatchObject({ code: 'table_name_invalid' });
		expect(await failureOf(changes(adapter, bindingOf('x; SELECT 1'), 'now'))).toMatchObject({ code: 'table_unknown' });
		const { source: _none, ...bare } = bindingOf('Invoices');
		expect(await failureOf(changes(adapter, bare, 'now'))).toMatchObject({ code: 'source_missing' });
	});

	it('of fields that may not be read or hold bytes are told apart', async () => {
		await site.sql(
			'CREATE TABLE partly (id int PRIMARY KEY, open text, secret text, file bytea, updated_at timestamptz)',
		);
		await site.sql(`INSERT INTO partly VALUES (1, 'o', 's', '\\x00', now())`);
		await site.sql(`CREATE ROLE partial LOGIN PASSWORD 'reads-some'`);
		await site.sql('GRANT SELECT (id, open, file, updated_at) ON partly TO partial');
		const partial = site.adapter({ user: 'partial', password: 'reads-some' });
		const binding = bindingOf('partly');
		const { records } = await poll(partial, binding, 'beginning');
		expect(Object.keys(records[0]?.fields ?? {})).toEqual(['id', 'open', 'updated_at']);
		expect(await failureOf(poll(partial, binding, 'beginning', ['secret']))).toMatchObject({
			code: 'permission_missing',
		});
		expect(await failureOf(poll(partial, binding, 'beginning', ['file']))).toMatchObject({ code: 'column_binary' });
		await site.sql('REVOKE ALL ON partly FROM partial');
		expect(await failureOf(poll(partial, binding, 'beginning'))).toMatchObject({ code: 'permission_missing' });
	});
});

describe('times without a zone', () => {
	const appointments = bindingOf('appointments', { timeZone: 'Europe/Berlin' });
	const within = (since: string, to: string) => ({ since, to, next: to, at: '-infinity', id: '0' });

	beforeAll(async () => {
		await site.sql('CREATE TABLE appointments (id int PRIMARY KEY, updated_at timestamp)');
		await site.sql(`INSERT INTO appointments VALUES
			(1, '2026-10-25 01:30:00'), (2, '2026-10-25 02:59:30'), (3, '2026-10-25 02:00:30'),
			(4, '2026-03-29 01:59:30'), (5, '2026-03-29 03:00:30'), (6, '2026-07-01 12:00:00')`);
	});

	it('are those of the zone that is set', async () => {
		const july = within('2026-07-01 09:59:00+00', '2026-07-01 10:01:00+00');
		const { records } = await changes(adapter, appointments, july);
		expect(records).toMatchObject([{ externalId: '6', modifiedAt: new Date('2026-07-01T10:00:00Z') }]);
		const utc = bindingOf('appointments', { timeZone: 'UTC' });
		expect((await changes(adapter, utc, july)).records).toEqual([]);
	});

	it('are not lost when the clock is set back or forth', async () => {
		// 02:59:30 in summer time, 02:00:30 in winter time a minute later.
		const back = await changes(adapter, appointments, within('2026-10-25 00:59:00+00', '2026-10-25 01:01:00+00'));
		expect(idsOf(back.records)).toEqual(expect.arrayContaining(['2', '3']));
		const forth = await changes(adapter, appointments, within('2026-03-29 00:59:00+00', '2026-03-29 01:01:00+00'));
		expect(idsOf(forth.records)).toEqual(['4', '5']);
	});

	it('of a zone that does not exist are refused', async () => {
		const nowhere = bindingOf('appointments', { timeZone: 'Europe/Atlantis' });
		expect(await failureOf(changes(adapter, nowhere, 'beginning'))).toMatchObject({ class: 'rejected' });
	});
});

describe('the test', () => {
	const message = async (...bindings: Array<ReturnType<typeof bindingOf>>) => (await adapter.test?.(bindings))?.message;

	it('says who answered, and nothing else where all is well', async () => {
		await site.sql('CREATE TABLE fine (id int PRIMARY KEY, updated_at timestamptz NOT NULL)');
		const { host, port, database, user } = site.values;
		expect(await adapter.test?.()).toMatchObject({ accountId: `${host}:${port}/${database}` });
		expect(await message(bindingOf('fine'))).toMatch(
			new RegExp(`^Connected to PostgreSQL [\\d.]+.* as ${user}; fine\\.$`),
		);
	});

	it('says what makes polling slow or blind', async () => {
		await site.sql('CREATE TABLE slow (id int, updated_at timestamp)');
		await site.sql(`INSERT INTO slow SELECT n, now() FROM generate_series(1, 20000) n`);
		await site.sql('ANALYZE slow');
		const text = await message(bindingOf('slow'));
		expect(text).toContain('no index on "updated_at"');
		expect(text).toContain('CREATE INDEX ON "public"."slow" ("updated_at", "id")');
		expect(text).toContain('not unique');
		expect(text).toContain('may be empty');
		expect(text).toContain('has no time zone');

		await site.sql('CREATE INDEX ON slow (updated_at)');
		await site.sql('INSERT INTO slow VALUES (0, NULL)');
		const indexed = await message(bindingOf('slow', { timeZone: 'UTC' }));
		expect(indexed).not.toMatch(/no index|time zone/);
		expect(indexed).toContain('is empty in some rows');

		await site.sql(`CREATE ROLE near_sighted LOGIN PASSWORD 'sees-little'`);
		const little = site.adapter({ user: 'near_sighted', password: 'sees-little' });
		expect((await little.test?.([]))?.message).toContain('GRANT pg_read_all_stats');
	});

	it('fails for a table that is not there', async () => {
		expect(await failureOf(message(bindingOf('fnie')))).toMatchObject({ code: 'table_unknown' });
	});
});

it('reads 100 changed rows of 100,000 by their index, in one page', async () => {
	await site.sql('CREATE TABLE many (id int PRIMARY KEY, note text, updated_at timestamptz NOT NULL)');
	await site.sql('CREATE INDEX many_by_change ON many (updated_at, id)');
	await site.sql(`INSERT INTO many SELECT n, 'x', now() - interval '1 day' FROM generate_series(1, 100000) n`);
	await site.sql('ANALYZE many');
	const many = bindingOf('many');
	const { cursor } = await changes(adapter, many, 'now');
	const scans = async () =>
		(await site.sql(`SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'many_by_change'`))[0]?.[
			'idx_scan'
		];
	const changed = Array.from({ length: 100 }, (_, n) => String(n * 1_000 + 1));
	await site.sql(`UPDATE many SET note = 'changed', updated_at = now() WHERE id % 1000 = 1`);

	const { records, pages } = await poll(adapter, many, cursor);
	expect([idsOf(records).sort(), pages]).toEqual([changed.sort(), 1]);
	// The server counts what a session did only now and then.
	await until(async () => {
		await poll(adapter, many, cursor);
		return Number(await scans()) > 0;
	}, 'the index to be used');
});

it('never writes, whatever it is made to run', async () => {
	await site.sql('CREATE TABLE counted (n int)');
	await site.sql(`CREATE FUNCTION count_me() RETURNS timestamptz LANGUAGE plpgsql AS
		$$ BEGIN INSERT INTO counted VALUES (1); RETURN now(); END $$`);
	await site.sql('CREATE VIEW sly AS SELECT 1 AS id, count_me() AS updated_at');
	expect((await failureOf(changes(adapter, bindingOf('sly'), 'beginning'))).message).toContain('read-only');
	expect(await site.sql('SELECT * FROM counted')).toEqual([]);
});
