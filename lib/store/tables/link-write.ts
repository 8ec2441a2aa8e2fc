import type { ColumnType, Parameter, Session } from '../dialect';
import { canonicalJson, hashText } from '../../canonical-json';
import { assertOwnColumn } from '../identifiers';
import { boundTime, storable } from '../row-values';
import type { Base, LinkChange } from '../store';
import { slices, type LinkContext } from './link-context';

interface Column {
	type: ColumnType;
	value(change: LinkChange): Parameter;
}

/** Columns a change may write, by the field of the change they come from. */
const COLUMNS: Partial<Record<keyof LinkChange, Record<string, Column>>> = {
	externalId: { external_id: { type: 'text', value: (change) => change.externalId ?? null } },
	syncStatus: { sync_status: { type: 'text', value: (change) => change.syncStatus ?? null } },
	lastSyncedAt: { last_synced_at: { type: 'time', value: (change) => boundTime(change.lastSyncedAt ?? null) } },
	lastError: { last_error: { type: 'text', value: (change) => storable(change.lastError ?? null) } },
	errorCode: { error_code: { type: 'text', value: (change) => storable(change.errorCode ?? null) } },
	attempts: { attempts: { type: 'number', value: (change) => change.attempts ?? 0 } },
	nextAttemptAt: { next_attempt_at: { type: 'time', value: (change) => boundTime(change.nextAttemptAt ?? null) } },
	base: {
		base: { type: 'json', value: (change) => baseText(change.base) },
		base_hash: { type: 'text', value: (change) => (change.base ? hashText(baseText(change.base) ?? '') : null) },
	},
	mappingVersion: { mapping_version: { type: 'text', value: (change) => storable(change.mappingVersion ?? null) } },
	externalVersion: { external_version: { type: 'text', value: (change) => storable(change.externalVersion ?? null) } },
	pushedVersion: { pushed_version: { type: 'text', value: (change) => storable(change.pushedVersion ?? null) } },
	unsent: { unsent: { type: 'json', value: (change) => jsonText(change.unsent) } },
	flips: { flips: { type: 'json', value: (change) => jsonText(change.flips) } },
};

/** Writes rows whose lease is ours and gives the leases back; one statement for all changes of one shape. */
export async function writeChanges(
	{ dialect, table }: LinkContext,
	session: Session,
	tenant: string,
	leaseOwner: string,
	changes: LinkChange[],
): Promise<void> {
	for (const shape of shapesOf(changes)) {
		const columns = columnsOf(shape.example);
		const names = Object.keys(columns);
		const types = { id: 'text' as const, ...typesOf(columns) };
		const sets = names.map((name) => `${name} = b.new_${name}`);
		for (const slice of slices(shape.changes, dialect.sliceRows)) {
			const rows = slice.map((change) => [
				change.localId,
				...names.map((name) => columns[name]?.value(change) ?? null),
			]);
			const batch = dialect.batch(types, rows, 3);
			await session.query(
				`UPDATE ${table}
				SET ${[...sets, 'lease_owner = NULL', 'lease_until = NULL', `updated_at = ${dialect.now}`].join(', ')}
				FROM ${batch.source}
				WHERE tenant = $1 AND lease_owner = $2 AND local_id = b.id`,
				[tenant, leaseOwner, ...batch.parameters],
			);
		}
	}
}

/** Changes that write the same columns. Deletions come first: they give external ids free that others then take. */
function shapesOf(changes: LinkChange[]): Array<{ example: LinkChange; changes: LinkChange[] }> {
	const shapes = new Map<string, { example: LinkChange; changes: LinkChange[] }>();
	for (const change of changes) {
		const order = change.syncStatus === 'deleted' ? '0' : '1';
		const key = `${order} ${Object.keys(columnsOf(change)).join(' ')}`;
		const shape = shapes.get(key);
		if (shape) shape.changes.push(change);
		else shapes.set(key, { example: change, changes: [change] });
	}
	return [...shapes].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, shape]) => shape);
}

function columnsOf(change: LinkChange): Record<string, Column> {
	const columns: Record<string, Column> = {};
	for (const field of Object.keys(COLUMNS) as Array<keyof LinkChange>) {
		if (change[field] !== undefined) Object.assign(columns, COLUMNS[field]);
	}
	for (const own of Object.keys(change.columns ?? {}).sort()) {
		assertOwnColumn(own);
		columns[own] = { type: 'text', value: ({ columns: values }) => storable(values?.[own] ?? null) };
	}
	return columns;
}

function typesOf(columns: Record<string, Column>): Record<string, ColumnType> {
	return Object.fromEntries(Object.entries(columns).map(([name, column]) => [`new_${name}`, column.type]));
}

function baseText(base: Base | null | undefined): string | null {
	return base ? canonicalJson({ local: base.local, external: base.external }) : null;
}

function jsonText(value: object | null | undefined): string | null {
	return value ? JSON.stringify(value) : null;
}
