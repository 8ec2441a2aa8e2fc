import { createRequire } from 'node:module';
import type * as NodeSqlite from 'node:sqlite';
import type { Fields } from '../../lib/adapters/adapter';

const builtin = createRequire(__filename);

export interface LocalOrder {
	id: string;
	fields: Fields;
	version: number;
	modifiedAt: number;
}

/** The orders of "your system" in a database file of their own, shared by the test and the processes it kills. */
export class LocalOrders {
	private readonly database: NodeSqlite.DatabaseSync;

	constructor(file: string) {
		const { DatabaseSync } = builtin('node:sqlite') as typeof NodeSqlite;
		this.database = new DatabaseSync(file, { timeout: 10_000 });
		this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
		this.database.exec(
			`CREATE TABLE IF NOT EXISTS orders
				(id TEXT PRIMARY KEY, fields TEXT NOT NULL, version INTEGER NOT NULL, modified_at INTEGER NOT NULL)`,
		);
	}

	all(): LocalOrder[] {
		const rows = this.database.prepare('SELECT id, fields, version, modified_at FROM orders ORDER BY id').all();
		return rows.map((row) => ({
			id: String(row.id),
			fields: JSON.parse(String(row.fields)) as Fields,
			version: Number(row.version),
			modifiedAt: Number(row.modified_at),
		}));
	}

	/** Creates the order or sets fields of it. */
	set(id: string, fields: Fields): void {
		this.database
			.prepare(
				`INSERT INTO orders VALUES (?1, ?2, 1, ?3) ON CONFLICT (id) DO UPDATE
				SET fields = json_patch(fields, excluded.fields), version = version + 1, modified_at = excluded.modified_at`,
			)
			.run(id, JSON.stringify(fields), Date.now());
	}

	/** False when somebody has changed the order since it was read. */
	setIf(id: string, version: number, patch: Fields): boolean {
		const { changes } = this.database
			.prepare(
				`UPDATE orders SET fields = json_patch(fields, ?3), version = version + 1, modified_at = ?4
				WHERE id = ?1 AND version = ?2`,
			)
			.run(id, version, JSON.stringify(patch), Date.now());
		return Number(changes) === 1;
	}

	close(): void {
		this.database.close();
	}
}
