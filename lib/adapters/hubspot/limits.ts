import type { BucketLimit } from '../../transport/budget';

/** The one dated API version everything speaks (general availability 2026-09-08, supported 18 months). */
export const API_VERSION = '2026-09';

/** Inputs of one batch create, read, update, upsert or archive call. */
export const OBJECT_BATCH = 100;
/** Inputs of one association batch call. */
export const ASSOCIATION_BATCH = 2_000;
/** Rows of one search page. */
export const SEARCH_PAGE = 200;
/** Characters of a search request's body. */
export const SEARCH_BODY_CHARACTERS = 3_000;
/** Characters of one property value. */
export const VALUE_CHARACTERS = 65_536;

/** Events in one webhook request. */
export const WEBHOOK_EVENTS = 100;
/** Bytes of a webhook body we read: 100 events with long property values stay below it. */
export const WEBHOOK_BYTES = 8 * 1024 * 1024;
/** Nesting of a webhook body; the real ones have 3 levels. */
export const WEBHOOK_DEPTH = 16;
/** Age of a signature, either way, in milliseconds. HubSpot documents the past; the future is our own rule. */
export const SIGNATURE_AGE_MS = 300_000;

/** How long a change may stay invisible to search. HubSpot gives no figure; this is the lag of the facts we gathered. */
export const INDEXING_DELAY_MS = 30_000;
/** How far each polling window reaches back behind the last one. */
export const POLL_OVERLAP_MS = 60_000;

/**
 * Free and Starter accounts have 100 calls per 10 s, higher plans 190: the lower one holds for everybody, and a burst
 * counts into the same 10 s (20 at once, then 80). Search has 5 per second per account for all apps together and sends
 * no rate headers; we take 4.
 */
export const LIMITS: Record<'general' | 'search', BucketLimit> = {
	general: { intervalMs: 125, burst: 20 },
	search: { intervalMs: 250, burst: 1 },
};
