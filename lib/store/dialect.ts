import type { CrosslinkError } from '../errors';

/** What may be bound to a placeholder. Times are bound as ISO-8601 UTC text on both databases. */
export type Parameter = string | number | boolean | null | ReadonlyArray<string | number | boolean | null>;

/** A row as the driver gives it; read it with the functions in `row-values.ts`. */
export type Row = Record<string, unknown>;

/** One connection, alone for as long as the work given to {@link Database.transaction} runs. */
export interface Session {
	query(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

/** `id` is text that is compared byte by byte, in one order on both databases. */
export type ColumnType = 'id' | 'text' | 'time' | 'json' | 'number' | 'flag';

/** Many rows as one source in a FROM clause. */
export interface Batch {
	/** `unnest(...) AS b(...)` or a select from `json_each`; its columns are called `b.<name>`. */
	source: string;
	parameters: Parameter[];
}

/**
 * What differs between the two databases when writing SQL. Placeholders are `$1`, `$2`, ... on both;
 * `INSERT … SELECT … WHERE true ON CONFLICT`, `RETURNING`, `UPDATE … FROM` and `IS DISTINCT FROM` work on both.
 */
export interface Dialect {
	readonly kind: 'postgres' | 'sqlite';
	readonly types: Readonly<Record<ColumnType, string>>;
	/** The definition of a primary key whose numbers the database gives out, ascending. */
	readonly ascendingKey: string;
	/** The words behind the closing bracket of CREATE TABLE. */
	readonly tableOptions: string;
	/** The database's clock, as a value for a time column. */
	readonly now: string;
	/** The database's clock in milliseconds since 1970, as a number. */
	readonly nowMs: string;
	/** `now` plus a placeholder's seconds. */
	later(seconds: string): string;
	/**
	 * A time cut to milliseconds, as a `Date` holds it, so that it can be compared with one: PostgreSQL's are finer.
	 * For an index, ORDER BY and comparisons with another such time.
	 */
	toMilliseconds(time: string): string;
	/** A time in milliseconds since 1970, as a number. */
	epochMs(time: string): string;
	/** A placeholder that a time is bound to, where the database cannot see that from what is beside it. */
	boundTime(placeholder: string): string;
	/** The greater of two numbers. */
	greatest(left: string, right: string): string;
	/** Puts rows found by a SELECT under lock until the transaction ends; nothing where the whole file is locked. */
	readonly forUpdate: string;
	/** As {@link forUpdate}, and leaves out rows that somebody else has under lock. */
	readonly forUpdateSkipLocked: string;
	/** True in RETURNING for a row an upsert inserted; undefined where the database cannot tell. */
	readonly insertedFlag: string | undefined;
	/** Rows in one statement. */
	readonly sliceRows: number;
	table(name: string): string;
	/** @param first number of the first free placeholder; a batch takes one or more from there on */
	batch(columns: Readonly<Record<string, ColumnType>>, rows: Parameter[][], first: number): Batch;
}

export interface TransactionOptions {
	/** Run again when another transaction took a unique value in between: the work looks first and then sees it. */
	retryUnique?: boolean;
	/** Repeating the work after a lost COMMIT answer does no harm. */
	idempotent?: boolean;
}

/** An open store database. Everything thrown out of it is a {@link CrosslinkError}. */
export interface Database {
	readonly dialect: Dialect;
	/** Without password. */
	readonly location: string;
	/**
	 * One statement of its own, committed when the promise resolves. It is repeated after a lost connection and a
	 * deadlock, so repeating it must do no harm.
	 */
	statement(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
	/** Commits what `work` did, or nothing of it. `work` may run several times; it must not touch anything else. */
	transaction<T>(work: (session: Session) => Promise<T>, options?: TransactionOptions): Promise<T>;
	/** Lets other work run between two slices of a long job. */
	breathe(): Promise<void>;
	/**
	 * Streams rows into a temporary table that lives until the transaction ends, and returns its name.
	 * Only where that is faster than a batch: from `minRows` rows on.
	 */
	readonly stage?: {
		readonly minRows: number;
		rows(session: Session, columns: readonly string[], rows: Iterable<readonly string[]>): Promise<string>;
	};
	/** Names what went wrong and the remedy, for anything a driver throws. */
	explain(thrown: unknown): CrosslinkError;
	close(): Promise<void>;
}
