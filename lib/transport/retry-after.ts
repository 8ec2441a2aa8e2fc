/** A vendor that asks for more than a day is asked again after a day (HubSpot's 477 asks for up to 24 h). */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Reads a `Retry-After` header: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * @returns milliseconds from `now`, between 0 and {@link MAX_RETRY_AFTER_MS}; undefined when absent or unreadable
 */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
	const value = header?.trim();
	if (!value) return undefined;
	const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
	if (Number.isNaN(ms)) return undefined;
	return Math.min(Math.max(Math.ceil(ms), 0), MAX_RETRY_AFTER_MS);
}
