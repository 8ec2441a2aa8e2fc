/** Cuts a list into parts of at most `size`. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
	const parts: T[][] = [];
	for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
	return parts;
}

/**
 * Cuts a list into batches of at most `size` in which no key comes twice, in the order given: HubSpot refuses a whole
 * batch in which two inputs mean the same record.
 */
export function distinctBatches<T>(items: readonly T[], size: number, keyOf: (item: T) => string): T[][] {
	const waves: T[][] = [];
	const seen = new Map<string, number>();
	for (const item of items) {
		const key = keyOf(item);
		const wave = seen.get(key) ?? 0;
		seen.set(key, wave + 1);
		(waves[wave] ??= []).push(item);
	}
	return waves.flatMap((wave) => chunks(wave, size));
}
