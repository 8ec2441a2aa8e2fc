import { CrosslinkError } from '../../../errors';
import type { EntityBinding, ExternalRecord, Fields, UpsertRecord, UpsertResult } from '../../adapter';
import { follow, type Followed } from '../follow';
import { canHold } from '../read';
import { columnOf, type Column } from '../table';
import { keyNotUnique } from '../upsert';
import { upsertRows, type RowStore, type RowTransaction } from '../write';
import { refusedWrite } from '../write-errors';
import { assigned, changedNow } from './assigned';
import { explainWrite } from './errors';
import { quoted } from './literal';
import { compared, read } from './read';
import type { MySqlReader, Query } from './reader';
import { selection } from './rows';
import { loadTable, type MySqlTable } from './table';

/** Writes rows of a table in MySQL or MariaDB; see {@link upsertRows}. */
export async function upsert(
	reader: MySqlReader,
	binding: EntityBinding,
	records: UpsertRecord[],
): Promise<UpsertResult[]> {
	const purpose = `write rows of ${binding.object}`;
	const store: RowStore = {
		writing: async (columns, work) =>
			await reader.writing(purpose, async (query) => {
				const table = await loadTable(query, binding.object, reader);
				if (!table.isView && !/^innodb$/i.test(table.engine)) throw notTransactional(table);
				return await work(new MySqlRows(reader, query, table, follow(table, binding), columns));
			}),
		read: async (ids, columns) => {
			const found = await read(reader, binding, ids, columns);
			return new Map(found.map((record) => [record.externalId, record]));
		},
	};
	return await upsertRows(store, binding, records);
}

class MySqlRows implements RowTransaction {
	private readonly columns: Column[];
	/** Savepoints inside each other; one name would stand for the last of them only. */
	private depth = 0;

	constructor(
		private readonly reader: MySqlReader,
		private readonly query: Query,
		private readonly table: MySqlTable,
		private readonly followed: Followed,
		names: string[],
	) {
		// A name that is wrong is the matter of the record that brings it.
		this.columns = table.columns.filter(
			(column) => names.includes(column.name) && column.readable && column.type !== 'bytea',
		);
	}

	async lock(id: string): Promise<ExternalRecord | undefined> {
		const found = await this.locked(this.followed.id, id);
		// Most collations take "a" for "A"; an id is only ever itself.
		return found?.externalId === id || this.followed.id.type.startsWith('int') ? found : undefined;
	}

	async lockByKey(name: string, value: string): Promise<ExternalRecord | undefined> {
		const column = columnOf(this.table, name);
		if (!column.unique) throw keyNotUnique(this.table, name);
		return await this.locked(column, value);
	}

	async update(id: string, fields: Fields): Promise<void> {
		const sets = this.assignments(fields, true);
		if (sets.length === 0) return;
		const key = this.followed.id;
		const list = sets.map(({ column, expression }) => `t.${quoted(column.name)} = ${expression}`).join(', ');
		await this.write(`UPDATE ${this.table.sql} t SET ${list} WHERE t.${quoted(key.name)} = ${compared(key, id)}`, id);
	}

	async insert(fields: Fields): Promise<string> {
		const sets = this.assignments(fields, false);
		const names = sets.map(({ column }) => quoted(column.name)).join(', ');
		const expressions = sets.map(({ expression }) => expression).join(', ');
		await this.write(`INSERT INTO ${this.table.sql} (${names}) VALUES (${expressions})`);
		const given = fields[this.followed.id.name];
		if (given !== undefined && given !== null) return String(given);
		const { rows } = await this.query('SELECT LAST_INSERT_ID()');
		return rows[0]?.[0] ?? '';
	}

	async alone<T>(work: () => Promise<T>): Promise<T> {
		const name = `row_${++this.depth}`;
		try {
			await this.query(`SAVEPOINT ${name}`);
			const result = await work();
			await this.query(`RELEASE SAVEPOINT ${name}`);
			return result;
		} catch (thrown) {
			// A deadlock has taken back the whole transaction; then the reason is the first one.
			await this.query(`ROLLBACK TO SAVEPOINT ${name}`).catch(() => undefined);
			throw thrown;
		} finally {
			this.depth -= 1;
		}
	}

	async read(ids: string[]): Promise<Map<string, ExternalRecord>> {
		if (ids.length === 0) return new Map();
		const { list, toRecord } = selection(this.followed, this.columns);
		const key = this.followed.id;
		const { rows } = await this.query(
			`SELECT ${list} FROM ${this.table.sql} t WHERE t.${quoted(key.name)} IN (${ids.map((id) => compared(key, id)).join(', ')})`,
		);
		return new Map(rows.map(toRecord).map((record) => [record.externalId, record]));
	}

	private async locked(key: Column, value: string): Promise<ExternalRecord | undefined> {
		if (!canHold(key, value)) return undefined;
		const { list, toRecord } = selection(this.followed, this.columns);
		try {
			const { rows } = await this.query(
				`SELECT ${list} FROM ${this.table.sql} t WHERE t.${quoted(key.name)} = ${compared(key, value)} FOR UPDATE`,
			);
			return rows[0] && toRecord(rows[0]);
		} catch (thrown) {
			throw explainWrite(thrown, this.about(value));
		}
	}

	/** In the server's own zone: a trigger's NOW() is to be the application's. */
	private async write(sql: string, id?: string): Promise<void> {
		await this.query('SET SESSION time_zone = DEFAULT');
		try {
			await this.query(sql);
		} catch (thrown) {
			throw explainWrite(thrown, this.about(id));
		} finally {
			await this.query(`SET SESSION time_zone = '+00:00'`).catch(() => undefined);
		}
	}

	/** What is set: the record's fields, and the columns that tell others of the change. */
	private assignments(fields: Fields, existing: boolean): Array<{ column: Column; expression: string }> {
		const { changed, version, source } = this.followed;
		const sets = Object.entries(fields).map(([name, value]) => {
			const column = this.writable(name, existing);
			return { column, expression: assigned(column, value, source.timeZone) };
		});
		if (sets.length === 0) return sets;
		const free = (column: Column): boolean =>
			!column.readOnly && column.writable && !sets.some((one) => one.column.name === column.name);
		if (free(changed)) sets.push({ column: changed, expression: changedNow(changed, source.timeZone) });
		if (existing && version && /^int/.test(version.type) && free(version)) {
			sets.push({ column: version, expression: `t.${quoted(version.name)} + 1` });
		}
		return sets;
	}

	private writable(name: string, existing: boolean): Column {
		const column = columnOf(this.table, name);
		const about = { table: this.table.shown, column: name };
		if (column.readOnly) throw refusedWrite('readOnlyColumn', { ...about, reason: 'generated', code: '1906' });
		if (existing && !column.writable) {
			throw refusedWrite('permission', { ...about, reason: 'no UPDATE on the column', code: '1143' });
		}
		return column;
	}

	private about(id?: string): { table: string; id?: string; reasonOf: (thrown: unknown) => string } {
		return {
			table: this.table.shown,
			...(id !== undefined && { id }),
			reasonOf: (thrown) => this.reader.reasonOf(thrown),
		};
	}
}

function notTransactional({ shown, engine }: MySqlTable): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'table_not_transactional',
		message: `The table ${shown} is kept by ${engine}, which knows no transactions: a write could land on somebody's edit.`,
		remedy: `ALTER TABLE ${shown} ENGINE = InnoDB.`,
	});
}
