import type { EntityBinding, TestResult } from '../adapter';
import { follow, type Followed } from './follow';
import { DEFAULT_LOOKBACK_SECONDS, LARGE_TABLE_ROWS } from './limits';
import type { DatabaseReader, Query } from './reader';
import { columnsOf, loadTable, type Table } from './table';
import { quoted } from './table-name';

/** An open transaction makes each poll read again from its start; longer than so many seconds it deserves a word. */
const LONG_TRANSACTION_SECONDS = 3_600;

const SERVER = `
SELECT current_setting('server_version'), pg_is_in_recovery(), pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
	(SELECT extract(epoch FROM now() - min(xact_start))::bigint FROM pg_catalog.pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'),
	(SELECT extract(epoch FROM now() - min(prepared))::bigint FROM pg_catalog.pg_prepared_xacts
		WHERE database = current_database())`;

/**
 * Logs in, looks at every table of the mapping and says what would make polling slow or blind.
 * @throws CrosslinkError for a refused login, a table or column that is not there, or one that cannot be followed
 */
export async function testConnection(reader: DatabaseReader, bindings: EntityBinding[]): Promise<TestResult> {
	const { shown, user } = reader.connection;
	return await reader.reading('answer a test', async (query) => {
		const [server] = (await query(SERVER, [])).rows;
		const [version, standby, seesAll, oldest, prepared] = server ?? [];
		const notes: string[] = [];
		if (standby === 't') {
			notes.push(`It is a standby, where changes arrive late: polls look back ${DEFAULT_LOOKBACK_SECONDS} s.`);
		} else if (seesAll !== 't') {
			notes.push(
				`${user} cannot see when transactions of other roles began: while some run, polls look back ` +
					`${DEFAULT_LOOKBACK_SECONDS} s (or "lookbackSeconds"). GRANT pg_read_all_stats TO it to be exact.`,
			);
		}
		if (Number(oldest) > LONG_TRANSACTION_SECONDS || Number(prepared) > LONG_TRANSACTION_SECONDS) {
			notes.push('A transaction has been open for over an hour: until it ends, each poll reads again from its start.');
		}
		for (const binding of bindings) notes.push(...(await notesOn(query, reader, binding)));
		const tables = bindings.length === 0 ? 'no entities yet' : bindings.map(({ object }) => object).join(', ');
		return {
			accountId: shown,
			message: [`Connected to PostgreSQL ${version} at ${shown} as ${user}; ${tables}.`, ...notes].join(' '),
		};
	});
}

async function notesOn(query: Query, reader: DatabaseReader, binding: EntityBinding): Promise<string[]> {
	const table = await loadTable(query, binding.object, reader);
	const followed = follow(table, binding);
	columnsOf(
		table,
		binding.fields.map((rule) => rule.external),
	);
	const { id, changed } = followed;
	const notes: string[] = [];
	const large = table.rows >= LARGE_TABLE_ROWS;
	if (large && !changed.indexed && table.kind !== 'v' && table.kind !== 'f') {
		notes.push(
			`${table.shown} has about ${table.rows} rows and no index on "${changed.name}": every poll reads all of it. ` +
				`CREATE INDEX ON ${table.sql} (${quoted(changed.name)}, ${quoted(id.name)}).`,
		);
	}
	if (!id.unique && table.kind !== 'v' && table.kind !== 'f' && table.kind !== 'm') {
		notes.push(`"${id.name}" of ${table.shown} is not unique by itself: rows with the same id are one record.`);
	}
	if (!changed.notNull) {
		// Without an index this could read the whole of a large table.
		const empty = !large || changed.indexed ? await hasEmpty(query, table, followed) : undefined;
		if (empty !== false) {
			notes.push(
				`"${changed.name}" of ${table.shown} ${empty ? 'is' : 'may be'} empty in some rows: polls never see them.`,
			);
		}
	}
	if (changed.type === 'timestamp' || changed.type === 'date') notes.push(await zoneNote(query, table, followed));
	return notes.filter((note) => note !== '');
}

async function hasEmpty(query: Query, table: Table, { changed }: Followed): Promise<boolean> {
	const { rows } = await query(
		`SELECT EXISTS (SELECT FROM ${table.sql} t WHERE t.${quoted(changed.name)} IS NULL)`,
		[],
	);
	return rows[0]?.[0] === 't';
}

/** A wrong zone puts changes into the past, where no poll looks. */
async function zoneNote(query: Query, table: Table, { changed, timeZone, source }: Followed): Promise<string> {
	const { rows } = await query(`SELECT now() AT TIME ZONE $1::text`, [timeZone]);
	if (source.timeZone !== undefined) return '';
	return (
		`"${changed.name}" of ${table.shown} has no time zone and is taken for ${timeZone}, where it is now ${rows[0]?.[0]?.slice(0, 16)}; ` +
		'set "timeZone" in the source if that is not what the application writes.'
	);
}
