import type * as NodeSqlite from 'node:sqlite';

type Value = string | number | bigint | Uint8Array | null;

/** The part of better-sqlite3's interface that TypeORM's driver of that name uses, over Node's own SQLite. */
export class NodeSqliteDatabase {
	readonly #database: NodeSqlite.DatabaseSync;

	constructor(file: string, options: { readonly?: boolean; timeout?: number }) {
		const { DatabaseSync } = loadNodeSqlite();
		this.#database = new DatabaseSync(file, { readOnly: options.readonly === true, timeout: options.timeout });
	}

	prepare(sql: string) {
		// Our SQL says $1 as PostgreSQL does; for SQLite that is a name, ?1 is the number.
		const statement: NodeSqlite.StatementSync = this.#database.prepare(sql.replace(/\$(\d+)/g, '?$1'));
		return {
			reader: statement.columns().length > 0,
			all: (...parameters: unknown[]) => statement.all(...parameters.map(bindable)),
			get: (...parameters: unknown[]) => statement.get(...parameters.map(bindable)),
			run: (...parameters: unknown[]) => statement.run(...parameters.map(bindable)),
		};
	}

	exec(sql: string): void {
		this.#database.exec(sql);
	}

	pragma(source: string) {
		return this.#database.prepare(`PRAGMA ${source}`).all();
	}

	close(): void {
		this.#database.close();
	}
}

/**
 * node:sqlite throws on undefined, refuses booleans in older releases, and takes an object in first place for named
 * parameters, binding NULL without a word (a Date is such an object).
 */
function bindable(value: unknown): Value {
	if (value === undefined || value === null) return null;
	if (typeof value === 'boolean') return value ? 1 : 0;
	if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
	if (value instanceof Uint8Array) return value;
	if (value instanceof Date) return value.toISOString();
	throw new TypeError('Only plain values, times and bytes can be bound to a SQLite statement.');
}

/** @throws an error with code `ERR_UNKNOWN_BUILTIN_MODULE` on a Node.js without SQLite, or with an unfinished one */
export function loadNodeSqlite(): typeof NodeSqlite {
	// On first use only: Node.js before 24.15 prints a warning when it is loaded.
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- synchronous, inside a constructor
	const sqlite = require('node:sqlite') as typeof NodeSqlite;
	if ('columns' in sqlite.StatementSync.prototype) return sqlite;
	throw Object.assign(new Error(`Node.js ${process.version} is too old`), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
}
