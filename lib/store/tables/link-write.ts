import type { ColumnType, Parameter, Session } from '../dialect';
import { canonicalJson, hashText } from '../../canonical-json';
import { assertOwnColumn } from '../identifiers';
import { boundTime, storable } from '../row-values';
import type { Base, LinkChange } from '../store';
import { slices, type LinkContext } from './link-context';

/** Columns that are written together, and their values. */
interface ColumnGroup {
	types: Record<string, ColumnType>;
	values(change: LinkChange): Parameter[];
}

const column = (name: string, type: ColumnType, value: (change: LinkChange) => Parameter): ColumnGroup => ({
	types: { [name]: type },
	values: (change) => [value(change)],
});

/** Columns a change may write, by the field of the change they come from. */
const COLUMNS: Partial<Record<keyof LinkChange, ColumnGroup>> = {
	externalId: column('external_id', 'text', ({ externalId }) => externalId ?? null),
	syncStatus: column('sync_status', 'text', ({ syncStatus }) => syncStatus ?? null),
	lastSyncedAt: column('last_synced_at', 'time', ({ lastSyncedAt }) => boundTime(lastSyncedAt ?? null)),
	lastError: column('last_error', 'text', ({ lastError }) => storable(lastError ?? null)),
	errorCode: column('error_code', 'text', ({ errorCode }) => storable(errorCode ?? null)),
	attempts: column('attempts', 'number', ({ attempts }) => attempts ?? 0),
	nextAttemptAt: column('next_attempt_at', 'time', ({ nextAttemptAt }) => boundTime(nextAttemptAt ?? null)),
	base: { types: { base: 'json', base_hash: 'text' }, values: ({ base }) => baseValues(base) },
	mappingVersion: column('mapping_version', 'text', ({ mappingVersion }) => storable(mappingVersion ?? null)),
	externalVersion: column('external_version', 'text', ({ externalVersion }) => storable(externalVersion ?? null)),
	pushedVersion: column('pushed_version', 'text', ({ pushedVersion }) => storable(pushedVersion ?? null)),
	unsent: column('unsent', 'json', ({ unsent }) => jsonText(unsent)),
	sent: column('sent', 'json', ({ sent }) => jsonText(sent)),
	inDoubt: column('in_doubt', 'flag', ({ inDoubt }) => inDoubt === true),
	handed: column('handed', 'json', ({ handed }) => jsonText(handed)),
	flips: column('flips', 'json', ({ flips }) => jsonText(flips)),
};

const FIELDS = Object.keys(COLUMNS) as Array<keyof LinkChange>;

/**
 * Writes rows that are under our lock, and gives their leases back; one statement for all changes of one shape. The
 * lease is not asked for again: hardly any row has one, so that PostgreSQL would read the whole table for it.
 */
export async function writeChanges(
	{ dialect, table }: LinkContext,
	session: Session,
	tenant: string,
	changes: LinkChange[],
): Promise<void> {
	for (const shape of shapesOf(changes)) {
		const groups = groupsOf(shape.example);
		const columns = Object.assign({}, ...groups.map((group) => group.types)) as Record<string, ColumnType>;
		const sets = Object.keys(columns).map((name) => `${name} = b.new_${name}`);
		const types: Record<string, ColumnType> = { of_tenant: 'text', id: 'text' };
		for (const [name, type] of Object.entries(columns)) types[`new_${name}`] = type;
		for (const slice of slices(shape.changes, dialect.sliceRows)) {
			const rows = slice.map((change) => [tenant, change.localId, ...groups.flatMap((group) => group.values(change))]);
			const batch = dialect.batch(types, rows, 1);
			await session.query(
				`UPDATE ${table}
				SET ${[...sets, 'lease_owner = NULL', 'lease_until = NULL', `updated_at = ${dialect.now}`].join(', ')}
				FROM ${batch.source}
				WHERE tenant = b.of_tenant AND local_id = b.id`,
				batch.parameters,
			);
		}
	}
}

/** Changes that write the same columns. Deletions come first: they give external ids free that others then take. */
function shapesOf(changes: LinkChange[]): Array<{ example: LinkChange; changes: LinkChange[] }> {
	const shapes = new Map<string, { example: LinkChange; changes: LinkChange[] }>();
	for (const change of changes) {
		const order = change.syncStatus === 'deleted' ? '0' : '1';
		const key = [order, ...fieldsOf(change), ...ownColumnsOf(change)].join(' ');
		const shape = shapes.get(key);
		if (shape) shape.changes.push(change);
		else shapes.set(key, { example: change, changes: [change] });
	}
	return [...shapes].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, shape]) => shape);
}

const fieldsOf = (change: LinkChange) => FIELDS.filter((field) => change[field] !== undefined);

const ownColumnsOf = (change: LinkChange): string[] => Object.keys(change.columns ?? {}).sort();

function groupsOf(change: LinkChange): ColumnGroup[] {
	const own = ownColumnsOf(change).map((name) => {
		assertOwnColumn(name);
		return column(name, 'text', ({ columns }) => storable(columns?.[name] ?? null));
	});
	return [...fieldsOf(change).flatMap((field) => COLUMNS[field] ?? []), ...own];
}

function baseValues(base: Base | null | undefined): [text: string | null, hash: string | null] {
	if (!base) return [null, null];
	const text = canonicalJson({ local: base.local, external: base.external });
	return [text, hashText(text)];
}

function jsonText(value: object | null | undefined): string | null {
	return value ? JSON.stringify(value) : null;
}
