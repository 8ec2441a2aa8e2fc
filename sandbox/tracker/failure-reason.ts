/** fetch hides the reason, such as ECONNREFUSED, in `cause`. */
export function reasonOf(error: unknown): string {
	const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
	return cause?.code ?? cause?.message ?? message ?? String(error);
}
