import type { BucketLimit } from '../../transport/budget';

/** Ids in one read: `SalesOrder eq '…' or …` stays far below the 8 KB that web dispatchers take as a URL. */
export const READ_BATCH = 50;
/** Rows of one page of changes. */
export const PAGE_ROWS = 200;
/** Rows that one query brings at most. */
export const QUERY_ROWS = 5_000;

/**
 * A stamp is set when the update is prepared, and seen when it is committed. SAP gives no figure; a long order of many
 * items may take some seconds.
 */
export const INDEXING_DELAY_MS = 30_000;
/** How far each window of polling reaches back behind the last one's end. */
export const POLL_OVERLAP_MS = 60_000;
/** Clocks that change over to winter time show one hour twice. */
export const WALL_CLOCK_OVERLAP_MS = 3_600_000;

/** An order of many items with pricing takes SAP long; cutting it short only makes its outcome unknown. */
export const WRITE_TIMEOUT_MS = 120_000;

/**
 * SAP cuts a dialog step off after 600 s (profile parameter rdisp/scheduler/prio_high/max_runtime, before that
 * rdisp/max_wprun_time, as delivered); a call that was lost may still be at work until then.
 */
export const SETTLES_SECONDS = 600;

/** SAP publishes no limit of its own; this is one busy clerk, and polite to a system that people work in. */
export const LIMITS: Record<'general', BucketLimit> = { general: { intervalMs: 100, burst: 10 } };
