import type { BucketLimit } from '../../transport/budget';

/** Bytes of a message that Teams takes from a workflow. */
export const MESSAGE_BYTES = 28 * 1024;
/** Characters of one text block; longer ones are split. */
export const BLOCK_CHARACTERS = 4_000;
/** Longest text in characters: with its markup it must fit into the bytes above. */
export const TEXT_CHARACTERS = 20_000;

/** Four requests a second is what Teams took from connectors; workflows name no limit of their own. */
export const LIMITS: Record<'general', BucketLimit> = { general: { intervalMs: 1_000, burst: 4 } };
