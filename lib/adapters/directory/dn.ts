/**
 * Whether an entry lies under a base, or is it. Only for names that the server itself has given: those differ in case and
 * blanks at most.
 */
export function isUnder(dn: string, base: string): boolean {
	const [entry, above] = [dn, base].map(normal) as [string, string];
	return above === '' || entry === above || entry.endsWith(`,${above}`);
}

export function sameDn(a: string, b: string): boolean {
	return normal(a) === normal(b);
}

/** For comparing and for keys. */
export function normal(dn: string): string {
	return dn
		.toLowerCase()
		.replace(/\s*([=,+])\s*/g, '$1')
		.trim();
}
