import type { Database, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant, checkId } from '../ids';
import { boundTime, jsonOf, textOrNull, timeOf, timeOrNull } from '../row-values';
import type { RunProgress, RunProgressTable } from '../store';

/** Longest kind of run, in UTF-16 units. */
const MAX_KIND_LENGTH = 128;

export function runProgressTable(database: Database): RunProgressTable {
	const { dialect } = database;
	const table = dialect.table('run_progress');
	return {
		async get(tenant, integration, entity, kind) {
			const [row] = await database.statement(
				`SELECT * FROM ${table} WHERE tenant = $1 AND integration = $2 AND entity = $3 AND kind = $4`,
				placeOf(tenant, integration, entity, kind),
			);
			return row && progressOf(row);
		},
		async save(tenant, integration, entity, kind, { position, counts, startedAt, finishedAt }) {
			await database.statement(
				`INSERT INTO ${table}
					(tenant, integration, entity, kind, position, counts, started_at, finished_at, updated_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ${dialect.now})
				ON CONFLICT (tenant, integration, entity, kind) DO UPDATE SET
					position = excluded.position, counts = excluded.counts, started_at = excluded.started_at,
					finished_at = excluded.finished_at, updated_at = excluded.updated_at`,
				[
					...placeOf(tenant, integration, entity, kind),
					position,
					JSON.stringify(counts),
					boundTime(startedAt),
					boundTime(finishedAt),
				],
			);
		},
	};
}

function placeOf(tenant: string, integration: string, entity: string, kind: string): string[] {
	assertTenant(tenant);
	assertName('integration', integration);
	assertName('entity', entity);
	const error = checkId('kind of run', kind, MAX_KIND_LENGTH);
	if (error) throw error;
	return [tenant, integration, entity, kind];
}

function progressOf(row: Row): RunProgress {
	return {
		position: textOrNull(row, 'position'),
		counts: jsonOf(row, 'counts') as RunProgress['counts'],
		startedAt: timeOf(row, 'started_at'),
		updatedAt: timeOf(row, 'updated_at'),
		finishedAt: timeOrNull(row, 'finished_at'),
	};
}
