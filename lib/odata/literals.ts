/** How values are written in URLs: keys, filters, function parameters. Every text goes in unencoded; the URL builder encodes. */
export interface Literals {
	/** `'O''Neil'` */
	text(value: string): string;
	boolean(value: boolean): string;
	/** A number given as text, so that no digit is lost on the way: `12.50`. */
	decimal(value: string): string;
	/** A calendar day `2026-11-28`. */
	date(value: string): string;
	/** An instant. */
	instant(value: Date): string;
	/** A time of day `13:05:00`. */
	timeOfDay(value: string): string;
	guid(value: string): string;
}

const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** OData 2.0 writes the type before the quotes. */
export const literalsV2: Literals = {
	text: quoted,
	boolean: String,
	decimal: (value) => `${value}M`,
	date: (value) => `datetime'${value}T00:00:00'`,
	instant: (value) => `datetimeoffset'${value.toISOString()}'`,
	timeOfDay: (value) => {
		const [hours = '00', minutes = '00', seconds = '00'] = value.split(':');
		return `time'PT${hours}H${minutes}M${seconds}S'`;
	},
	guid: (value) => `guid'${value}'`,
};

/** OData 4.0 writes everything but texts bare. */
export const literalsV4: Literals = {
	text: quoted,
	boolean: String,
	decimal: (value) => value,
	date: (value) => value,
	instant: (value) => value.toISOString(),
	timeOfDay: (value) => value,
	guid: (value) => value,
};

/**
 * The part of a path that names one entity: `('1')`, `(SalesOrder='1',SalesOrderItem='10')`.
 * @param keys by property, already written as literals, in the order of the metadata
 */
export function keyPredicate(keys: Record<string, string>): string {
	const entries = Object.entries(keys);
	const [only] = entries;
	if (entries.length === 1 && only) return `(${encodeLiteral(only[1])})`;
	return `(${entries.map(([name, literal]) => `${name}=${encodeLiteral(literal)}`).join(',')})`;
}

/** Quotes stay readable, as SAP writes them itself; all that could end the path segment is encoded. */
function encodeLiteral(literal: string): string {
	return encodeURIComponent(literal).replaceAll('%3A', ':');
}
