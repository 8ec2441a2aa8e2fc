/**
 * Reads what n8n gives for an execution's data: a JSON array in which every text stands for "the value at this index"
 * (the `flatted` format). Cyclic references are kept.
 */
export function parseFlattened(text: string): unknown {
	const values = JSON.parse(text) as unknown[];
	const revived = new Map<number, unknown>();
	const at = (index: number): unknown => {
		if (revived.has(index)) return revived.get(index);
		const value = values[index];
		if (typeof value !== 'object' || value === null) return value;
		const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
		revived.set(index, copy);
		for (const [key, held] of Object.entries(value)) {
			Object.assign(copy, { [key]: typeof held === 'string' ? at(Number(held)) : held });
		}
		return copy;
	};
	return at(0);
}
