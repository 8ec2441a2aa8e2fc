import type { Logger } from 'n8n-workflow';

/** Lines of one kind are gathered for so long. */
const GATHER_MS = 60_000;

/** How often each line came again since it was written. */
const repeated = new Map<string, number>();

/**
 * Writes a warning; the same again within a minute is counted and written as one line at its end, so that a flood of
 * requests does not fill the log.
 * @param name where it comes from; with the text it says what "the same" is
 */
export function warnCounted(logger: Logger, name: string, text: string, details: Record<string, unknown> = {}): void {
	const key = `${name}\n${text}`;
	const before = repeated.get(key);
	repeated.set(key, (before ?? -1) + 1);
	if (before !== undefined) return;
	logger.warn(text, details);
	setTimeout(() => {
		const times = repeated.get(key) ?? 0;
		repeated.delete(key);
		if (times > 0) logger.warn(`${text} (${times} more within a minute)`, details);
	}, GATHER_MS).unref();
}
