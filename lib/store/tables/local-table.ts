import { CrosslinkError } from '../../errors';
import type { Dialect, Session } from '../dialect';
import { SCHEMA } from '../postgres/dialect';
import { textOf } from '../row-values';

/** The column of a link table that carries the foreign key; has the type of the application's key. */
export const LOCAL_ROW = 'local_row';

/** How a local id becomes a key of each type: what cannot be one is none. The name of its type is what SQL casts to. */
const KEYS: Readonly<Record<string, { type: string; fits: string | null }>> = {
	int2: { type: 'bigint', fits: '^(0|-?[1-9][0-9]{0,17})$' },
	int4: { type: 'bigint', fits: '^(0|-?[1-9][0-9]{0,17})$' },
	int8: { type: 'bigint', fits: '^(0|-?[1-9][0-9]{0,17})$' },
	uuid: { type: 'uuid', fits: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' },
	text: { type: 'text', fits: null },
	varchar: { type: 'text', fits: null },
};

/** The application's table, as the catalogue has it. */
interface LocalTable {
	oid: string;
	/** Quoted, ready for a statement. */
	sql: string;
	shown: string;
	key: string;
	/** Name in pg_type. */
	keyType: string;
	/** The same as SQL writes it. */
	sqlType: string;
}

/**
 * Gives a link table a foreign key to the application's own table (setting `localTable`); safe to repeat.
 *
 * `local_id` is text and the application's key may be of another type, so a column of that type carries the key, and a trigger
 * fills it. Neither a generated column nor a mere cast would do: what a generated column refers to cannot be let go of when the row is
 * deleted. Then the key becomes NULL and the link stays, with the external id and what was agreed, because the engine still has
 * to know them. A local id without a row (of another tenant's system, or not committed yet) has NULL, too, and is looked for again
 * at each write of its link.
 * @throws CrosslinkError `rejected`: `local_table_unreachable`, `local_table_unknown`, `local_table_key_unusable`,
 * `local_table_taken`, `local_table_not_permitted`
 */
export async function referToLocalTable(
	dialect: Dialect,
	session: Session,
	name: string,
	wanted: string,
): Promise<void> {
	if (dialect.kind !== 'postgres') throw unreachable(wanted);
	const local = await findLocalTable(session, wanted);
	const link = dialect.table(name);
	const present = await referredTable(session, name);
	if (present === local.oid) return;
	if (present !== undefined) throw taken(name, wanted);

	const key = KEYS[local.keyType] as (typeof KEYS)[string];
	// Compared in the application's own order of texts: that is what its index has.
	const given = key.type === 'text' ? 'NEW.local_id COLLATE "default"' : `NEW.local_id::${key.type}`;
	const id = key.fits === null ? given : `CASE WHEN NEW.local_id ~* '${key.fits}' THEN ${given} END`;
	const fill = `${SCHEMA}.${name}_row`;
	await session.query(`ALTER TABLE ${link} ADD COLUMN ${LOCAL_ROW} ${local.sqlType}`);
	await session.query(`
		CREATE OR REPLACE FUNCTION ${fill}() RETURNS trigger LANGUAGE plpgsql AS $fill$
		BEGIN
			NEW.${LOCAL_ROW} := (SELECT t.${local.key} FROM ${local.sql} t WHERE t.${local.key} = ${id});
			RETURN NEW;
		END $fill$`);
	await session.query(`
		CREATE TRIGGER local_row BEFORE INSERT OR UPDATE ON ${link}
		FOR EACH ROW WHEN (NEW.${LOCAL_ROW} IS NULL) EXECUTE FUNCTION ${fill}()`);
	await session.query(`UPDATE ${link} SET ${LOCAL_ROW} = NULL`);
	await session.query(`CREATE INDEX ${name}_row ON ${link} (${LOCAL_ROW}) WHERE ${LOCAL_ROW} IS NOT NULL`);
	await session.query(`
		ALTER TABLE ${link} ADD CONSTRAINT ${name}_local FOREIGN KEY (${LOCAL_ROW}) REFERENCES ${local.sql} (${local.key})
		ON DELETE SET NULL ON UPDATE SET NULL`);
}

/** The oid of the table a link table refers to already. */
async function referredTable(session: Session, name: string): Promise<string | undefined> {
	const [row] = await session.query(
		`SELECT k.confrelid::text AS oid FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1 AND c.relname = $2 AND k.contype = 'f' AND k.conname = $3`,
		[SCHEMA, name, `${name}_local`],
	);
	return row === undefined ? undefined : textOf(row, 'oid');
}

async function findLocalTable(session: Session, wanted: string): Promise<LocalTable> {
	const [first = '', second] = wanted.split('.');
	const [schema, table] = second === undefined ? [null, first] : [first, second];
	const [row] = await session.query(
		`SELECT c.oid::text AS oid, format('%I.%I', n.nspname, c.relname) AS sql, has_table_privilege(c.oid, 'REFERENCES')
				AND has_table_privilege(c.oid, 'SELECT') AS permitted, current_user AS me
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname = $1 AND c.relkind IN ('r', 'p')
			AND CASE WHEN $2::text IS NULL THEN n.nspname = ANY(current_schemas(false)) ELSE n.nspname = $2 END
		ORDER BY array_position(current_schemas(false), n.nspname) LIMIT 1`,
		[table, schema],
	);
	if (row === undefined) throw unknown(wanted);
	const sql = textOf(row, 'sql') ?? '';
	if (row['permitted'] !== true) throw notPermitted(sql, textOf(row, 'me') ?? '');
	const oid = textOf(row, 'oid') ?? '';
	const keys = await session.query(
		`SELECT format('%I', a.attname) AS key, t.typname AS type, format_type(a.atttypid, a.atttypmod) AS sql_type
		FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
		JOIN pg_type t ON t.oid = a.atttypid
		WHERE i.indrelid = $1::oid AND i.indisprimary`,
		[oid],
	);
	const [key] = keys;
	const keyType = key === undefined ? '' : (textOf(key, 'type') ?? '');
	if (key === undefined || keys.length > 1 || KEYS[keyType] === undefined) {
		throw keyUnusable(
			sql,
			keys.map((one) => `${textOf(one, 'key')} ${textOf(one, 'sql_type')}`),
		);
	}
	return {
		oid,
		sql,
		shown: sql,
		key: textOf(key, 'key') ?? '',
		keyType,
		sqlType: textOf(key, 'sql_type') ?? 'text',
	};
}

function unreachable(wanted: string): CrosslinkError {
	return refusal(
		'local_table_unreachable',
		`"localTable" names ${wanted}, but the Crosslink store is a file of its own: a foreign key cannot lead out of it.`,
		'Let CROSSLINK_STORE_URL lead to the PostgreSQL database that has the table, or take "localTable" out of the settings.',
	);
}

function unknown(wanted: string): CrosslinkError {
	return refusal(
		'local_table_unknown',
		`"localTable" names ${wanted}, which the database of the Crosslink store does not have as a table (a view has no keys).`,
		'Write it as the catalogue does ("schema.table"), let CROSSLINK_STORE_URL lead to the database that has it, or take it out.',
	);
}

function notPermitted(sql: string, user: string): CrosslinkError {
	return refusal(
		'local_table_not_permitted',
		`The user ${user} of the Crosslink store may not refer to ${sql}.`,
		`GRANT SELECT, REFERENCES ON ${sql} TO ${user}; and USAGE on its schema.`,
	);
}

function keyUnusable(sql: string, keys: string[]): CrosslinkError {
	return refusal(
		'local_table_key_unusable',
		keys.length === 0
			? `The table ${sql} has no primary key that a link could refer to.`
			: `The primary key of ${sql} is (${keys.join(', ')}); a local id can stand for one column of whole numbers, uuid, text or varchar.`,
		'Give "localTable" a table with such a key, or take it out of the settings: links work without it.',
	);
}

function taken(name: string, wanted: string): CrosslinkError {
	return refusal(
		'local_table_taken',
		`The link table ${SCHEMA}.${name} refers to another table already, so it cannot refer to ${wanted}: all tenants share it.`,
		`Give every tenant the same "localTable"; or let go of the old one: ALTER TABLE ${SCHEMA}.${name} DROP COLUMN ${LOCAL_ROW} CASCADE; ` +
			`DROP FUNCTION ${SCHEMA}.${name}_row CASCADE.`,
	);
}

function refusal(code: string, message: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: 'rejected', code, message, remedy });
}
