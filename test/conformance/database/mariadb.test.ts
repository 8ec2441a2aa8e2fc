import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { lookup } from 'node:dns';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import type { Adapter, EntityBinding, ExternalRecord, Fields, RecordSource } from '../../../lib/adapters/adapter';
import { MAX_VALUE_BYTES, MIN_LOOKBACK_SECONDS } from '../../../lib/adapters/database/limits';
import { CrosslinkError } from '../../../lib/errors';
import type { Egress } from '../../../lib/transport/egress';
import { leftOut } from '../../servers/left-out';
import { requireMariaDb } from '../../servers/mariadb';
import { until } from '../../until';
import { bindingOf, changes, failureOf, idsOf, poll } from './database-site';
import { startMariaDbSite, type MariaDbSite } from './mariadb-site';

const WHAT = 'your own database in MariaDB';
// In a zone of its own, so that nothing is right by chance.
const ZONE = '+05:30';

if (requireMariaDb(WHAT)) describe(WHAT, tests);

function tests(): void {
	let site: MariaDbSite;
	let adapter: Adapter;
	beforeAll(async () => {
		site = await startMariaDbSite([`--default-time-zone=${ZONE}`]);
		adapter = site.adapter();
	}, 120_000);
	afterAll(() => site.stop());

	const read = async (binding: EntityBinding, ids: string[], fields: string[] = []): Promise<ExternalRecord[]> =>
		(await adapter.read?.(binding, ids, fields)) ?? [];
	const fresh = async (columns: string, source?: Partial<RecordSource>, table = 'orders'): Promise<EntityBinding> => {
		await site.sql(`DROP TABLE IF EXISTS ${table}`);
		await site.sql(`CREATE TABLE ${table} (${columns})`);
		return bindingOf(table, source);
	};
	const many = async (count: number, values: (n: number) => string): Promise<void> => {
		const rows = Array.from({ length: count }, (_, n) => `(${values(n + 1)})`);
		await site.sql(`INSERT INTO orders VALUES ${rows.join(', ')}`);
	};

	describe('values', () => {
		it('keep all their digits, microseconds, zones and nulls', async () => {
			const binding =
				await fresh(`id int PRIMARY KEY, updated_at timestamp(6) NOT NULL, big bigint, huge bigint unsigned, amount decimal(40,10),
				ratio double, flag tinyint(1), count tinyint, bits bit(1), day date, at datetime(6), none text, empty text, doc json, feeling enum('good','so so'),
				file blob, doubled int AS (id * 2) STORED, zero datetime, \`weird "\`\` name; --\` text`);
			await site.sql(`SET SESSION sql_mode = ''`);
			await site.sql(`SET SESSION time_zone = '+00:00'`);
			await site.sql(`INSERT INTO orders VALUES (1, '2026-11-23 10:00:00.123456', 9223372036854775807, 18446744073709551615,
				123456789012345678901234567890.0123456789, 0.1, 1, 5, b'1', '2026-02-28', '2026-10-25 02:30:00.000001', NULL, '',
				'{"a": [1, null]}', 'so so', x'00ff', DEFAULT, '0000-00-00', 'odd')`);
			const [record] = await read(binding, ['1']);
			expect(record).toMatchObject({ externalId: '1', modifiedAt: new Date('2026-11-23T10:00:00.123Z') });
			expect(Object.entries(record?.fields ?? {})).toEqual([
				['id', 1],
				['updated_at', '2026-11-23T10:00:00.123456Z'],
				['big', '9223372036854775807'],
				['huge', '18446744073709551615'],
				['amount', '123456789012345678901234567890.0123456789'],
				['ratio', 0.1],
				['flag', true],
				['count', 5],
				['bits', true],
				['day', '2026-02-28'],
				['at', '2026-10-25T02:30:00.000001'],
				['none', null],
				['empty', ''],
				['doc', { a: [1, null] }],
				['feeling', 'so so'],
				['doubled', 2],
				['zero', null],
				['weird "` name; --', 'odd'],
			]);
		});

		it('are described with types, choices, keys and what the database fills itself', async () => {
			const { fields } = (await adapter.describe?.('orders')) ?? { fields: [] };
			const of = (name: string) => fields.find((field) => field.name === name);
			expect(of('id')).toMatchObject({ type: 'number', unique: true, readOnly: false });
			expect(of('feeling')).toMatchObject({ type: 'enumeration', choices: [{ value: 'good' }, { value: 'so so' }] });
			expect(of('doubled')).toMatchObject({ readOnly: true });
			expect([of('flag')?.type, of('day')?.type, of('at')?.type, of('big')?.type]).toEqual([
				'boolean',
				'date',
				'datetime',
				'number',
			]);
			expect(of('file')).toBeUndefined();
		});

		it('that are too large are left out', async () => {
			const binding = await fresh('id int PRIMARY KEY, body longtext, updated_at timestamp NOT NULL');
			await site.sql(`INSERT INTO orders VALUES (1, repeat('x', ${MAX_VALUE_BYTES + 1}), now()), (2, 'x', now())`);
			const records = await read(binding, ['1', '2']);
			expect(records.map(({ fields }) => Object.keys(fields).includes('body'))).toEqual([false, true]);
		});
	});

	describe('names and ids', () => {
		it.each([
			['Orders; DROP TABLE x', 'id`; --', 'chan.ged'],
			['ünï cödé', 'select', "it's"],
		])('are only ever names: %s', async (table, id, changed) => {
			const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;
			await site.sql(
				`CREATE TABLE ${quoted(table)} (${quoted(id)} int PRIMARY KEY, ${quoted(changed)} timestamp DEFAULT now())`,
			);
			await site.sql(`INSERT INTO ${quoted(table)} (${quoted(id)}) VALUES (1), (2)`);
			const { records } = await poll(adapter, bindingOf(`"${table}"`, { id, changed }), 'beginning');
			expect(records.map(({ fields }) => fields[id])).toEqual([1, 2]);
		});

		it('that a collation takes for each other are told apart', async () => {
			const binding = await fresh('id varchar(20) PRIMARY KEY, updated_at timestamp(6) NOT NULL DEFAULT now(6)');
			await site.sql(`INSERT INTO orders (id) VALUES ('abc')`);
			expect(idsOf(await read(binding, ['ABC', 'abc ', 'äbc']))).toEqual([]);
			expect(idsOf(await read(binding, ['abc', "'; DROP TABLE orders; --", '\\', 'a\0']))).toEqual(['abc']);
			const [result] =
				(await adapter.upsert?.(binding, [
					{ ref: '1', externalId: 'ABC', key: { field: 'id', value: 'ABC' }, fields: {} },
				])) ?? [];
			expect(result).toMatchObject({ ok: false, error: { code: 'record_gone' } });
		});

		it('that are long numbers are compared digit by digit', async () => {
			const binding = await fresh('id bigint PRIMARY KEY, updated_at timestamp NOT NULL DEFAULT now()');
			await site.sql('INSERT INTO orders (id) VALUES (9007199254740993)');
			expect(idsOf(await read(binding, ['9007199254740992', '9007199254740993', 'x', '1.0']))).toEqual([
				'9007199254740993',
			]);
		});

		it('that are wrong are told, with the near one', async () => {
			await fresh('id int PRIMARY KEY, updated_at timestamp NOT NULL');
			expect(await failureOf(changes(adapter, bindingOf('oders'), 'now'))).toMatchObject({
				code: 'table_unknown',
				remedy: expect.stringContaining('shop.orders') as string,
			});
			expect(await failureOf(changes(adapter, bindingOf('orders', { changed: 'update_at' }), 'now'))).toMatchObject({
				code: 'column_unknown',
			});
			const counted = await fresh('id int PRIMARY KEY, updated_at bigint');
			const failure = await failureOf(changes(adapter, counted, 'now'));
			expect(failure).toMatchObject({
				code: 'changed_unusable',
				remedy: expect.not.stringContaining('xid8') as string,
			});
		});
	});

	describe('following a table', () => {
		it.each(['timestamp', 'timestamp(6)', 'datetime', 'datetime(3)', 'date'])(
			'loses none of many rows of one instant across page edges: %s',
			async (type) => {
				const binding = await fresh(`id int PRIMARY KEY, updated_at ${type} NOT NULL`);
				const { cursor } = await changes(adapter, binding, 'now');
				await site.sql(`SET SESSION time_zone = '${ZONE}'`);
				await site.sql(`SET @now = now()`);
				await many(1_700, (n) => `${n}, @now`);
				const { records, pages } = await poll(adapter, binding, cursor);
				expect(pages).toBe(4);
				expect(idsOf(records)).toEqual(Array.from({ length: 1_700 }, (_, n) => String(n + 1)));
				expect(Math.abs(Number(records[0]?.modifiedAt) - Date.now())).toBeLessThan(
					type === 'date' ? 90_000_000 : 20_000,
				);
			},
		);

		it('starts from now on, and from the beginning', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at datetime(6) NOT NULL');
			await site.sql(`SET SESSION time_zone = '${ZONE}'`);
			await many(3, (n) => `${n}, now(6) - INTERVAL 1 HOUR`);
			const { cursor } = await changes(adapter, binding, 'now');
			expect((await poll(adapter, binding, cursor)).records).toEqual([]);
			await site.sql('INSERT INTO orders VALUES (4, now(6))');
			expect(idsOf((await poll(adapter, binding, cursor)).records)).toEqual(['4']);
			const all = await poll(adapter, binding, 'beginning');
			expect(idsOf(all.records)).toEqual(['1', '2', '3', '4']);
			expect(idsOf((await poll(adapter, binding, all.cursor)).records)).toEqual(['4']);
		});

		it('reads times without a zone in the zone that is set', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at datetime NOT NULL', { timeZone: 'Europe/Berlin' });
			await site.sql(
				`INSERT INTO orders VALUES (1, '2026-07-01 12:00:00'), (2, '2026-10-25 02:59:30'), (3, '2026-10-25 02:00:30')`,
			);
			const within = (since: string, to: string) => ({ since, to, next: to, at: '1999-01-01 00:00:00', id: '0' });
			const july = await changes(adapter, binding, within('2026-07-01 09:59:00+00', '2026-07-01 10:01:00+00'));
			expect(july.records).toMatchObject([{ externalId: '1', modifiedAt: new Date('2026-07-01T10:00:00Z') }]);
			const back = await changes(adapter, binding, within('2026-10-25 00:59:00+00', '2026-10-25 01:01:00+00'));
			expect(idsOf(back.records).sort()).toEqual(['2', '3']);
		});

		it('refuses a position that is none of its own', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at datetime NOT NULL');
			expect(await failureOf(changes(adapter, binding, { since: "2026-01-01'; --" }))).toMatchObject({
				code: 'cursor_unreadable',
			});
		});

		it('finds rows that are committed late, however late, where it may see transactions', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at timestamp(6) NOT NULL DEFAULT now(6)');
			const late = await site.session();
			let { cursor } = await changes(adapter, binding, 'now');
			await late.query('START TRANSACTION');
			await late.query('INSERT INTO orders (id) VALUES (1)');
			await site.sql(`DO SLEEP(${MIN_LOOKBACK_SECONDS + 2})`);
			await site.sql('INSERT INTO orders (id) VALUES (2)');
			const first = await poll(adapter, binding, cursor);
			expect(idsOf(first.records)).toEqual(['2']);
			({ cursor } = first);
			await late.query('COMMIT');
			expect(idsOf((await poll(adapter, binding, cursor)).records)).toContain('1');
		}, 30_000);

		it('looks back further where it may not see them, and says so in the test', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at timestamp(6) NOT NULL DEFAULT now(6)');
			await site.sql(`CREATE USER reader@'%' IDENTIFIED BY 'reads-only'`);
			await site.sql(`GRANT SELECT ON shop.* TO reader@'%'`);
			const blind = site.adapter({ user: 'reader', password: 'reads-only' });
			const since = async (from: Adapter, source = binding) =>
				Date.parse(
					String((await changes(from, source, 'now')).cursor['since'])
						.replace(' ', 'T')
						.replace('+00', 'Z'),
				);
			const behind = Date.now() - (await since(blind));
			expect(behind).toBeGreaterThan(290_000);
			expect(behind).toBeLessThan(360_000);
			expect(Date.now() - (await since(blind, bindingOf('orders', { lookbackSeconds: 900 })))).toBeGreaterThan(890_000);
			expect(Date.now() - (await since(adapter))).toBeLessThan(60_000);
			expect((await blind.test?.([binding]))?.message).toContain('GRANT PROCESS');
			expect((await adapter.test?.([binding]))?.message).not.toContain('GRANT PROCESS');
		});

		it('loses nothing among many writers', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at timestamp(6) NOT NULL DEFAULT now(6)');
			let { cursor } = await changes(adapter, binding, 'now');
			const seen = new Set<string>();
			let writing = true;
			const writers = Array.from({ length: 4 }, async (_, writer) => {
				const client: Connection = await site.session();
				for (let n = 0; n < 25; n++) {
					await client.query('START TRANSACTION');
					await client.query('INSERT INTO orders (id) VALUES (?)', [writer * 1_000 + n]);
					await client.query('DO SLEEP(?)', [((n * 7 + writer * 3) % 10) / 100]);
					await client.query('COMMIT');
				}
			});
			const written = Promise.all(writers).finally(() => (writing = false));
			while (writing) {
				const page = await poll(adapter, binding, cursor);
				cursor = page.cursor;
				for (const id of idsOf(page.records)) seen.add(id);
			}
			await written;
			for (const id of idsOf((await poll(adapter, binding, cursor)).records)) seen.add(id);
			expect(seen.size).toBe(100);
		}, 60_000);
	});

	describe('times that are written', () => {
		const write = async (binding: EntityBinding, fields: Fields) => {
			const key = { field: 'id', value: '1' };
			const [result] = (await adapter.upsert?.(binding, [{ ref: '1', externalId: '1', key, fields }])) ?? [];
			if (!result?.ok) throw result?.error ?? new Error('no result');
			return result.record.fields;
		};

		it.each([
			[undefined, '2026-07-01T17:30:00.500000'],
			['Europe/Berlin', '2026-07-01T14:00:00.500000'],
		])('are those of the zone of the column: %s', async (timeZone, wall) => {
			const source = timeZone === undefined ? {} : { timeZone };
			const binding = await fresh(
				'id int PRIMARY KEY, updated_at timestamp(6) NOT NULL, at datetime(6), instant timestamp(6) NULL, day date',
				source,
			);
			await site.sql('INSERT INTO orders (id, updated_at) VALUES (1, now(6))');
			const instant = '2026-07-01T12:00:00.5Z';
			expect(await write(binding, { at: instant, instant, day: '2026-07-01' })).toEqual({
				at: wall,
				instant: '2026-07-01T12:00:00.500000Z',
				day: '2026-07-01',
			});
			expect(await write(binding, { at: '2026-07-01T08:00:00', instant: '2026-07-01T08:00:00+02:00' })).toEqual({
				at: '2026-07-01T08:00:00.000000',
				instant: '2026-07-01T06:00:00.000000Z',
			});
		});

		it('leave the zone of triggers to the application', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at timestamp(6) NOT NULL, note text, noted datetime');
			await site.sql('CREATE TRIGGER noting BEFORE UPDATE ON orders FOR EACH ROW SET NEW.noted = now()');
			await site.sql('INSERT INTO orders (id, updated_at) VALUES (1, now(6))');
			const { noted } = await write(binding, { note: 'x', noted: null });
			expect(Math.abs(Date.parse(`${String(noted)}${ZONE}`) - Date.now())).toBeLessThan(20_000);
		});

		it('are refused into a table without transactions, with the remedy', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at timestamp NOT NULL) ENGINE = MyISAM -- (');
			await site.sql('INSERT INTO orders VALUES (1, now())');
			await expect(write(binding, { id: 1 })).rejects.toMatchObject({ code: 'table_not_transactional' });
		});
	});

	const openssl = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'openssl')));
	if (!openssl && !process.env['CI']) leftOut('TLS to a MariaDB', 'there is no openssl to make certificates with');

	(openssl || process.env['CI'] ? describe : describe.skip)('a server that speaks TLS', () => {
		let folder: string;
		let secure: MariaDbSite;
		const file = (name: string): string => join(folder, name);
		const certificate = (name: string, more: string[]): void => {
			const key = [
				'-newkey',
				'ec',
				'-pkeyopt',
				'ec_paramgen_curve:prime256v1',
				'-nodes',
				'-keyout',
				file(`${name}.key`),
			];
			const args = [
				'req',
				'-x509',
				...key,
				'-subj',
				`/CN=${name}.test`,
				'-days',
				'2',
				'-out',
				file(`${name}.crt`),
				...more,
			];
			execFileSync('openssl', args, { stdio: 'pipe' });
		};
		beforeAll(async () => {
			folder = mkdtempSync(join(tmpdir(), 'crosslink-mariadb-tls-'));
			certificate('ca', []);
			certificate('other', []);
			certificate('server', [
				'-CA',
				file('ca.crt'),
				'-CAkey',
				file('ca.key'),
				'-addext',
				'subjectAltName=IP:127.0.0.1',
			]);
			chmodSync(folder, 0o755);
			for (const name of readdirSync(folder)) chmodSync(file(name), 0o644);
			secure = await startMariaDbSite([`--ssl-cert=${file('server.crt')}`, `--ssl-key=${file('server.key')}`]);
			await secure.sql('CREATE TABLE orders (id int PRIMARY KEY, updated_at timestamp NOT NULL)');
		}, 120_000);
		afterAll(async () => {
			await secure.stop();
			rmSync(folder, { recursive: true, force: true });
		});
		const attempt = async (values: Record<string, string>) =>
			await changes(secure.adapter(values), bindingOf('orders'), 'now');

		it('is trusted by its authority and name, and not without', async () => {
			const ca = readFileSync(file('ca.crt'), 'utf8');
			await attempt({ sslMode: 'verify-full', ca });
			await attempt({ sslMode: 'verify-ca', ca });
			await attempt({ sslMode: 'verify-ca', ca, host: 'localhost' });
			await attempt({ sslMode: 'require' });
			const other = readFileSync(file('other.crt'), 'utf8');
			const untrusted: Array<Record<string, string>> = [
				{ sslMode: 'verify-full' },
				{ sslMode: 'verify-full', ca: other },
				{ sslMode: 'verify-ca', ca: other },
				{ sslMode: 'require', ca: other },
				{ sslMode: 'verify-full', ca, host: 'localhost' },
			];
			for (const values of untrusted) {
				expect(await failureOf(attempt(values))).toMatchObject({ class: 'rejected', code: 'certificate_refused' });
			}
		});
	});

	describe('a connection', () => {
		const orders = bindingOf('orders');
		it.each([
			['nothing listens', { port: '1' }, 'transient', 'unreachable'],
			['the password is wrong', { password: 'hunter2-is-no-password' }, 'auth', 'login_refused'],
			['the database does not exist', { database: 'nothing' }, 'auth', 'database_unknown'],
			['the server speaks no TLS', { sslMode: 'verify-full' }, 'rejected', 'tls_unavailable'],
		])(
			'says why it is refused when %s, without a secret',
			async (_what, values, errorClass, code) => {
				const failure = await failureOf(changes(site.adapter(values), orders, 'now'));
				expect(failure).toMatchObject({ class: errorClass, code });
				expect(JSON.stringify([failure.message, failure.remedy, String(failure.cause)])).not.toMatch(
					/hunter2|only-for-tests/,
				);
			},
			30_000,
		);

		it('asks n8n’s egress filter first, and again about the address that is used', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at timestamp NOT NULL');
			const asked: string[] = [];
			const filter = (refused?: CrosslinkError): Egress => ({
				async ask(host, port) {
					asked.push(`${host}:${port}`);
					if (refused) throw refused;
					await Promise.resolve();
				},
				lookup: (host, options, done) => {
					asked.push(host);
					lookup(host, options, done);
				},
				addressOf: async (host) => await Promise.resolve(host),
			});
			// Another user makes another pool, and so a new connection.
			await site.sql(`CREATE USER filtered@'%' IDENTIFIED BY 'filtered-one'`);
			await site.sql(`GRANT SELECT ON shop.* TO filtered@'%'`);
			const values = { host: 'localhost', user: 'filtered', password: 'filtered-one' };
			await changes(site.adapter(values, undefined, filter()), binding, 'now');
			expect(asked).toEqual([`localhost:${site.server.port}`, 'localhost']);
			const blocked = new CrosslinkError({ class: 'rejected', code: 'egress_blocked', message: 'no', remedy: 'no' });
			expect(await failureOf(changes(site.adapter(values, undefined, filter(blocked)), binding, 'now'))).toBe(blocked);
		});

		it('is made anew after a restart of the server, without anybody noticing', async () => {
			const binding = await fresh('id int PRIMARY KEY, updated_at timestamp NOT NULL');
			await changes(adapter, binding, 'now');
			await site.server.restart();
			await changes(adapter, binding, 'now');
			await site.stop();
			site = await startMariaDbSite([`--default-time-zone=${ZONE}`]);
			adapter = site.adapter();
		}, 120_000);

		it('is given up with a cancelled execution, and the server stops working on it', async () => {
			await site.sql('CREATE VIEW endless AS SELECT 1 AS id, now() - INTERVAL SLEEP(600) SECOND AS updated_at');
			const control = new AbortController();
			const polling = failureOf(poll(site.adapter({}, control.signal), bindingOf('endless'), 'beginning'));
			const asleep = async () =>
				(
					await site.sql(
						`SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE '%endless%' AND ID <> CONNECTION_ID()`,
					)
				).length;
			await until(async () => (await asleep()) === 1, 'the statement');
			control.abort();
			expect(await polling).toMatchObject({ code: 'cancelled' });
			await until(async () => (await asleep()) === 0, 'the end of the statement');
		}, 30_000);
	});
}
