import type { Dialect, Parameter } from '../dialect';
import type { EventFilter } from '../store';
import { idBatch } from './link-context';

/**
 * The conditions of a filter, each beginning with AND; what they bind is added to `parameters`.
 * @param table the name under which the statement knows the inbox
 */
export function filterConditions(
	dialect: Dialect,
	table: string,
	filter: EventFilter,
	parameters: Parameter[],
): string {
	const asked = { entity: filter.entities, event: filter.events };
	return Object.entries(asked)
		.map(([column, values]) => {
			if (!values) return '';
			const batch = idBatch(dialect, values, parameters.length + 1);
			parameters.push(...batch.parameters);
			return `AND ${table}.${column} IN (SELECT b.id FROM ${batch.source})`;
		})
		.join(' ');
}
