import type { Database } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant } from '../ids';
import { textOf, timeOf } from '../row-values';
import type { QueryAnswerTable } from '../store';
import { boundedLimit } from './link-context';

/** Answers deleted by one statement, which is one commit. */
const PRUNE_STEP = 500;

export function queryAnswerTable(database: Database): QueryAnswerTable {
	const { dialect } = database;
	const table = dialect.table('query_answer');
	return {
		async get(tenant, integration, question) {
			assertTenant(tenant);
			const [row] = await database.statement(
				`SELECT answer, as_of FROM ${table} WHERE tenant = $1 AND integration = $2 AND question = $3`,
				[tenant, integration, question],
			);
			return row && { answer: textOf(row, 'answer'), asOf: timeOf(row, 'as_of') };
		},
		async save(tenant, integration, { question, query, answer, keepSeconds }) {
			assertTenant(tenant);
			assertName('integration', integration);
			const [row] = await database.statement(
				`INSERT INTO ${table} AS known (tenant, integration, question, query, answer, as_of, keep_until)
				VALUES ($1, $2, $3, $4, $5, ${dialect.now}, ${dialect.later('$6')})
				ON CONFLICT (tenant, integration, question) DO UPDATE
				SET answer = excluded.answer, as_of = excluded.as_of,
					keep_until = CASE WHEN known.keep_until > excluded.keep_until THEN known.keep_until ELSE excluded.keep_until END
				RETURNING as_of`,
				[tenant, integration, question, query, answer, keepSeconds],
			);
			if (!row) throw new TypeError('An upsert of one row returned none.');
			return timeOf(row, 'as_of');
		},
		/** Each step is a commit of its own, and rows another pruner is at are left to it. */
		async prune(tenant, { most, limit }) {
			assertTenant(tenant);
			const left = boundedLimit(limit, Number.MAX_SAFE_INTEGER);
			const deleteRows = async (which: string, parameters: string[], step: number): Promise<number> => {
				const rows = await database.statement(
					`WITH old AS MATERIALIZED (${which} LIMIT ${step} ${dialect.forUpdateSkipLocked})
					DELETE FROM ${table} WHERE (tenant, integration, question) IN (SELECT * FROM old) RETURNING question`,
					parameters,
				);
				return rows.length;
			};
			const key = 'tenant, integration, question';
			let deleted = 0;
			for (let gone = PRUNE_STEP; gone === PRUNE_STEP && deleted < left; deleted += gone) {
				gone = await deleteRows(
					`SELECT ${key} FROM ${table} WHERE tenant = $1 AND keep_until < ${dialect.now} ORDER BY keep_until`,
					[tenant],
					Math.min(PRUNE_STEP, left - deleted),
				);
				await database.breathe();
			}
			const counts = await database.statement(
				`SELECT integration, count(*) AS answers FROM ${table} WHERE tenant = $1 GROUP BY integration`,
				[tenant],
			);
			for (const row of counts) {
				const over = Math.min(Number(row.answers) - most, left - deleted, PRUNE_STEP);
				if (over <= 0) continue;
				deleted += await deleteRows(
					`SELECT ${key} FROM ${table} WHERE tenant = $1 AND integration = $2 ORDER BY as_of`,
					[tenant, textOf(row, 'integration')],
					over,
				);
			}
			return deleted;
		},
	};
}
