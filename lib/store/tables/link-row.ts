import type { Fields } from '../../adapters/adapter';
import type { Row } from '../dialect';
import { COMMON_LINK_COLUMNS } from '../identifiers';
import { flagOf, jsonOrNull, numberOf, textOf, textOrNull, timeOf, timeOrNull } from '../row-values';
import type { Base, LinkRow, SyncStatus } from '../store';

export const SYNC_STATUSES: readonly SyncStatus[] = ['pending', 'synced', 'conflict', 'failed', 'deleted'];

const COMMON: ReadonlySet<string> = new Set(COMMON_LINK_COLUMNS);

/** A row of `SELECT link.*`; columns that are not common are the integration's own. */
export function linkOf(row: Row): LinkRow {
	return {
		tenant: textOf(row, 'tenant'),
		localId: textOf(row, 'local_id'),
		externalId: textOrNull(row, 'external_id'),
		syncStatus: textOf(row, 'sync_status') as SyncStatus,
		lastSyncedAt: timeOrNull(row, 'last_synced_at'),
		lastError: textOrNull(row, 'last_error'),
		errorCode: textOrNull(row, 'error_code'),
		attempts: numberOf(row, 'attempts'),
		nextAttemptAt: timeOrNull(row, 'next_attempt_at'),
		base: jsonOrNull(row, 'base') as unknown as Base | null,
		baseHash: textOrNull(row, 'base_hash'),
		mappingVersion: textOrNull(row, 'mapping_version'),
		externalVersion: textOrNull(row, 'external_version'),
		pushedVersion: textOrNull(row, 'pushed_version'),
		leaseOwner: textOrNull(row, 'lease_owner'),
		leaseUntil: timeOrNull(row, 'lease_until'),
		createdAt: timeOf(row, 'created_at'),
		updatedAt: timeOf(row, 'updated_at'),
		columns: ownColumnsOf(row),
		unsent: jsonOrNull(row, 'unsent') as Fields | null,
		flips: jsonOrNull(row, 'flips') as unknown as LinkRow['flips'],
		sent: jsonOrNull(row, 'sent') as unknown as LinkRow['sent'],
		inDoubt: flagOf(row, 'in_doubt'),
		handed: jsonOrNull(row, 'handed') as unknown as LinkRow['handed'],
	};
}

function ownColumnsOf(row: Row): Record<string, string | null> {
	const own: Record<string, string | null> = {};
	for (const column of Object.keys(row)) {
		if (!COMMON.has(column)) own[column] = textOrNull(row, column);
	}
	return own;
}
