const MIN_STEM = 4;

/** The known name closest to a mistyped one, or undefined when none is close enough to be meant. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
	const limit = Math.max(1, Math.floor(given.length / 3));
	if (given === '') return undefined;
	let best: { name: string; distance: number } | undefined;
	for (const name of known) {
		if (Math.abs(name.length - given.length) > limit) continue;
		const distance = editDistance(given.toLowerCase(), name.toLowerCase());
		if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance };
	}
	return best?.name ?? known.find((name) => continues(given, name));
}

/** `retries` and `retryDelay` mean `retry`, though many letters differ. */
function continues(given: string, name: string): boolean {
	const stem = Math.min(given.length, name.length, MIN_STEM);
	return stem === MIN_STEM && given.slice(0, stem).toLowerCase() === name.slice(0, stem).toLowerCase();
}

/** Damerau's distance (insert, delete, replace, swap of neighbours), because swapped letters are the common slip. */
function editDistance(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				cost = Math.min(cost, at(beforeLast, j - 2) + 1);
			}
			row.push(cost);
		}
		beforeLast = last;
		last = row;
	}
	return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
