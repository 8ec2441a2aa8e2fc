import { CrosslinkError } from '../../errors';
import type { ChangePage, Cursor, EntityBinding } from '../adapter';
import { findBarrier } from './barrier';
import { MAX_POSITION_CHARACTERS, readCursor, type DatabaseCursor } from './cursor';
import { follow, type Followed } from './follow';
import { PAGE_CHARACTERS, PAGE_ROWS } from './limits';
import type { DatabaseReader, Rows } from './reader';
import { CHANGED, ID, parameters, selection, type Bind, type Selection } from './rows';
import { columnsOf, loadTable, type Table } from './table';
import { quoted } from './table-name';

/** Before every time, and before every transaction. */
const BEGINNING = { time: '-infinity', transaction: '0' };

/**
 * One page of changed rows, by (changed, id), after the last row of the page before: equal times cannot hide a row at a
 * page's edge. A window ends at the moment it was opened and the next one begins at the visibility barrier of that moment
 * (see barrier.ts), so that a row whose transaction ends late is not lost. Rows that are gone, and rows without a time of
 * change, are never seen.
 */
export async function changesSince(
	reader: DatabaseReader,
	binding: EntityBinding,
	cursor: Cursor | 'now' | 'beginning',
	fields: string[],
): Promise<ChangePage> {
	const given = typeof cursor === 'string' ? undefined : readCursor(cursor);
	return await reader.reading(`find changed rows of ${binding.object}`, async (query) => {
		const table = await loadTable(query, binding.object, reader);
		const followed = follow(table, binding);
		if (cursor === 'now') {
			const { next } = await findBarrier(query, table, followed, null);
			return { records: [], cursor: { since: next }, more: false };
		}
		const at: DatabaseCursor = given ?? { since: BEGINNING[followed.by] };
		const window: OpenWindow =
			at.to === undefined ? { ...at, ...(await findBarrier(query, table, followed, at.since)) } : at;

		const { values, bind } = parameters();
		const selected = selection(followed, columnsOf(table, fields), bind);
		const sql = statement(table, followed, window, selected, bind);
		const page = await query(sql, values, PAGE_CHARACTERS);
		return toPage(page, selected, window);
	});
}

type OpenWindow = { since: string; to: string; next: string; at?: string; id?: string };

function statement(table: Table, followed: Followed, window: OpenWindow, { list }: Selection, bind: Bind): string {
	const changed = `t.${quoted(followed.changed.name)}`;
	const id = `t.${quoted(followed.id.name)}`;
	const { low, high } = bounds(followed, window, bind);
	const after =
		window.at === undefined
			? ''
			: ` AND (${changed}, ${id}) > (${bind(window.at)}::text::${followed.changed.sqlType}, ${bind(window.id)}::text::${followed.id.sqlType})`;
	return (
		`SELECT ${list} FROM ${table.sql} t WHERE ${changed} >= ${low} AND ${changed} < ${high} AND ${id} IS NOT NULL${after} ` +
		`ORDER BY ${changed}, ${id} LIMIT ${PAGE_ROWS}`
	);
}

/**
 * The window in the form of the column. Where the clock is set back or forth inside it, local times run twice or not at all:
 * it is widened by that shift on both sides, rather too many than too few. A date stands for its whole day.
 */
function bounds({ changed, by, timeZone }: Followed, window: OpenWindow, bind: Bind): { low: string; high: string } {
	if (by === 'transaction') {
		return { low: `${bind(window.since)}::text::xid8`, high: `${bind(window.to)}::text::xid8` };
	}
	const since = `${bind(window.since)}::timestamptz`;
	const to = `${bind(window.to)}::timestamptz`;
	if (changed.type === 'timestamptz') return { low: since, high: to };

	const zone = `${bind(timeZone)}::text`;
	const [localSince, localTo] = [since, to].map((instant) => `(${instant} AT TIME ZONE ${zone})`);
	const shift = `((${localTo} - ${localSince}) - (${to} - ${since}))`;
	const widening = `CASE WHEN isfinite(${since}) THEN greatest(${shift}, -${shift}) ELSE interval '0' END`;
	const low = `(least(${localSince}, ${localTo}) - ${widening})`;
	const high = `(greatest(${localSince}, ${localTo}) + ${widening})`;
	return changed.type === 'date' ? { low: `${low}::date`, high: `(${high}::date + 1)` } : { low, high };
}

function toPage({ rows, cut }: Rows, { toRecord }: Selection, window: OpenWindow): ChangePage {
	const { since, to, next } = window;
	const records = rows.map(toRecord);
	const last = rows.at(-1);
	if (last === undefined || (!cut && rows.length < PAGE_ROWS)) return { records, cursor: { since: next }, more: false };
	const cursor = { since, to, next, at: last[CHANGED] ?? '', id: last[ID] ?? '' } satisfies DatabaseCursor;
	if (cursor.id.length > MAX_POSITION_CHARACTERS) throw idTooLong(cursor.id);
	return { records, cursor, more: true };
}

export function idTooLong(id: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'id_too_long',
		message: `The id "${id.slice(0, 60)}…" has more than ${MAX_POSITION_CHARACTERS} characters.`,
		remedy: 'Name a shorter unique column as "id" in the "source" of the entity.',
	});
}
