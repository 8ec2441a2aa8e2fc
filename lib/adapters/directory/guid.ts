const HEX = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a GUID or UUID as it is usually written, without braces. */
export function isGuid(text: string): boolean {
	return HEX.test(text.toLowerCase());
}

/** The 16 bytes of an objectGUID as text: its first three groups are little-endian, MS-DTYP 2.3.4. */
export function guidToText(bytes: Buffer): string {
	const hex = swapped(bytes).toString('hex');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** @param text see {@link isGuid} */
export function guidToBytes(text: string): Buffer {
	return swapped(Buffer.from(text.replaceAll('-', ''), 'hex'));
}

function swapped(bytes: Buffer): Buffer {
	const copy = Buffer.from(bytes);
	copy.subarray(0, 4).reverse();
	copy.subarray(4, 6).reverse();
	copy.subarray(6, 8).reverse();
	return copy;
}
