import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import type { Session } from '../dialect';

/** Rows joined into one piece of the stream. */
const ROWS_PER_PIECE = 1_000;
const TABLE = 'pg_temp.crosslink_staged';

/** Streams rows of text into a temporary table with COPY; the table goes with the transaction. */
export async function stageRows(
	session: Session,
	columns: readonly string[],
	rows: Iterable<readonly string[]>,
): Promise<string> {
	const { from } = await import('pg-copy-streams');
	await session.query(
		`CREATE TEMPORARY TABLE crosslink_staged (${columns.map((column) => `${column} text NOT NULL`).join(', ')}) ON COMMIT DROP`,
	);
	const client = await clientOf(session);
	const copy = client.query(from(`COPY ${TABLE} (${columns.join(', ')}) FROM STDIN`));
	await pipeline(Readable.from(pieces(rows)), copy);
	// Without it the planner takes the new table for a small one.
	await session.query(`ANALYZE ${TABLE}`);
	return TABLE;
}

async function clientOf(session: Session): Promise<PoolClient> {
	const { runner } = session as Session & { runner?: { connect(): Promise<unknown> } };
	if (!runner) throw new TypeError('COPY needs a PostgreSQL session.');
	return (await runner.connect()) as PoolClient;
}

function* pieces(rows: Iterable<readonly string[]>): Generator<string> {
	let piece: string[] = [];
	for (const row of rows) {
		piece.push(row.map(escapeText).join('\t'));
		if (piece.length < ROWS_PER_PIECE) continue;
		yield piece.join('\n') + '\n';
		piece = [];
	}
	if (piece.length > 0) yield piece.join('\n') + '\n';
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** The text format of COPY: https://www.postgresql.org/docs/current/sql-copy.html */
function escapeText(value: string): string {
	return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}
