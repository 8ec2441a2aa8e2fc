import type { ChangePage, Cursor, EntityBinding } from '../../adapter';
import { idTooLong } from '../changes';
import { MAX_POSITION_CHARACTERS, readCursor, type DatabaseCursor } from '../cursor';
import { follow, type Followed } from '../follow';
import { PAGE_CHARACTERS, PAGE_ROWS } from '../limits';
import { columnsOf, type Table } from '../table';
import { findBarrier } from './barrier';
import { literal, quoted } from './literal';
import { compared } from './read';
import type { MySqlReader, Query } from './reader';
import { CHANGED, ID, selection } from './rows';
import { loadTable } from './table';
import { readMoment, toWall, writeMoment, type Micros } from './wall-time';

/** Before every time that a column can hold but that of zeros. */
const BEGINNING = '-infinity';
const FIRST = '1000-01-01 00:00:00';
const DAY = 86_400_000_000n;

/** One page of changed rows, by (changed, id); windows and positions as for PostgreSQL. */
export async function changesSince(
	reader: MySqlReader,
	binding: EntityBinding,
	cursor: Cursor | 'now' | 'beginning',
	fields: string[],
): Promise<ChangePage> {
	const given = typeof cursor === 'string' ? undefined : readCursor(cursor);
	return await reader.reading(`find changed rows of ${binding.object}`, async (query) => {
		const table = await loadTable(query, binding.object, reader);
		const followed = follow(table, binding);
		if (cursor === 'now') {
			const { next } = await findBarrier(query, followed, null);
			return { records: [], cursor: { since: next }, more: false };
		}
		const at: DatabaseCursor = given ?? { since: BEGINNING };
		const window = at.to === undefined ? { ...at, ...(await findBarrier(query, followed, at.since)) } : at;
		const { list, toRecord } = selection(followed, columnsOf(table, fields));
		const sql = statement(table, followed, window, list, await bounds(query, followed, window));
		const { rows, cut } = await query(sql, PAGE_CHARACTERS);
		const records = rows.map(toRecord);
		const last = rows.at(-1);
		const { since, to, next } = window;
		if (last === undefined || (!cut && rows.length < PAGE_ROWS)) {
			return { records, cursor: { since: next }, more: false };
		}
		const position = { since, to, next, at: last[CHANGED] ?? '', id: last[ID] ?? '' } satisfies DatabaseCursor;
		if (position.id.length > MAX_POSITION_CHARACTERS) throw idTooLong(position.id);
		return { records, cursor: position, more: true };
	});
}

type OpenWindow = { since: string; to: string; next: string; at?: string; id?: string };

function statement(
	table: Table,
	{ changed: changedColumn, id: idColumn }: Followed,
	window: OpenWindow,
	list: string,
	{ low, high }: { low: string; high: string },
): string {
	const changed = `t.${quoted(changedColumn.name)}`;
	const id = `t.${quoted(idColumn.name)}`;
	const at = `CAST(${literal(window.at ?? '')} AS DATETIME(6))`;
	const after =
		window.at === undefined
			? ''
			: ` AND (${changed} > ${at} OR (${changed} = ${at} AND ${id} > ${compared(idColumn, window.id ?? '')}))`;
	return (
		`SELECT ${list} FROM ${table.sql} t WHERE ${changed} >= ${low} AND ${changed} < ${high} AND ${id} IS NOT NULL${after} ` +
		`ORDER BY ${changed}, ${id} LIMIT ${PAGE_ROWS}`
	);
}

/**
 * The window in the form of the column. Where the clock is set back or forth inside it, local times run twice or not at all:
 * it is widened by that shift on both sides, rather too many than too few. A date stands for its whole day.
 */
async function bounds(
	query: Query,
	{ changed, source }: Followed,
	window: OpenWindow,
): Promise<{ low: string; high: string }> {
	const to = readMoment(window.to)?.at ?? 0n;
	const since = window.since === BEGINNING ? undefined : readMoment(window.since)?.at;
	const wall = await wallOf(query, changed.type === 'timestamptz' ? 'UTC' : source.timeZone, [since ?? to, to]);
	const [wallSince = to, wallTo = to] = wall;
	const shift = wallTo - wallSince - (to - (since ?? to));
	const wide = shift < 0n ? -shift : shift;
	const low = since === undefined ? undefined : (wallSince < wallTo ? wallSince : wallTo) - wide;
	const high = (wallSince > wallTo ? wallSince : wallTo) + wide;
	if (changed.type !== 'date') return { low: time(low), high: time(high) };
	return {
		low: time(low === undefined ? undefined : low - modulo(low, DAY)),
		high: time(high - modulo(high, DAY) + DAY),
	};
}

const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;
const time = (at: Micros | undefined): string => `TIMESTAMP'${at === undefined ? FIRST : writeMoment(at)}'`;

/** Without a zone in the settings it is the server's, which only the server can tell in every case. */
async function wallOf(query: Query, zone: string | undefined, instants: Micros[]): Promise<Micros[]> {
	if (zone === 'UTC') return instants;
	if (zone !== undefined) return instants.map((instant) => toWall(instant, zone));
	const { rows } = await query(
		`SELECT ${instants.map((at) => `CONVERT_TZ(${time(at)}, '+00:00', @@global.time_zone)`).join(', ')}`,
	);
	return (rows[0] ?? []).map((text) => readMoment(text ?? '')?.at ?? 0n);
}
