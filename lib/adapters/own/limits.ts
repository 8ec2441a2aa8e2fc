import type { BucketLimit } from '../../transport/budget';

/** Events in one webhook request. */
export const WEBHOOK_EVENTS = 100;
/** Bytes of a webhook body we read. */
export const WEBHOOK_BYTES = 1024 * 1024;
/** Nesting of a webhook body: room for a whole record inside the event. */
export const WEBHOOK_DEPTH = 32;
/** Age of a signature, either way, in milliseconds; Standard Webhooks leaves it to the receiver, its libraries take this. */
export const SIGNATURE_AGE_MS = 300_000;
/** Secrets in force at once: one, or old and new during a change. More would only cost time for each forged request. */
export const SECRETS = 4;
/** Characters of each secret where there are several: the words of a phrase would otherwise each do for the whole. */
export const SECRET_CHARACTERS = 16;
/** Characters of an entity's name. */
export const ENTITY_CHARACTERS = 100;

/** Nothing is called; an integration has a budget all the same. */
export const LIMITS: Record<'general', BucketLimit> = { general: { intervalMs: 100, burst: 10 } };
