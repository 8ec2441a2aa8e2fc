import type { BucketLimit } from '../../transport/budget';

/** Addressees of one mail, copies included; Exchange Online takes 1,000, many relays 100. */
export const MAX_ADDRESSEES = 100;
/** Longest text of a mail, in characters. */
export const TEXT_CHARACTERS = 100_000;
/** Connections kept to one relay, and mails over one of them, as relays commonly allow. */
export const POOL_SIZE = 2;
export const MAILS_A_CONNECTION = 100;
/** How long a connection nobody uses stays open, in milliseconds; shorter than relays wait for the next command. */
export const IDLE_MS = 15_000;
/** Time to connect, to hear the greeting, and between two words of the relay, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 15_000;
export const GREETING_TIMEOUT_MS = 30_000;
export const SOCKET_TIMEOUT_MS = 60_000;
/** How long before its end a token is renewed, in milliseconds. */
export const TOKEN_LEEWAY_MS = 60_000;

/** For the calls that fetch OAuth2 tokens; mails go over sockets of their own. */
export const LIMITS: Record<'general', BucketLimit> = { general: { intervalMs: 200, burst: 10 } };
