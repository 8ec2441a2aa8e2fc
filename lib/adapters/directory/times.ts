/** `20261128192737.123456Z`, also with an offset, or without minutes and seconds; RFC 4517, 3.3.13. */
const GENERALIZED = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?:\d{2})?)$/;

/** ISO 8601 in UTC with the digits that are there; undefined when the text is no such time. */
export function generalizedToIso(text: string): string | undefined {
	const [, year, month, day, hour, minute = '00', second = '00', fraction, zone = 'Z'] = GENERALIZED.exec(text) ?? [];
	if (year === undefined) return undefined;
	const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3) || '00'}`;
	const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
	if (Number.isNaN(at.getTime())) return undefined;
	const digits = fraction?.replace(/0+$/, '') ?? '';
	return at.toISOString().replace('.000Z', digits === '' ? 'Z' : `.${digits}Z`);
}

/** The form in which a server compares times. */
export function dateToGeneralized(date: Date): string {
	return date
		.toISOString()
		.replace(/[-:T]/g, '')
		.replace(/\.\d+Z$/, '.0Z');
}

/** Milliseconds from 1601 to 1970. */
const EPOCH_MS = 11_644_473_600_000n;
/** "Never", beside 0. */
const NEVER = 0x7fff_ffff_ffff_ffffn;

/** A count of 100 nanoseconds since 1601 as ISO 8601; null = never; undefined when the text is no such count. */
export function fileTimeToIso(text: string): string | null | undefined {
	if (!/^\d{1,19}$/.test(text)) return undefined;
	const count = BigInt(text);
	if (count === 0n || count >= NEVER) return null;
	const at = new Date(Number(count / 10_000n - EPOCH_MS));
	return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
