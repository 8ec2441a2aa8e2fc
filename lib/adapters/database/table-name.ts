import { CrosslinkError } from '../../errors';

export interface TableName {
	/** undefined = the first one of the user's search path that has the table. */
	schema: string | undefined;
	table: string;
}

const PART = '"(?:[^"]|"")+"|[^".]+';
const NAME = new RegExp(`^(?:(${PART})\\.)?(${PART})$`, 'su');

/**
 * Reads `orders`, `shop.orders` or `"My Shop"."Or.ders"`. Names are taken as they are spelled, with or without quotes:
 * whoever copies a name from the catalogue gets that table.
 * @throws CrosslinkError `rejected`, `table_name_invalid`
 */
export function parseTableName(object: string): TableName {
	const [, schema, table] = NAME.exec(object) ?? [];
	if (table === undefined || object.includes('\0')) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'table_name_invalid',
			message: `"${object.slice(0, 200)}" is not the name of a table.`,
			remedy: 'Write "object" as orders, shop.orders, or "My Shop"."Or.ders" with quotes around names with dots.',
		});
	}
	return { schema: schema === undefined ? undefined : unquoted(schema), table: unquoted(table) };
}

/** The only way a name gets into a statement. */
export function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

function unquoted(part: string): string {
	return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}
