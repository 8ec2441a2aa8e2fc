import { boundedJson, MAX_CONFLICT_VALUE } from '../bounded-json';
import type { Parameter, Session } from '../dialect';
import { checkId } from '../ids';
import { storable } from '../row-values';
import type { NewConflict } from '../store';
import { slices, type LinkContext } from './link-context';

/** Longest base key, in UTF-16 units: two names of at most 200 and what is between them. */
const MAX_FIELD_KEY_LENGTH = 512;
/** Ids a person can choose from; nobody reads through more. */
const MAX_CANDIDATES = 100;
/** Conflicts may hold long values, so that few go into one statement. */
const ROWS_PER_STATEMENT = 100;

const COLUMNS = {
	local_id: 'text',
	field_key: 'text',
	external_id: 'text',
	field: 'text',
	reason: 'text',
	local_value: 'json',
	external_value: 'json',
	base_local: 'json',
	base_external: 'json',
	rule: 'json',
	candidates: 'json',
	run: 'text',
} as const;

const NAMES = Object.keys(COLUMNS) as Array<keyof typeof COLUMNS>;
/** What a new look at a pending conflict brings up to date. */
const CHANGING = NAMES.filter((name) => name !== 'local_id' && name !== 'field_key');

interface Place {
	localId: string;
	key: string;
}

/** @throws CrosslinkError `rejected` `id_invalid` for the first base key that cannot be stored */
export function assertFieldKeys(places: readonly Place[]): void {
	for (const { key } of places) {
		// '' is the record as a whole.
		const error = key === '' ? undefined : checkId('field key', key, MAX_FIELD_KEY_LENGTH);
		if (error) throw error;
	}
}

/**
 * Opens conflicts. One that is open for the same link and key gets the new values; one that a person has resolved
 * stays as it is, for the next sync to carry out.
 */
export async function openConflicts(
	{ dialect, integration, entity }: LinkContext,
	session: Session,
	tenant: string,
	conflicts: NewConflict[],
): Promise<void> {
	for (const slice of slices(inOrder(conflicts), ROWS_PER_STATEMENT)) {
		const batch = dialect.batch(COLUMNS, slice.map(rowOf), 4);
		await session.query(
			`INSERT INTO ${dialect.table('sync_conflict')} AS known
				(tenant, integration, entity, ${NAMES.join(', ')}, status, created_at, updated_at)
			SELECT $1, $2, $3, ${NAMES.map((name) => `b.${name}`).join(', ')}, 'open', ${dialect.now}, ${dialect.now}
			FROM ${batch.source}
			WHERE true
			ON CONFLICT (tenant, integration, entity, local_id, field_key) WHERE status <> 'done'
			DO UPDATE SET ${CHANGING.map((name) => `${name} = excluded.${name}`).join(', ')}, updated_at = excluded.updated_at
			WHERE known.status = 'open'`,
			[tenant, integration, entity, ...batch.parameters],
		);
	}
}

export async function finishConflicts(
	{ dialect, integration, entity }: LinkContext,
	session: Session,
	tenant: string,
	places: Place[],
): Promise<void> {
	for (const slice of slices(inOrder(places), dialect.sliceRows)) {
		const batch = dialect.batch(
			{ place_id: 'text', place_key: 'text' },
			slice.map((place) => [place.localId, place.key]),
			4,
		);
		await session.query(
			`UPDATE ${dialect.table('sync_conflict')} SET status = 'done', updated_at = ${dialect.now}
			FROM ${batch.source}
			WHERE tenant = $1 AND integration = $2 AND entity = $3 AND status <> 'done'
				AND local_id = b.place_id AND field_key = b.place_key`,
			[tenant, integration, entity, ...batch.parameters],
		);
	}
}

/** Once per link and key, the last one counting, in one order for everybody. */
function inOrder<T extends Place>(places: readonly T[]): T[] {
	const byPlace = new Map(places.map((place) => [JSON.stringify([place.localId, place.key]), place]));
	return [...byPlace].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, place]) => place);
}

function rowOf(conflict: NewConflict): Parameter[] {
	const bounded = (value: NewConflict['local']) => boundedJson(value, MAX_CONFLICT_VALUE);
	const values: Record<keyof typeof COLUMNS, Parameter> = {
		local_id: conflict.localId,
		field_key: conflict.key,
		external_id: storable(conflict.externalId),
		field: storable(conflict.field),
		reason: conflict.reason,
		local_value: bounded(conflict.local),
		external_value: bounded(conflict.external),
		base_local: bounded(conflict.baseLocal),
		base_external: bounded(conflict.baseExternal),
		rule: bounded(conflict.rule),
		candidates: JSON.stringify(conflict.candidates.slice(0, MAX_CANDIDATES)),
		run: storable(conflict.run),
	};
	return NAMES.map((name) => values[name]);
}
