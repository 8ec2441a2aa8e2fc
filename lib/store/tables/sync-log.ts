import type { Database, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant } from '../ids';
import { jsonOrNull, textOf, textOrNull, timeOf } from '../row-values';
import type { SyncLog, SyncLogEntry } from '../store';
import { boundedLimit } from './link-context';

/** Entries in one answer at most. */
const MAX_HISTORY = 10_000;
/** Entries deleted by one statement, which is one commit: a few milliseconds on the embedded store. */
const PRUNE_STEP = 500;

/** The audit trail; runs append to it in `sync-log-write.ts`. */
export function syncLog(database: Database): SyncLog {
	const { dialect } = database;
	const table = dialect.table('sync_log');
	return {
		async history(tenant, integration, entity, localId, { field, limit }) {
			assertTenant(tenant);
			assertName('integration', integration);
			assertName('entity', entity);
			const rows = await database.statement(
				`SELECT * FROM ${table}
				WHERE tenant = $1 AND integration = $2 AND entity = $3 AND local_id = $4
					${field === undefined ? '' : 'AND field = $5'}
				ORDER BY at DESC, id DESC LIMIT ${boundedLimit(limit, MAX_HISTORY)}`,
				[tenant, integration, entity, localId, ...(field === undefined ? [] : [field])],
			);
			return rows.map(entryOf);
		},
		/** Each step is a commit of its own, and rows another pruner is at are left to it: nobody waits for the whole. */
		async prune(tenant, before, limit) {
			assertTenant(tenant);
			const most = boundedLimit(limit, Number.MAX_SAFE_INTEGER);
			let deleted = 0;
			while (deleted < most) {
				const step = Math.min(PRUNE_STEP, most - deleted);
				const rows = await database.statement(
					`WITH old AS MATERIALIZED (
						SELECT id FROM ${table} WHERE tenant = $1 AND at < $2
						ORDER BY at, id LIMIT ${step} ${dialect.forUpdateSkipLocked}
					)
					DELETE FROM ${table} WHERE id IN (SELECT id FROM old) RETURNING id`,
					[tenant, before.toISOString()],
				);
				deleted += rows.length;
				if (rows.length < step) break;
				await database.breathe();
			}
			return deleted;
		},
	};
}

function entryOf(row: Row): SyncLogEntry {
	return {
		localId: textOf(row, 'local_id'),
		externalId: textOrNull(row, 'external_id'),
		at: timeOf(row, 'at'),
		kind: textOf(row, 'kind') as SyncLogEntry['kind'],
		field: textOrNull(row, 'field'),
		from: jsonOrNull(row, 'from_value'),
		to: jsonOrNull(row, 'to_value'),
		rule: jsonOrNull(row, 'rule'),
		run: textOf(row, 'run'),
	};
}
