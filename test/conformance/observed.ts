/** All text an error could ever be logged with. */
export function everythingIn(error: unknown): string {
	const parts: string[] = [];
	for (let next = error; next instanceof Error; next = next.cause) {
		parts.push(String(next.stack), JSON.stringify(next, Object.getOwnPropertyNames(next)));
	}
	return parts.join('\n');
}

/** Waits for what a server has been told, however long it takes; the test's own time limit ends it. */
export async function arrived(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
