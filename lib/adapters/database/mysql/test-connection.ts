import type { EntityBinding, TestResult } from '../../adapter';
import { follow } from '../follow';
import { DEFAULT_LOOKBACK_SECONDS, LARGE_TABLE_ROWS } from '../limits';
import { columnsOf } from '../table';
import { isNotPermitted } from './errors';
import { quoted } from './literal';
import type { MySqlReader, Query } from './reader';
import { loadTable } from './table';

/**
 * Logs in, looks at every table of the mapping and says what would make polling slow or blind.
 * @throws CrosslinkError for a refused login, a table or column that is not there, or one that cannot be followed
 */
export async function testConnection(reader: MySqlReader, bindings: EntityBinding[]): Promise<TestResult> {
	const { shown, user } = reader.connection;
	return await reader.reading('answer a test', async (query) => {
		const { rows } = await query('SELECT VERSION(), @@global.read_only');
		const [version = '', readOnly = '0'] = rows[0] ?? [];
		const notes: string[] = [];
		if (readOnly !== '0') {
			notes.push(
				`It is read-only, as a replica is: nothing can be written, and polls look back ${DEFAULT_LOOKBACK_SECONDS} s.`,
			);
		} else if (!(await seesTransactions(query))) {
			notes.push(
				`${user} cannot see whether other users' transactions run: polls look back ${DEFAULT_LOOKBACK_SECONDS} s ` +
					'(or "lookbackSeconds"). GRANT PROCESS ON *.* TO it to be exact.',
			);
		}
		for (const binding of bindings) notes.push(...(await notesOn(query, reader, binding)));
		const tables = bindings.length === 0 ? 'no entities yet' : bindings.map(({ object }) => object).join(', ');
		const product = /mariadb/i.test(version ?? '') ? 'MariaDB' : 'MySQL';
		return {
			accountId: shown,
			message: [`Connected to ${product} ${version} at ${shown} as ${user}; ${tables}.`, ...notes].join(' '),
		};
	});
}

async function seesTransactions(query: Query): Promise<boolean> {
	try {
		await query('SELECT count(*) FROM information_schema.INNODB_TRX');
		return true;
	} catch (thrown) {
		if (isNotPermitted(thrown)) return false;
		throw thrown;
	}
}

async function notesOn(query: Query, reader: MySqlReader, binding: EntityBinding): Promise<string[]> {
	const table = await loadTable(query, binding.object, reader);
	const { id, changed, source } = follow(table, binding);
	columnsOf(
		table,
		binding.fields.map((rule) => rule.external),
	);
	const notes: string[] = [];
	if (table.rows >= LARGE_TABLE_ROWS && !changed.indexed && !table.isView) {
		notes.push(
			`${table.shown} has about ${table.rows} rows and no index on "${changed.name}": every poll reads all of it. ` +
				`CREATE INDEX changed ON ${table.sql} (${quoted(changed.name)}, ${quoted(id.name)}).`,
		);
	}
	if (!id.unique && !table.isView) {
		notes.push(`"${id.name}" of ${table.shown} is not unique by itself: rows with the same id are one record.`);
	}
	if (!changed.notNull)
		notes.push(`"${changed.name}" of ${table.shown} may be empty in some rows: polls never see them.`);
	if (!table.isView && !/^innodb$/i.test(table.engine)) {
		notes.push(`${table.shown} is kept by ${table.engine}, which knows no transactions: it is read, but not written.`);
	}
	if (changed.type !== 'timestamptz' && source.timeZone === undefined) {
		const { rows } = await query(
			`SELECT CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', @@global.time_zone), @@global.time_zone`,
		);
		const [now, zone] = rows[0] ?? [];
		notes.push(
			`"${changed.name}" of ${table.shown} has no time zone and is taken for the server's (${zone}), where it is now ` +
				`${now?.slice(0, 16)}; set "timeZone" in the source if that is not what the application writes.`,
		);
	}
	return notes;
}
