import type { FieldValue } from '../../adapters/adapter';
import { CrosslinkError } from '../../errors';
import { MAX_CONFLICT_VALUE } from '../bounded-json';
import type { Database, Parameter, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant } from '../ids';
import { jsonOf, jsonOrNull, numberOf, storable, textOf, textOrNull, timeOf, timeOrNull } from '../row-values';
import type { Conflict, ConflictReason, ConflictTable } from '../store';
import { boundedLimit, idBatch, slices, sortedUnique } from './link-context';

/** Rows in one page at most; each may hold long values. */
const MAX_PAGE = 1_000;

/** Conflicts as people see and resolve them; runs open and finish them in `sync-conflict-write.ts`. */
export function conflictTable(database: Database): ConflictTable {
	const table = database.dialect.table('sync_conflict');
	return {
		async findPending(tenant, integration, entity, localIds) {
			assertTenant(tenant);
			assertName('integration', integration);
			assertName('entity', entity);
			const found: Conflict[] = [];
			for (const slice of slices(sortedUnique(localIds), database.dialect.sliceRows)) {
				const batch = idBatch(database.dialect, slice, 4);
				const rows = await database.statement(
					`SELECT conflict.* FROM ${batch.source}
					JOIN ${table} AS conflict ON conflict.tenant = $1 AND conflict.integration = $2 AND conflict.entity = $3
						AND conflict.local_id = b.id AND conflict.status <> 'done'
					ORDER BY conflict.local_id, conflict.field_key`,
					[tenant, integration, entity, ...batch.parameters],
				);
				found.push(...rows.map(conflictOf));
			}
			return found;
		},
		async page(tenant, filter, page) {
			assertTenant(tenant);
			const parameters: Parameter[] = [tenant];
			const conditions = ['tenant = $1'];
			const where = (condition: string, value: Parameter | undefined) => {
				if (value !== undefined) conditions.push(`${condition} $${parameters.push(value)}`);
			};
			where('integration =', filter.integration);
			where('entity =', filter.entity);
			where('local_id =', filter.localId);
			where('status =', filter.status);
			where('id <', page.afterId === undefined ? undefined : numberOfPage(page.afterId));
			const rows = await database.statement(
				`SELECT * FROM ${table} WHERE ${conditions.join(' AND ')}
				ORDER BY id DESC LIMIT ${boundedLimit(page.limit, MAX_PAGE)}`,
				parameters,
			);
			return rows.map(conflictOf);
		},
		async get(tenant, id) {
			assertTenant(tenant);
			const number = numberOfId(id);
			if (number === undefined) return undefined;
			const [row] = await database.statement(`SELECT * FROM ${table} WHERE tenant = $1 AND id = $2`, [tenant, number]);
			return row && conflictOf(row);
		},
		async resolve(tenant, ids, { choice, value = null, by }) {
			assertTenant(tenant);
			const chosen = choice === 'value' && value !== null ? chosenText(value) : null;
			const numbers = sortedUnique(ids.flatMap((id) => (numberOfId(id) === undefined ? [] : [id])));
			const rows = await database.transaction(
				async (session) => {
					const changed: Row[] = [];
					for (const slice of slices(numbers, database.dialect.sliceRows)) {
						const batch = idBatch(database.dialect, slice, 5);
						changed.push(
							...(await session.query(
								`UPDATE ${table} SET status = 'resolved', choice = $2, chosen_value = $3, resolved_by = $4,
									resolved_at = ${database.dialect.now}, updated_at = ${database.dialect.now}
								WHERE tenant = $1 AND status <> 'done'
									AND id IN (SELECT CAST(b.id AS bigint) FROM ${batch.source})
								RETURNING *`,
								[tenant, choice, chosen, storable(by ?? null), ...batch.parameters],
							)),
						);
					}
					return changed;
				},
				{ idempotent: true },
			);
			return rows.map(conflictOf).sort((left, right) => Number(right.id) - Number(left.id));
		},
	};
}

/** Ids are numbers below 2^53, written out; anything else is nobody's id. */
function numberOfId(id: string): number | undefined {
	return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : undefined;
}

function numberOfPage(id: string): number {
	const number = numberOfId(id);
	if (number !== undefined) return number;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'conflict_id_invalid',
		message: `${JSON.stringify(String(id).slice(0, 60))} is not the id of a conflict.`,
		remedy: 'Give the id of the last conflict of the page before.',
	});
}

/** Not cut like what a run saw: the next sync writes this value into both sides. */
function chosenText(value: FieldValue): string {
	const text = JSON.stringify(value);
	if (text.length <= MAX_CONFLICT_VALUE) return text;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'conflict_value_too_long',
		message: `The value chosen for a conflict has ${text.length} characters; ${MAX_CONFLICT_VALUE} can be stored.`,
		remedy: 'Give a shorter value, or write it on one side and choose that side.',
	});
}

function conflictOf(row: Row): Conflict {
	return {
		id: String(numberOf(row, 'id')),
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		entity: textOf(row, 'entity'),
		localId: textOf(row, 'local_id'),
		externalId: textOrNull(row, 'external_id'),
		key: textOf(row, 'field_key'),
		field: textOf(row, 'field'),
		reason: textOf(row, 'reason') as ConflictReason,
		local: jsonOrNull(row, 'local_value'),
		external: jsonOrNull(row, 'external_value'),
		baseLocal: jsonOrNull(row, 'base_local'),
		baseExternal: jsonOrNull(row, 'base_external'),
		rule: jsonOrNull(row, 'rule'),
		candidates: jsonOf(row, 'candidates') as string[],
		run: textOf(row, 'run'),
		status: textOf(row, 'status') as Conflict['status'],
		choice: textOrNull(row, 'choice') as Conflict['choice'],
		value: jsonOrNull(row, 'chosen_value'),
		createdAt: timeOf(row, 'created_at'),
		resolvedAt: timeOrNull(row, 'resolved_at'),
		resolvedBy: textOrNull(row, 'resolved_by'),
	};
}
