import { randomBytes } from 'node:crypto';

/** Crockford's: capitals and digits, so that a system that folds case or loses a hyphen does no harm. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PREFIX = 'CL-';
/** 130 bits: no two sites that speak to one system ever make the same. */
const LENGTH = 26;

/** A name of ours for one call: at most 35 characters, which is what fits into a purchase order number of an ERP. */
export function newReference(): string {
	const characters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
	return `${PREFIX}${characters.join('')}`;
}
