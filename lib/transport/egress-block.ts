/** How n8n 2.41 names the errors of its egress filter; they have no code. */
const NAMES = new Set(['SsrfBlockedIpError', 'SsrfBlockedHostnameError']);

/** Whether an error says that n8n's egress filter refused the address; wrappers around it must be taken off first. */
export function isEgressBlock(error: unknown): boolean {
	const { name, constructor } = Object(error) as { name?: unknown; constructor?: { name?: unknown } };
	return NAMES.has(String(name)) || NAMES.has(String(constructor?.name));
}
