/** A security identifier as text, `S-1-5-21-…`; undefined when the bytes are none. MS-DTYP 2.4.2. */
export function sidToText(bytes: Buffer): string | undefined {
	const count = bytes[1] ?? 0;
	if (bytes.length !== 8 + count * 4 || bytes[0] !== 1) return undefined;
	const parts = Array.from({ length: count }, (_, at) => bytes.readUInt32LE(8 + at * 4));
	return ['S', 1, bytes.readUIntBE(2, 6), ...parts].join('-');
}

/** The bytes of a SID; undefined when the text is none. */
export function sidToBytes(text: string): Buffer | undefined {
	const [, authority, rest = ''] = /^S-1-(\d{1,15})((?:-\d{1,10}){1,15})$/i.exec(text) ?? [];
	if (authority === undefined) return undefined;
	const parts = rest.slice(1).split('-').map(Number);
	if (Number(authority) > 0xffff_ffff_ffff || parts.some((part) => part > 0xffff_ffff)) return undefined;
	const bytes = Buffer.alloc(8 + parts.length * 4);
	bytes[0] = 1;
	bytes[1] = parts.length;
	bytes.writeUIntBE(Number(authority), 2, 6);
	parts.forEach((part, at) => bytes.writeUInt32LE(part, 8 + at * 4));
	return bytes;
}

/** The SID of another account of the same domain. */
export function withRelativeId(sid: string, relativeId: string): string {
	return sid.replace(/\d+$/, relativeId);
}

/** The last part, by which accounts of one domain differ; it is what `primaryGroupID` holds. */
export function relativeIdOf(sid: string): string {
	return /\d+$/.exec(sid)?.[0] ?? '';
}
