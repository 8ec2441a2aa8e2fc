import { createHash } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Characters of a partner's search term. */
const LENGTH = 20;

/**
 * Our reference in the 20 upper-case characters that a business partner has room for: a hash of 85 bits behind "XL-".
 * It stands in the second search term, which SAP's own screens seldom use.
 */
export function partnerReference(reference: string): string {
	const bytes = createHash('sha256').update(reference).digest();
	let bits = '';
	for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
	let written = 'XL-';
	for (let at = 0; written.length < LENGTH; at += 5) written += ALPHABET[parseInt(bits.slice(at, at + 5), 2)];
	return written;
}
