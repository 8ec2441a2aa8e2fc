import type { WebhookRequest } from '../adapter';
import { SIGNATURE_AGE_MS } from './limits';

/** Seconds since 1970 have 10 digits until the year 2286, milliseconds 13. */
const MILLISECONDS_DIGITS = 12;

export function header(request: WebhookRequest, name: string): string {
	const found = Object.entries(request.headers).find(([key]) => key.toLowerCase() === name);
	return found?.[1]?.trim() ?? '';
}

/** A time written in digits, as seconds or milliseconds since 1970; undefined for anything else. */
export function timeOfDigits(digits: string): Date | undefined {
	if (!/^\d{1,15}$/.test(digits)) return undefined;
	return new Date(Number(digits) * (digits.length >= MILLISECONDS_DIGITS ? 1 : 1_000));
}

/** Whether a request was signed close enough to its arrival; the same either way. */
export function isTimely(request: WebhookRequest, signedAt: Date): boolean {
	return Math.abs(request.receivedAt.getTime() - signedAt.getTime()) <= SIGNATURE_AGE_MS;
}
