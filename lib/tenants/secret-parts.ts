/** Shorter parts of an address are words (`services`, `triggers`), and masking them would make messages unreadable. */
const SHORTEST_PART = 16;

/**
 * A secret value, and if it is an address also what makes it one: a message may take the address apart, as a vendor does that
 * repeats the last part of a webhook's path.
 */
export function withSecretParts(secret: string): string[] {
	const text = secret.trim();
	if (!/^[a-z]+:\/\//i.test(text) || !URL.canParse(text)) return [secret];
	const { password, pathname, searchParams } = new URL(text);
	const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= SHORTEST_PART);
	// As it stands and as it is meant.
	return [...new Set([secret, password, decoded(password), ...parts, ...parts.map(decoded)])].filter(
		(part) => part !== '',
	);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
