import type { Egress } from '../transport/egress';
import type { Database } from './dialect';
import { assertName } from './identifiers';
import type { StoreLocation } from './location';
import { MIGRATIONS } from './migrations';
import { SCHEMA } from './postgres/dialect';
import { textOf } from './row-values';
import type { Store } from './store';
import { callBudget } from './tables/call-budget';
import { checkStore } from './tables/check';
import { commandLog } from './tables/command-log';
import { createLinkTables } from './tables/create-link-tables';
import { deliveryTable } from './tables/event-delivery';
import { figureTable } from './tables/figures';
import { inbox } from './tables/inbox';
import { integrationConfigTable } from './tables/integration-config';
import { linkTable } from './tables/link-table';
import { parkingTable } from './tables/parked-connection';
import { notificationLog } from './tables/notification-log';
import { pollCursorTable } from './tables/poll-cursor';
import { queryAnswerTable } from './tables/query-answer';
import { runProgressTable } from './tables/run-progress';
import { sealedTables } from './tables/sealed-tables';
import { conflictTable } from './tables/sync-conflict';
import { syncLog } from './tables/sync-log';

/** Names what this code makes of a database. */
export const SCHEMA_STATE = [SCHEMA, ...MIGRATIONS.map((migration) => migration.name)].join(' ');

/** Opens the database, brings its schema up to date, and puts the tables together. */
export async function openStore(
	where: StoreLocation,
	egress?: Egress,
): Promise<{ store: Store; close(): Promise<void> }> {
	const database = await openDatabase(where, egress);
	return { store: storeOf(database), close: () => database.close() };
}

async function openDatabase(where: StoreLocation, egress: Egress | undefined): Promise<Database> {
	if (where.kind === 'postgres') {
		const { openPostgres } = await import('./postgres/open');
		return await openPostgres(where.url, where.shown, egress);
	}
	const { openSqlite } = await import('./sqlite/open');
	return await openSqlite(where.file, where.shown);
}

function storeOf(database: Database): Store {
	const { dialect, location } = database;
	return {
		kind: dialect.kind,
		location,
		links: (integration, entity) => linkTable(database, integration, entity),
		createLinkTables: (integration, specs) => createLinkTables(database, integration, specs),
		async linkTables(integration) {
			assertName('integration', integration);
			const rows = await database.statement(
				`SELECT entity FROM ${dialect.table('link_table')} WHERE integration = $1 ORDER BY entity`,
				[integration],
			);
			return rows.map((row) => textOf(row, 'entity'));
		},
		configs: integrationConfigTable(database),
		inbox: inbox(database),
		deliveries: deliveryTable(database),
		cursors: pollCursorTable(database),
		budget: callBudget(database),
		parking: parkingTable(database),
		sealed: sealedTables(database),
		conflicts: conflictTable(database),
		log: syncLog(database),
		progress: runProgressTable(database),
		figures: figureTable(database),
		answers: queryAnswerTable(database),
		commands: commandLog(database),
		notifications: notificationLog(database),
		check: () => checkStore(database),
	};
}
