import type { ColumnType, Dialect } from '../dialect';

/** One slice blocks the event loop for about 5 ms. */
const ROWS_PER_STATEMENT = 500;

const TYPES: Readonly<Record<ColumnType, string>> = {
	id: 'TEXT',
	text: 'TEXT',
	// ISO-8601 UTC with milliseconds, as toISOString writes it: sorts as text.
	time: 'TEXT',
	json: 'TEXT',
	number: 'REAL',
	flag: 'INTEGER',
};

export const SQLITE: Dialect = {
	kind: 'sqlite',
	types: TYPES,
	ascendingKey: 'INTEGER PRIMARY KEY AUTOINCREMENT',
	// Without it SQLite stores any value in any column.
	tableOptions: 'STRICT',
	now: `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`,
	nowMs: `(unixepoch('now', 'subsec') * 1000.0)`,
	later: (seconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${seconds} || ' seconds')`,
	toMilliseconds: (time) => time,
	epochMs: (time) => `(unixepoch(${time}, 'subsec') * 1000.0)`,
	boundTime: (placeholder) => placeholder,
	greatest: (left, right) => `max(${left}, ${right})`,
	forUpdate: '',
	forUpdateSkipLocked: '',
	insertedFlag: undefined,
	sliceRows: ROWS_PER_STATEMENT,
	table: (name) => name,
	batch(columns, rows, first) {
		const names = Object.keys(columns).map((name, index) => `value->>${index} AS ${name}`);
		return {
			source: `(SELECT ${names.join(', ')} FROM json_each($${first})) AS b`,
			parameters: [JSON.stringify(rows)],
		};
	},
};
