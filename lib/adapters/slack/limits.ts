import type { BucketLimit } from '../../transport/budget';

/** Blocks in one message, see https://docs.slack.dev/reference/block-kit/blocks. */
export const MAX_BLOCKS = 50;
/** Characters of a section's text, of a header, and of one field of a section; fields of a section. */
export const SECTION_CHARACTERS = 3_000;
export const HEADER_CHARACTERS = 150;
export const FIELD_CHARACTERS = 2_000;
export const SECTION_FIELDS = 10;
/** Longer texts are cut off by Slack, see https://docs.slack.dev/reference/methods/chat.postMessage. */
export const TEXT_CHARACTERS = 40_000;
/** Messages of one answer when the history is looked through, and pages of it. */
export const HISTORY_PAGE = 100;
export const HISTORY_PAGES = 3;
/** How far before the time of sending the history is looked at, in milliseconds: clocks differ. */
export const HISTORY_LEEWAY_MS = 120_000;

/**
 * One message a second and channel (https://docs.slack.dev/apis/web-api/rate-limits), `share` of `post` is the channel;
 * `general` stays under the 50 a minute of Tier 3.
 */
export const LIMITS: Record<'general' | 'post', BucketLimit> = {
	general: { intervalMs: 1_250, burst: 10 },
	post: { intervalMs: 1_000, burst: 1 },
};
