import { CrosslinkError } from '../../errors';
import type { EntityBinding, ExternalRecord, Fields, UpsertRecord, UpsertResult } from '../adapter';
import { assigned } from './assigned';
import { follow, type Followed } from './follow';
import { canHold, read } from './read';
import type { DatabaseReader, Query } from './reader';
import { parameters, selection, type Bind } from './rows';
import { columnOf, loadTable, type Column, type Table } from './table';
import { quoted } from './table-name';
import { explainWrite } from './refusals';
import { upsertRows, type RowStore, type RowTransaction } from './write';
import { refusedWrite, type Refusal } from './write-errors';

/** Writes rows of a table in PostgreSQL; see {@link upsertRows}. */
export async function upsert(
	reader: DatabaseReader,
	binding: EntityBinding,
	records: UpsertRecord[],
): Promise<UpsertResult[]> {
	const purpose = `write rows of ${binding.object}`;
	const store: RowStore = {
		writing: async (columns, work) =>
			await reader.writing(purpose, async (query) => await work(await begin(reader, query, binding, columns))),
		read: async (ids, columns) => {
			const records = await read(reader, binding, ids, columns);
			return new Map(records.map((record) => [record.externalId, record]));
		},
	};
	return await upsertRows(store, binding, records);
}

async function begin(
	reader: DatabaseReader,
	query: Query,
	binding: EntityBinding,
	names: string[],
): Promise<RowTransaction> {
	const table = await loadTable(query, binding.object, reader);
	const rows = new PostgresRows(reader, query, table, follow(table, binding), names);
	if (table.kind === 'm') throw rows.refusal('readOnlyTable', 'cannot change materialized view', '42809');
	return rows;
}

class PostgresRows implements RowTransaction {
	private readonly columns: Column[];
	/** Savepoints inside each other. */
	private depth = 0;

	constructor(
		private readonly reader: DatabaseReader,
		private readonly query: Query,
		private readonly table: Table,
		private readonly followed: Followed,
		names: string[],
	) {
		// A name that is wrong is the matter of the record that brings it.
		this.columns = table.columns.filter(
			(column) => names.includes(column.name) && column.readable && column.type !== 'bytea',
		);
	}

	async lock(id: string): Promise<ExternalRecord | undefined> {
		return await this.locked(this.followed.id, id);
	}

	async lockByKey(name: string, value: string): Promise<ExternalRecord | undefined> {
		const column = columnOf(this.table, name);
		if (!column.unique) throw keyNotUnique(this.table, name);
		return await this.locked(column, value);
	}

	async update(id: string, fields: Fields): Promise<void> {
		const { values, bind } = parameters();
		const sets = this.assignments(fields, bind, true);
		if (sets.length === 0) return;
		const key = this.followed.id;
		const sql =
			`UPDATE ${this.table.sql} t SET ${sets.map(({ column, expression }) => `${quoted(column.name)} = ${expression}`).join(', ')} ` +
			`WHERE t.${quoted(key.name)} = ${bind(id)}::text::${key.sqlType}`;
		try {
			await this.query(sql, values);
		} catch (thrown) {
			throw explainWrite(thrown, this.about(id), await this.culprit(thrown, id, fields));
		}
	}

	async insert(fields: Fields): Promise<string> {
		const { values, bind } = parameters();
		const sets = this.assignments(fields, bind, false);
		const names = sets.map(({ column }) => quoted(column.name)).join(', ');
		const expressions = sets.map(({ expression }) => expression).join(', ');
		try {
			const { rows } = await this.query(
				`INSERT INTO ${this.table.sql} AS t (${names}) VALUES (${expressions}) RETURNING t.${quoted(this.followed.id.name)}::text`,
				values,
			);
			return rows[0]?.[0] ?? '';
		} catch (thrown) {
			throw explainWrite(thrown, this.about(), await this.culprit(thrown, undefined, fields));
		}
	}

	async alone<T>(work: () => Promise<T>): Promise<T> {
		const name = `row_${++this.depth}`;
		try {
			await this.query(`SAVEPOINT ${name}`, []);
			const result = await work();
			await this.query(`RELEASE SAVEPOINT ${name}`, []);
			return result;
		} catch (thrown) {
			// After a broken connection this fails, too; then the reason is the first one.
			await this.query(`ROLLBACK TO SAVEPOINT ${name}`, []).catch(() => undefined);
			throw thrown;
		} finally {
			this.depth -= 1;
		}
	}

	async read(ids: string[]): Promise<Map<string, ExternalRecord>> {
		if (ids.length === 0) return new Map();
		const { values, bind } = parameters();
		const { list, toRecord } = selection(this.followed, this.columns, bind);
		const key = this.followed.id;
		const { rows } = await this.query(
			`SELECT ${list} FROM ${this.table.sql} t WHERE t.${quoted(key.name)} = ANY(${bind(ids)}::text[]::${key.sqlType}[])`,
			values,
		);
		return new Map(rows.map(toRecord).map((record) => [record.externalId, record]));
	}

	refusal(refusal: Refusal, reason: string, code: string): CrosslinkError {
		return refusedWrite(refusal, { table: this.table.shown, reason, code });
	}

	private async locked(key: Column, value: string): Promise<ExternalRecord | undefined> {
		if (!canHold(key, value)) return undefined;
		const { values, bind } = parameters();
		const { list, toRecord } = selection(this.followed, this.columns, bind);
		try {
			const { rows } = await this.query(
				`SELECT ${list} FROM ${this.table.sql} t WHERE t.${quoted(key.name)} = ${bind(value)}::text::${key.sqlType} FOR UPDATE`,
				values,
			);
			return rows[0] && toRecord(rows[0]);
		} catch (thrown) {
			throw explainWrite(thrown, this.about(value));
		}
	}

	/** What is set: the record's fields, and the columns that tell others of the change unless a trigger sets them anyway. */
	private assignments(fields: Fields, bind: Bind, existing: boolean): Array<{ column: Column; expression: string }> {
		const { changed, version, timeZone, by } = this.followed;
		const sets = Object.entries(fields).map(([name, value]) => {
			const column = this.writable(name, existing);
			return { column, expression: assigned(column, value, timeZone, bind) };
		});
		if (sets.length === 0) return sets;
		const free = (column: Column): boolean =>
			!column.readOnly && column.writable && !sets.some((one) => one.column.name === column.name);
		if (free(changed)) {
			const now = { timestamptz: 'clock_timestamp()', xid8: 'pg_current_xact_id()' }[changed.type];
			const zone = by === 'time' && now === undefined ? bind(timeZone) : '';
			sets.push({
				column: changed,
				expression: now ?? `(clock_timestamp() AT TIME ZONE ${zone}::text)::${changed.sqlType}`,
			});
		}
		if (existing && version && /^int[248]$/.test(version.type) && free(version)) {
			sets.push({ column: version, expression: `t.${quoted(version.name)} + 1` });
		}
		return sets;
	}

	private writable(name: string, existing: boolean): Column {
		const column = columnOf(this.table, name);
		const about = { table: this.table.shown, column: name };
		if (column.readOnly) throw refusedWrite('readOnlyColumn', { ...about, reason: 'generated', code: '428C9' });
		if (existing && !column.writable) {
			throw refusedWrite('permission', { ...about, reason: 'no UPDATE on the column', code: '42501' });
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

	/** The server does not say which column cannot hold its value; one after the other tells. */
	private async culprit(thrown: unknown, id: string | undefined, fields: Fields): Promise<string | undefined> {
		if (!/^22/.test(String((thrown as { code?: unknown }).code))) return undefined;
		const names = Object.keys(fields);
		if (names.length === 1) return names[0];
		for (const name of names) {
			const { values, bind } = parameters();
			const expression = assigned(columnOf(this.table, name), fields[name] ?? null, this.followed.timeZone, bind);
			const { name: key, sqlType } = this.followed.id;
			const sql =
				id === undefined
					? `SELECT ${expression}`
					: `UPDATE ${this.table.sql} t SET ${quoted(name)} = ${expression} WHERE t.${quoted(key)} = ${bind(id)}::text::${sqlType}`;
			try {
				await this.query(`ROLLBACK TO SAVEPOINT row_${this.depth}`, []);
				await this.query(sql, values);
			} catch {
				return name;
			}
		}
		return undefined;
	}
}

export function keyNotUnique(table: Table, name: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'key_not_unique',
		message: `The column "${name}" of ${table.shown} is not unique: two runs at once could make two rows of one record.`,
		remedy: `Give it a unique index, or match on a column that has one.`,
	});
}
