import { CrosslinkError } from '../../errors';
import { nearestName } from '../../tenants/nearest-name';
import type { DatabaseReader, Query } from './reader';
import { parseTableName, quoted, type TableName } from './table-name';

export interface Column {
	name: string;
	/** Name in pg_type (`int8`, `timestamptz`), of a domain that of what it is made of. */
	type: string;
	/** The declared type as SQL writes it, for casts of parameters. */
	sqlType: string;
	isArray: boolean;
	/** Values have no fixed length, so that one of them can be huge. */
	sizeless: boolean;
	notNull: boolean;
	/** The database itself fills it. */
	readOnly: boolean;
	unique: boolean;
	/** A plain index begins with it. */
	indexed: boolean;
	readable: boolean;
	/** The user may change it. */
	writable: boolean;
	/** Values of an enumeration. */
	labels: string[] | null;
}

export interface Table {
	system: 'PostgreSQL' | 'MySQL';
	/** Quoted, ready for a statement. */
	sql: string;
	/** For messages. */
	shown: string;
	/** pg_class.relkind: r and p are tables, v and m views, f a foreign table. */
	kind: string;
	/** Estimate of the server; -1 = none. */
	rows: number;
	/** Zone that the server gives new sessions of this user. */
	timeZone: string;
	columns: Column[];
}

const TABLE = `
SELECT n.nspname, c.relname, c.relkind, c.reltuples::bigint, c.oid,
	(SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'TimeZone')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
	AND CASE WHEN $2::text IS NULL THEN n.nspname = ANY(current_schemas(true)) ELSE n.nspname = $2 END
ORDER BY array_position(current_schemas(true), n.nspname) LIMIT 1`;

/** Of a domain, and of a domain over one, the type at the bottom. */
const COLUMNS = `
WITH RECURSIVE bottom(attnum, type) AS (
	SELECT a.attnum, a.atttypid FROM pg_catalog.pg_attribute a
	WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
	UNION ALL
	SELECT b.attnum, t.typbasetype FROM bottom b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
)
SELECT a.attname, t.typname, format_type(a.atttypid, -1), t.typcategory = 'A', t.typlen = -1, a.attnotnull,
	a.attidentity = 'a' OR a.attgenerated <> '', coalesce(i.uniquely, false), coalesce(i.leading, false),
	has_column_privilege($1::oid, a.attnum, 'SELECT'), has_column_privilege($1::oid, a.attnum, 'UPDATE'),
	(SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_catalog.pg_attribute a
JOIN bottom b ON b.attnum = a.attnum JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd'
LEFT JOIN LATERAL (
	SELECT bool_or(x.indisunique AND x.indnkeyatts = 1) AS uniquely, bool_or(m.amname = 'btree') AS leading
	FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class ic ON ic.oid = x.indexrelid JOIN pg_catalog.pg_am m ON m.oid = ic.relam
	WHERE x.indrelid = a.attrelid AND x.indisvalid AND x.indpred IS NULL AND x.indkey[0] = a.attnum
) i ON true
WHERE a.attrelid = $1::oid
ORDER BY a.attnum`;

/**
 * Table or view with its columns, as the catalogue has it now.
 * @throws CrosslinkError `rejected`: `table_name_invalid`, `table_unknown`
 */
export async function loadTable(query: Query, object: string, reader: DatabaseReader): Promise<Table> {
	const name = parseTableName(object);
	const [found] = (await query(TABLE, [name.table, name.schema ?? null])).rows;
	if (found === undefined) throw await tableUnknown(query, object, name, reader);
	const [schema, table, kind, rows, oid, timeZone] = found as string[];
	const columns = (await query(COLUMNS, [oid])).rows;
	return {
		system: 'PostgreSQL',
		sql: `${quoted(schema ?? '')}.${quoted(table ?? '')}`,
		shown: `${schema}.${table}`,
		kind: kind ?? 'r',
		rows: Number(rows),
		timeZone: timeZone ?? 'UTC',
		columns: columns.map(toColumn),
	};
}

/** @throws CrosslinkError `rejected`: `column_unknown`, `permission_missing`, `column_binary` */
export function columnOf(table: Table, name: string): Column {
	const column = table.columns.find((one) => one.name === name);
	if (column === undefined) {
		const near = nearestName(
			name,
			table.columns.map((one) => one.name),
		);
		throw refusal(
			'column_unknown',
			`The table ${table.shown} has no column "${name.slice(0, 100)}".`,
			near === undefined
				? `Its columns are: ${table.columns.map((one) => one.name).join(', ')}.`
				: `Did you mean "${near}"?`,
		);
	}
	if (!column.readable) {
		throw refusal(
			'permission_missing',
			`The column "${name}" of ${table.shown} may not be read by the user of the connection.`,
			'GRANT SELECT on it to that user, or leave the column out.',
		);
	}
	if (column.type === 'bytea') {
		throw refusal(
			'column_binary',
			`The column "${name}" of ${table.shown} holds bytes, which a record cannot.`,
			'Leave it out; read files where they are needed.',
		);
	}
	return column;
}

/** The columns asked for; none asked for = all that may be read and are no bytes. */
export function columnsOf(table: Table, fields: readonly string[]): Column[] {
	if (fields.length > 0) return [...new Set(fields)].map((name) => columnOf(table, name));
	return table.columns.filter((column) => column.readable && column.type !== 'bytea');
}

function toColumn(row: Array<string | null>): Column {
	const [name, type, sqlType, isArray, sizeless, notNull, readOnly, unique, indexed, readable, writable, labels] = row;
	return {
		name: name ?? '',
		type: type ?? '',
		sqlType: sqlType ?? 'text',
		isArray: isArray === 't',
		sizeless: sizeless === 't' && type !== 'numeric',
		notNull: notNull === 't',
		readOnly: readOnly === 't',
		unique: unique === 't',
		indexed: indexed === 't',
		readable: readable === 't',
		writable: writable === 't',
		labels: labels === null || labels === undefined ? null : (JSON.parse(labels) as string[]),
	};
}

/** Names offered for a wrong one are looked for among so many. */
const NAMES = 2_000;

async function tableUnknown(
	query: Query,
	object: string,
	{ table }: TableName,
	{ connection }: DatabaseReader,
): Promise<CrosslinkError> {
	const { rows } = await query(
		`SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
			AND has_schema_privilege(n.oid, 'USAGE')
		ORDER BY 1, 2 LIMIT ${NAMES}`,
		[],
	);
	const near = nearestName(
		table,
		rows.map(([, name]) => name ?? ''),
	);
	const full = rows.find(([, name]) => name === near);
	return refusal(
		'table_unknown',
		`The database ${connection.shown} has no table or view "${object.slice(0, 200)}" that ${connection.user} can see.`,
		full === undefined
			? 'Correct "object" of the entity (names are taken as spelled), or GRANT USAGE on its schema.'
			: `Did you mean "${full.join('.')}"? Names are taken as they are spelled.`,
	);
}

function refusal(code: string, message: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: 'rejected', code, message, remedy });
}
