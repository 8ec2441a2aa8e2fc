import type { BucketLimit } from '../../transport/budget';

/** Longest wait for a connection with TLS, and for the answer to one operation, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const ANSWER_TIMEOUT_MS = 30_000;
/** What the server itself is told to spend on one search, in seconds: less than we wait, so that it can say so. */
export const SEARCH_SECONDS = 25;
/** Longest one unit of work may take in all, in milliseconds. */
export const WORK_TIMEOUT_MS = 120_000;

/** Largest message taken from a server, in bytes: an entry with a photo has some hundred kB. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A larger value is left out of its record, in bytes. */
export const MAX_VALUE_BYTES = 1024 * 1024;

/** Entries of one page of a paged search; Active Directory gives no more than 1000. */
export const SEARCH_PAGE = 500;
/** Pages in a row without an entry, but with a cookie, after which something is plainly wrong. */
export const MAX_EMPTY_PAGES = 1_000;

/** Ids in one search. */
export const IDS_PER_SEARCH = 100;
/** Records of one page of changes. */
export const CHANGE_PAGE = 400;
/** Pages of changes whose ends one listing finds; their positions travel in the cursor, which is small. */
export const PAGES_PER_LISTING = 5;

/** Overlap of two polls of a server that does not say up to where it has written, in seconds. */
export const DEFAULT_LOOKBACK_SECONDS = 60;

/** Groups around a user, and levels of groups within groups, where the server does not resolve them itself. */
export const MAX_GROUPS = 5_000;
export const MAX_DEPTH = 30;
/** Rows that an answer gives at most, and unless asked for otherwise. */
export const MAX_ROWS = 10_000;
export const DEFAULT_ROWS = 1_000;

/** The directory has no budget of calls; one operation after another is its pace. */
export const LIMITS: Record<'general', BucketLimit> = { general: { intervalMs: 1, burst: 1_000 } };
