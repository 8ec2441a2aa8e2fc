import type { BucketLimit } from '../../transport/budget';

/** Connections of one process to one database, and how long an idle one is kept, in milliseconds. */
export const POOL_SIZE = 4;
export const IDLE_CONNECTION_MS = 30_000;
/** Longest wait for a connection, the login included, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Longest a statement may run on the server, in milliseconds. */
export const STATEMENT_TIMEOUT_MS = 30_000;
/** A server that does not even report its own timeout is gone; in milliseconds. */
export const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;

/** Rows of one page of changes, and ids of one read. */
export const PAGE_ROWS = 500;
/** Rows written in one transaction: few enough that nobody waits long for a locked one. */
export const WRITE_ROWS = 100;
/** Longest a write waits for a row that another transaction holds, in milliseconds. */
export const LOCK_TIMEOUT_MS = 5_000;
/** A page ends early at this many characters: rows can be large. */
export const PAGE_CHARACTERS = 16 * 1024 * 1024;
/** A larger value is left out of its record, in bytes. */
export const MAX_VALUE_BYTES = 1024 * 1024;

/**
 * Shortest overlap of two polls, in seconds: a transaction shows among the running ones a moment after its clock was read,
 * and a column may round to whole seconds.
 */
export const MIN_LOOKBACK_SECONDS = 5;
/** Overlap where transactions that still run cannot all be seen, in seconds. */
export const DEFAULT_LOOKBACK_SECONDS = 300;
/** From so many rows on, reading a whole table at each poll is felt. */
export const LARGE_TABLE_ROWS = 10_000;

/** The database has no budget of calls; one statement after another is its pace. */
export const LIMITS: Record<'general', BucketLimit> = { general: { intervalMs: 1, burst: 1_000 } };
