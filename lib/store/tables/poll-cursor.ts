import type { Fields } from '../../adapters/adapter';
import type { Database, Dialect, Session } from '../dialect';
import { assertName } from '../identifiers';
import { assertIds, assertTenant } from '../ids';
import { jsonOf, numberOf, timeOf } from '../row-values';
import type { CursorMove, PollCursorTable, PollKey } from '../store';

/** The entity of a position in all events of an integration. */
const EVERY_ENTITY = '*';
const PRIMARY_KEY = 'tenant, integration, entity, poll';
const IS_KEY = 'tenant = $1 AND integration = $2 AND entity = $3 AND poll = $4';

export function pollCursorTable(database: Database): PollCursorTable {
	const table = database.dialect.table('poll_cursor');
	return {
		async get(key) {
			const [row] = await database.statement(`SELECT * FROM ${table} WHERE ${IS_KEY}`, placeOf(key));
			return (
				row && {
					cursor: jsonOf(row, 'cursor') as Fields,
					version: numberOf(row, 'version'),
					updatedAt: timeOf(row, 'updated_at'),
				}
			);
		},
		async clear(key) {
			await database.statement(`DELETE FROM ${table} WHERE ${IS_KEY}`, placeOf(key));
		},
	};
}

/** @throws CrosslinkError `rejected` `id_invalid` or `name_invalid` */
export function assertPollKey({ tenant, integration, entity, poll }: PollKey): void {
	assertTenant(tenant);
	assertName('integration', integration);
	if (entity !== EVERY_ENTITY) assertName('entity', entity);
	assertIds('poll', [poll]);
}

function placeOf(key: PollKey): string[] {
	assertPollKey(key);
	return [key.tenant, key.integration, key.entity, key.poll];
}

/**
 * Moves a position unless somebody else has moved it since it was read. A position that carries our receipt already was
 * moved by this very call, whose answer was lost.
 *
 * A new position's version is the time, so that one read before {@link PollCursorTable.clear} never fits what came after.
 * @returns whether it is moved
 */
export async function moveCursor(
	{ table, now }: Dialect,
	session: Session,
	{ key, cursor, expected }: CursorMove,
	receipt: string,
): Promise<boolean> {
	const values = [...placeOf(key), JSON.stringify(cursor), receipt];
	const moved =
		expected === undefined
			? await session.query(
					`INSERT INTO ${table('poll_cursor')} AS place (${PRIMARY_KEY}, cursor, receipt, version, updated_at)
					VALUES ($1, $2, $3, $4, $5, $6, $7, ${now})
					ON CONFLICT (${PRIMARY_KEY}) DO UPDATE SET receipt = excluded.receipt WHERE place.receipt = excluded.receipt
					RETURNING version`,
					[...values, Date.now()],
				)
			: await session.query(
					`UPDATE ${table('poll_cursor')}
					SET cursor = $5, receipt = $6, version = $7 + 1, updated_at = ${now}
					WHERE ${IS_KEY} AND (version = $7 OR receipt = $6)
					RETURNING version`,
					[...values, expected],
				);
	return moved.length > 0;
}

/** A position as it is within a transaction that nobody else moves it in. */
export async function cursorOf({ table }: Dialect, session: Session, key: PollKey): Promise<Fields | undefined> {
	const [row] = await session.query(`SELECT cursor FROM ${table('poll_cursor')} WHERE ${IS_KEY}`, placeOf(key));
	return row && (jsonOf(row, 'cursor') as Fields);
}

/** Sets a position under a lock that everybody who moves it takes. */
export async function saveCursor(
	{ table, now }: Dialect,
	session: Session,
	key: PollKey,
	cursor: Fields,
): Promise<void> {
	await session.query(
		`INSERT INTO ${table('poll_cursor')} AS place (${PRIMARY_KEY}, cursor, receipt, version, updated_at)
		VALUES ($1, $2, $3, $4, $5, '', $6, ${now})
		ON CONFLICT (${PRIMARY_KEY}) DO UPDATE
		SET cursor = excluded.cursor, version = place.version + 1, updated_at = excluded.updated_at`,
		[...placeOf(key), JSON.stringify(cursor), Date.now()],
	);
}
