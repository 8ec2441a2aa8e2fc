const MASK = '[redacted]';
/** A shorter value is no secret, and masking it would make messages unreadable. */
const SHORTEST_SECRET = 4;
/** What looks like a credential though nobody told us it is one. */
const BEARER_LOOKALIKES: Array<[RegExp, string]> = [
	[/\b(bearer|basic|token)(\s+|%20)[A-Za-z0-9\-._~+/=%]{8,}/gi, `$1$2${MASK}`],
	[/\bpat-[a-z]{2,3}\d-[A-Za-z0-9-]{8,}/gi, MASK],
	[/(:\/\/[^\s/:@]*):[^\s/@]+@/g, `$1:${MASK}@`],
];

export type Redact = (text: string) => string;

/**
 * Makes a function that replaces every known secret in a text, also where it is URL-encoded, in hexadecimal or in base64 (at
 * any of the three byte offsets), and whatever looks like a bearer token or a password in a URL.
 * @param secrets plain values; empty ones and those under 4 characters are left alone
 */
export function createRedact(secrets: readonly string[]): Redact {
	const forms = new Set<string>();
	for (const secret of secrets) {
		if (secret.length < SHORTEST_SECRET) continue;
		for (const form of writtenForms(secret)) if (form.length >= SHORTEST_SECRET) forms.add(form);
	}
	// Longest first: a secret inside another must not leave the rest of the longer one behind.
	const known = [...forms].sort((a, b) => b.length - a.length);
	return (text) => {
		let clean = text;
		for (const form of known) clean = clean.replaceAll(form, MASK);
		for (const [pattern, mask] of BEARER_LOOKALIKES) clean = clean.replace(pattern, mask);
		return clean;
	};
}

function writtenForms(secret: string): string[] {
	const json = JSON.stringify(secret).slice(1, -1);
	const hex = Buffer.from(secret, 'utf8').toString('hex');
	const urls = [encodeURIComponent(secret), encodeURI(secret)];
	return [secret, json, ...urls, hex, hex.toUpperCase(), ...base64Forms(secret)];
}

/** The characters that the secret alone decides, wherever it starts inside a longer encoded text. */
function base64Forms(secret: string): string[] {
	const bytes = Buffer.from(secret, 'utf8');
	const forms: string[] = [];
	for (let offset = 0; offset < 3; offset++) {
		const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
			.toString('base64')
			.replace(/=+$/, '');
		const first = Math.ceil((offset * 8) / 6);
		const last = Math.floor(((offset + bytes.length) * 8) / 6);
		const decided = encoded.slice(first, last);
		// Under 8 characters the form would hit ordinary words.
		if (decided.length >= 8) forms.push(decided, decided.replaceAll('+', '-').replaceAll('/', '_'));
	}
	return forms;
}
