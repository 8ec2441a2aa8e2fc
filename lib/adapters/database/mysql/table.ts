import { CrosslinkError } from '../../../errors';
import { nearestName } from '../../../tenants/nearest-name';
import type { Column, Table } from '../table';
import { parseTableName } from '../table-name';
import { literal, quoted } from './literal';
import type { MySqlReader, Query } from './reader';

export interface MySqlTable extends Table {
	/** Where it is not InnoDB, nothing can be locked or taken back. */
	engine: string;
	/** A view has the names of what it shows, but no engine. */
	isView: boolean;
}

/** Names offered for a wrong one are looked for among so many. */
const NAMES = 2_000;

/**
 * Table or view with its columns, as the catalogue has it now; types under the names they have in PostgreSQL.
 * @throws CrosslinkError `rejected`: `table_name_invalid`, `table_unknown`
 */
export async function loadTable(query: Query, object: string, reader: MySqlReader): Promise<MySqlTable> {
	const name = parseTableName(object);
	const schema = name.schema === undefined ? 'DATABASE()' : literal(name.schema);
	const { rows: found } = await query(
		`SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_ROWS, ENGINE, @@global.time_zone FROM information_schema.TABLES
		WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${literal(name.table)} LIMIT 1`,
	);
	const [row] = found;
	if (row === undefined) throw await tableUnknown(query, object, name.table, reader);
	const [inSchema, table, type, rowCount, engine, timeZone] = row;
	const here = (alias: string): string =>
		`${alias}.TABLE_SCHEMA = ${literal(inSchema ?? '')} AND ${alias}.TABLE_NAME = ${literal(table ?? '')}`;
	const { rows: columns } = await query(
		`SELECT c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.IS_NULLABLE, coalesce(c.GENERATION_EXPRESSION, ''), c.PRIVILEGES,
			(SELECT min(s.NON_UNIQUE) FROM information_schema.STATISTICS s WHERE ${here('s')}
				AND s.SEQ_IN_INDEX = 1 AND s.COLUMN_NAME = c.COLUMN_NAME AND NOT EXISTS (
					SELECT 1 FROM information_schema.STATISTICS o WHERE o.TABLE_SCHEMA = s.TABLE_SCHEMA AND o.TABLE_NAME = s.TABLE_NAME
						AND o.INDEX_NAME = s.INDEX_NAME AND o.SEQ_IN_INDEX = 2)),
			EXISTS (SELECT 1 FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = c.TABLE_SCHEMA AND s.TABLE_NAME = c.TABLE_NAME
				AND s.SEQ_IN_INDEX = 1 AND s.COLUMN_NAME = c.COLUMN_NAME)
		FROM information_schema.COLUMNS c WHERE ${here('c')} ORDER BY c.ORDINAL_POSITION`,
	);
	const json = await jsonColumns(query, inSchema ?? '', table ?? '');
	return {
		system: 'MySQL',
		sql: `${quoted(inSchema ?? '')}.${quoted(table ?? '')}`,
		shown: `${inSchema}.${table}`,
		kind: /VIEW/.test(type ?? '') ? 'v' : 'r',
		isView: /VIEW/.test(type ?? ''),
		engine: engine ?? '',
		rows: Number(rowCount ?? -1),
		timeZone: timeZone ?? 'SYSTEM',
		columns: columns.map((column) => toColumn(column, json)),
	};
}

/** MariaDB's JSON is a text with a check: https://mariadb.com/kb/en/json-data-type/ */
async function jsonColumns(query: Query, schema: string, table: string): Promise<ReadonlySet<string>> {
	const { rows } = await query(
		`SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS 
		WHERE CONSTRAINT_SCHEMA = ${literal(schema)} AND TABLE_NAME = ${literal(table)}`,
		// MySQL has a type of its own for JSON, and this view without the table's name.
	).catch(() => query(`SELECT '' WHERE 1 = 0`));
	return new Set(
		rows.flatMap(([clause]) => {
			const [, column] = /^\(?json_valid\(`((?:[^`]|``)+)`\)\)?$/i.exec(clause ?? '') ?? [];
			return column === undefined ? [] : [column.replaceAll('``', '`')];
		}),
	);
}

function toColumn(row: Array<string | null>, json: ReadonlySet<string>): Column {
	const [name = '', dataType, columnType, nullable, generated, privileges, notUnique, indexed] = row;
	const type = json.has(name ?? '') ? 'json' : typeOf(dataType?.toLowerCase() ?? '', columnType?.toLowerCase() ?? '');
	return {
		name: name ?? '',
		type,
		sqlType: columnType ?? '',
		isArray: false,
		sizeless: type === 'text' || type === 'json',
		notNull: nullable === 'NO',
		readOnly: (generated ?? '') !== '',
		unique: notUnique === '0',
		indexed: indexed === '1',
		readable: /select/i.test(privileges ?? ''),
		writable: /update/i.test(privileges ?? ''),
		labels: dataType?.toLowerCase() === 'enum' ? labelsOf(columnType ?? '') : null,
	};
}

const TYPES: Readonly<Record<string, string>> = {
	tinyint: 'int2',
	smallint: 'int2',
	mediumint: 'int4',
	int: 'int4',
	bigint: 'int8',
	decimal: 'numeric',
	float: 'float4',
	double: 'float8',
	year: 'int4',
	datetime: 'timestamp',
	timestamp: 'timestamptz',
	date: 'date',
	json: 'json',
	char: 'bpchar',
	varchar: 'varchar',
	enum: 'varchar',
	set: 'varchar',
	tinytext: 'text',
	text: 'text',
	mediumtext: 'text',
	longtext: 'text',
};

function typeOf(dataType: string, columnType: string): string {
	// What the server writes for BOOLEAN; a number of this width is meant as one.
	if (columnType === 'tinyint(1)') return 'bool';
	if (columnType === 'bit(1)') return 'bit1';
	if (dataType === 'bit') return 'bit';
	if (/binary|blob|geometry|point|polygon|linestring|vector/.test(dataType)) return 'bytea';
	return TYPES[dataType] ?? dataType;
}

function labelsOf(columnType: string): string[] {
	return [...columnType.matchAll(/'((?:[^']|'')*)'/g)].map(([, label]) => (label ?? '').replaceAll("''", "'"));
}

async function tableUnknown(
	query: Query,
	object: string,
	table: string,
	{ connection }: MySqlReader,
): Promise<CrosslinkError> {
	const { rows } = await query(
		`SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
		WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1, 2 LIMIT ${NAMES}`,
	);
	const near = nearestName(
		table,
		rows.map(([, name]) => name ?? ''),
	);
	const full = rows.find(([, name]) => name === near);
	return new CrosslinkError({
		class: 'rejected',
		code: 'table_unknown',
		message: `The database ${connection.shown} has no table or view "${object.slice(0, 200)}" that ${connection.user} can see.`,
		remedy:
			full === undefined
				? 'Correct "object" of the entity (names are taken as spelled), or GRANT SELECT on the table.'
				: `Did you mean "${full.join('.')}"? Names are taken as they are spelled.`,
	});
}
