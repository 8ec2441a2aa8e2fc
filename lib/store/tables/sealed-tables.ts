import type { Database } from '../dialect';
import { textOf } from '../row-values';
import { answerField, commandField, messageField } from '../sealed-fields';
import type { SealedTable } from '../store';
import { sealedConfigs } from './integration-config-sealed';
import { sealedColumns } from './sealed-columns';

/** Every table with sealed texts: one that is missing here would keep an old key in use unseen. */
export function sealedTables(database: Database): SealedTable[] {
	return [
		sealedConfigs(database),
		sealedColumns(database, {
			table: 'command_log',
			id: 'reference',
			columns: ['payload', 'response'],
			fieldOf: (row, column) => commandField(column === 'payload' ? 'payload' : 'response', textOf(row, 'reference')),
		}),
		sealedColumns(database, {
			table: 'query_answer',
			id: 'question',
			columns: ['answer'],
			fieldOf: (row) => answerField(textOf(row, 'query')),
		}),
		sealedColumns(database, {
			table: 'notification_log',
			id: 'reference',
			columns: ['message'],
			fieldOf: (row) => messageField(textOf(row, 'reference')),
		}),
	];
}
