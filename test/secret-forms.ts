/** Every way in which a secret could be written down: plain, in JSON, base64 at any offset, hexadecimal, URL-encoded. */
export function writtenForms(secret: string): string[] {
	const bytes = Buffer.from(secret, 'utf8');
	const base64 = [0, 1, 2].flatMap((offset) => {
		const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
			.toString('base64')
			.replace(/=+$/, '');
		// Only the characters that the secret alone decides.
		const inner = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
		return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
	});
	const hex = bytes.toString('hex');
	const forms = [
		secret,
		JSON.stringify(secret).slice(1, -1),
		encodeURIComponent(secret),
		hex,
		hex.toUpperCase(),
		...base64,
	];
	return [...new Set(forms)];
}

/** Names of the secrets that show in a text (or in raw bytes), in whatever form. */
export function secretsIn(where: string | Buffer, secrets: Readonly<Record<string, string>>): string[] {
	return Object.entries(secrets)
		.filter(([, secret]) => writtenForms(secret).some((form) => where.includes(form)))
		.map(([name]) => name);
}
