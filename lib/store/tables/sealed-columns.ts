import type { Database, Row } from '../dialect';
import { assertTenant } from '../ids';
import { numberOf, textOf } from '../row-values';
import type { SealedRow, SealedTable } from '../store';

/** Which columns of a table may hold sealed texts, beside others that are not sealed. */
export interface SealedColumns {
	table: string;
	/** Column that tells a row from others of its tenant and integration. */
	id: string;
	columns: readonly string[];
	/** What the text of a column was sealed as. */
	fieldOf(row: Row, column: string): string;
}

/** How every sealed text begins; JSON never does. */
const SEALED = `LIKE 'v1.%'`;

/** What the rotation of the encryption key does with such a table. */
export function sealedColumns(database: Database, { table: name, id, columns, fieldOf }: SealedColumns): SealedTable {
	const table = database.dialect.table(name);
	const someSealed = `(${columns.map((column) => `${column} ${SEALED}`).join(' OR ')})`;
	const sealedOf = (row: Row): SealedRow => ({
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		id: textOf(row, id),
		texts: Object.fromEntries(
			columns.flatMap((column) => {
				const text = row[column];
				return typeof text === 'string' && text.startsWith('v1.') ? [[fieldOf(row, column), text]] : [];
			}),
		),
	});
	return {
		name,
		async page({ tenant, after, limit }) {
			if (tenant !== undefined) assertTenant(tenant);
			const rows = await database.statement(
				`SELECT * FROM ${table} WHERE (tenant, integration, ${id}) > ($1, $2, $3) AND ${someSealed}
				${tenant === undefined ? '' : 'AND tenant = $5'}
				ORDER BY tenant, integration, ${id} LIMIT $4`,
				[
					...[after?.tenant ?? '', after?.integration ?? '', after?.id ?? '', limit],
					...(tenant === undefined ? [] : [tenant]),
				],
			);
			return rows.map(sealedOf);
		},
		async get({ tenant, integration, id: of }) {
			assertTenant(tenant);
			const [row] = await database.statement(
				`SELECT * FROM ${table} WHERE tenant = $1 AND integration = $2 AND ${id} = $3 AND ${someSealed}`,
				[tenant, integration, of],
			);
			return row && sealedOf(row);
		},
		async replace({ tenant, integration, id: of, texts: before }, texts) {
			assertTenant(tenant);
			// No two sealed texts are equal, so that each says by itself in which column it is.
			const pairs = Object.entries(before).map(([field, text]) => [text, texts[field] ?? text] as const);
			const place = (pair: number): [old: string, anew: string] => [`$${4 + 2 * pair}`, `$${5 + 2 * pair}`];
			const sets = columns.map((column) => {
				const cases = pairs.map((_, pair) => `WHEN ${column} = ${place(pair)[0]} THEN ${place(pair)[1]}`);
				return `${column} = CASE ${cases.join(' ')} ELSE ${column} END`;
			});
			const still = pairs.map((_, pair) => `${place(pair)[0]} IN (${columns.join(', ')})`);
			// A statement repeated after a lost answer finds its own work and says no: who asked looks at the row again.
			const rows = await database.statement(
				`UPDATE ${table} SET ${sets.join(', ')}
				WHERE tenant = $1 AND integration = $2 AND ${id} = $3 AND ${still.join(' AND ')}
				RETURNING tenant`,
				[tenant, integration, of, ...pairs.flat()],
			);
			return rows.length === 1;
		},
		async count(length, tenant) {
			if (tenant !== undefined) assertTenant(tenant);
			const of = tenant === undefined ? '' : 'AND tenant = $2';
			const starts = columns.map(
				(column) =>
					`SELECT substr(${column}, 1, CAST($1 AS integer)) AS start FROM ${table} WHERE ${column} ${SEALED} ${of}`,
			);
			const rows = await database.statement(
				`SELECT start, count(*) AS amount FROM (${starts.join(' UNION ALL ')}) AS sealed GROUP BY start`,
				[length, ...(tenant === undefined ? [] : [tenant])],
			);
			return new Map(rows.map((row) => [textOf(row, 'start'), numberOf(row, 'amount')]));
		},
	};
}
