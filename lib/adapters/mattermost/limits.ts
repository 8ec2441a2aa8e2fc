import type { BucketLimit } from '../../transport/budget';

/** Characters of a post, as Mattermost has them since 5.0 (16,383 of four bytes each). */
export const POST_CHARACTERS = 16_383;

/** Mattermost allows 10 requests a second by default (RateLimitSettings); a channel is read by people. */
export const LIMITS: Record<'general', BucketLimit> = { general: { intervalMs: 200, burst: 5 } };
