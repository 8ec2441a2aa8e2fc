import type { Database, Dialect, Parameter } from '../dialect';

/** What every verb of a link table works with. */
export interface LinkContext {
	database: Database;
	dialect: Dialect;
	integration: string;
	entity: string;
	/** As SQL writes it, with the schema. */
	table: string;
	/** The alias table, as SQL writes it. */
	aliases: string;
}

/** Without duplicates and sorted: everybody takes row locks in one order, or PostgreSQL ends in deadlocks. */
export function sortedUnique(ids: Iterable<string>): string[] {
	return [...new Set(ids)].sort();
}

export function slices<T>(values: readonly T[], size: number): T[][] {
	const found: T[][] = [];
	for (let start = 0; start < values.length; start += size) found.push(values.slice(start, start + size));
	return found;
}

/** Ids as the source of a FROM clause: `b.id`. */
export function idBatch(dialect: Dialect, ids: readonly string[], first: number) {
	return dialect.batch(
		{ id: 'text' },
		ids.map((id): Parameter[] => [id]),
		first,
	);
}

/**
 * Ids with their tenant in each row: `b.of_tenant`, `b.id`. Compared with a bound tenant instead, PostgreSQL goes by what
 * its statistics say of that tenant: of a new one nothing, and it reads all its links for each batch (325 µs a record
 * where this takes 75).
 */
export function linkBatch(dialect: Dialect, tenant: string, ids: readonly string[], first: number) {
	return dialect.batch(
		{ of_tenant: 'text', id: 'text' },
		ids.map((id): Parameter[] => [tenant, id]),
		first,
	);
}

/** A page size as it is written into SQL. */
export function boundedLimit(limit: number, most: number): number {
	if (Number.isNaN(limit)) throw new TypeError('A limit must be a number.');
	return Math.max(0, Math.min(Math.trunc(limit), most));
}
