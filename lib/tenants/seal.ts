import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

import { CrosslinkError } from '../errors';
import { KEY_ID_LENGTH, MAKE_A_KEY, type KeyRing } from './key-ring';

/** Where a sealed value belongs. It opens nowhere else. */
export interface SealedPlace {
	tenant: string;
	integration: string;
	/** Column of `integration_config` (`credentials` or `webhookSecret`); in another table what it is, in words and in plural. */
	field: string;
	/** Left out = `integration_config`. */
	table?: 'command_log' | 'query_answer' | 'notification_log';
}

/** Largest secret that may be sealed, in UTF-8 bytes: room for several certificates. */
export const MAX_SECRET_BYTES = 64 * 1024;

/** Largest text of another table than `integration_config` that may be sealed, in UTF-8 bytes. */
export const MAX_SEALED_TEXT_BYTES = 2 * 1024 * 1024;

const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const DATA_KEY_BYTES = 32;
/** Base64 of the largest text plus the fixed parts. */
const maxSealedLength = (place: SealedPlace): number => Math.ceil((maxBytes(place) * 4) / 3) + 512;

const maxBytes = (place: SealedPlace): number => (place.table === undefined ? MAX_SECRET_BYTES : MAX_SEALED_TEXT_BYTES);

/**
 * Seals a secret for one place: `v1.<key id>.<iv>.<wrapped data key>.<iv>.<ciphertext>`, base64url, AES-256-GCM.
 * Each value has a data key of its own, so that rotation rewraps 32 bytes and leaves the payload alone.
 * Throws `encryption_key_missing` without a ring.
 */
export function seal(ring: KeyRing | undefined, place: SealedPlace, secret: string): string {
	if (ring === undefined) throw missingKey(place, 'stored');
	if (Buffer.byteLength(secret) > maxBytes(place)) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'secret_too_large',
			message: `The ${describe(place)} are larger than ${maxBytes(place)} bytes and were not stored.`,
			remedy: place.table === undefined ? 'Give only the values the connection needs.' : 'Give fewer values at once.',
		});
	}
	const dataKey = randomBytes(DATA_KEY_BYTES);
	const wrapped = encrypt(activeKey(ring), wrapContext(place, ring.activeId), dataKey);
	const payload = encrypt(createSecretKey(dataKey), context(place), Buffer.from(secret));
	return [VERSION, ring.activeId, ...wrapped, ...payload].join('.');
}

/**
 * Opens what `seal` made for the same place. Throws `auth` errors, because no call makes sense until a person acts:
 * `encryption_key_missing`, `encryption_key_unknown` (sealed with a key the ring lacks), `sealed_value_invalid`
 * (tampered with, cut off, or moved from another tenant, integration or field).
 */
export function open(ring: KeyRing | undefined, place: SealedPlace, sealed: string): string {
	const parts = partsOf(place, sealed);
	if (ring === undefined) throw missingKey(place, 'opened');
	const dataKey = createSecretKey(unwrapped(ring, place, parts));
	try {
		return decrypt(dataKey, context(place), parts.iv, parts.payload).toString();
	} catch {
		throw invalidValue(place);
	}
}

/** Characters at the start of a sealed value that name version and key: values that share them share the key. */
export const KEY_PREFIX_LENGTH = `${VERSION}.`.length + KEY_ID_LENGTH;

/** How values sealed with this key begin. */
export const keyPrefix = (keyId: string): string => `${VERSION}.${keyId}`;

/**
 * Wraps the data key of a sealed value with the ring's active key. The payload stays as it is and is not opened.
 * @returns the same text when it carries the active key already
 * @throws CrosslinkError as {@link open}
 */
export function rewrap(ring: KeyRing | undefined, place: SealedPlace, sealed: string): string {
	const parts = partsOf(place, sealed);
	if (ring === undefined) throw missingKey(place, 'opened');
	if (parts.keyId === ring.activeId) return sealed;
	const dataKey = unwrapped(ring, place, parts);
	const wrapped = encrypt(activeKey(ring), wrapContext(place, ring.activeId), dataKey);
	dataKey.fill(0);
	return [VERSION, ring.activeId, ...wrapped, parts.iv, parts.payload].join('.');
}

interface SealedParts {
	keyId: string;
	wrapIv: string;
	wrapped: string;
	iv: string;
	payload: string;
}

function partsOf(place: SealedPlace, sealed: string): SealedParts {
	const [version, keyId, wrapIv, wrapped, iv, payload, ...rest] =
		sealed.length <= maxSealedLength(place) ? sealed.split('.') : [];
	if (version !== VERSION || !keyId || !wrapIv || !wrapped || !iv || payload === undefined || rest.length > 0) {
		throw invalidValue(place);
	}
	return { keyId, wrapIv, wrapped, iv, payload };
}

function unwrapped(ring: KeyRing, place: SealedPlace, { keyId, wrapIv, wrapped }: SealedParts): Buffer {
	const key = ring.keys.get(keyId);
	if (key === undefined) throw unknownKey(place, ring);
	try {
		return decrypt(key, wrapContext(place, keyId), wrapIv, wrapped);
	} catch {
		// The cipher's own reasons ("unable to authenticate data") help nobody and differ between Node releases.
		throw invalidValue(place);
	}
}

function activeKey(ring: KeyRing): KeyObject {
	const key = ring.keys.get(ring.activeId);
	if (key !== undefined) return key;
	throw new CrosslinkError({
		class: 'bug',
		code: 'key_ring_inconsistent',
		message: 'The key ring has no active key.',
		remedy: 'Make the ring with parseKeyRing.',
	});
}

function encrypt(key: KeyObject, aad: Buffer, plain: Buffer): [iv: string, ciphertext: string] {
	const iv = randomBytes(IV_BYTES);
	const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(aad);
	const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
	return [iv.toString('base64url'), ciphertext.toString('base64url')];
}

function decrypt(key: KeyObject, aad: Buffer, ivText: string, text: string): Buffer {
	const iv = strictDecode(ivText);
	const bytes = strictDecode(text);
	if (iv.length !== IV_BYTES || bytes.length < TAG_BYTES) throw new Error('cut off');
	const split = bytes.length - TAG_BYTES;
	const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(aad);
	decipher.setAuthTag(bytes.subarray(split));
	return Buffer.concat([decipher.update(bytes.subarray(0, split)), decipher.final()]);
}

/** Node skips characters it does not know; then two texts would stand for one value and a change go unseen. */
function strictDecode(text: string): Buffer {
	const bytes = Buffer.from(text, 'base64url');
	if (bytes.toString('base64url') !== text) throw new Error('not base64url');
	return bytes;
}

/** JSON keeps the parts apart: no tenant name can imitate another tenant plus integration. */
const context = (place: SealedPlace): Buffer =>
	Buffer.from(JSON.stringify([tableOf(place), place.tenant, place.integration, place.field]));

const wrapContext = (place: SealedPlace, keyId: string): Buffer =>
	Buffer.from(JSON.stringify([tableOf(place), place.tenant, place.integration, place.field, keyId]));

const tableOf = (place: SealedPlace): string => place.table ?? 'integration_config';

const describe = (place: SealedPlace): string =>
	`${place.field} of integration ${place.integration} for tenant ${place.tenant}`;

function missingKey(place: SealedPlace, verb: 'stored' | 'opened'): CrosslinkError {
	return new CrosslinkError({
		class: verb === 'stored' ? 'rejected' : 'auth',
		code: 'encryption_key_missing',
		message: `The ${describe(place)} cannot be ${verb}: there is no encryption key.`,
		remedy:
			'Set the encryption key in the Crosslink Store credential, or CROSSLINK_ENCRYPTION_KEY ' +
			`(or CROSSLINK_ENCRYPTION_KEY_FILE) in the environment. ${verb === 'stored' ? MAKE_A_KEY : 'Use the key they were stored with.'}`,
	});
}

function unknownKey(place: SealedPlace, ring: KeyRing): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'encryption_key_unknown',
		message:
			`The ${describe(place)} cannot be opened: they were stored with another encryption key ` +
			`than the ${ring.names.length === 1 ? 'one' : `${ring.names.length}`} given.`,
		remedy:
			'Give the earlier key as well, as {"active":"new","keys":{"new":"...","old":"..."}}, ' +
			(place.table === undefined ? 'or store the connection again with Integration → Configure.' : 'and run it again.'),
	});
}

function invalidValue(place: SealedPlace): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'sealed_value_invalid',
		message: `The stored ${describe(place)} cannot be opened: they were changed, cut off or copied from another row.`,
		remedy:
			place.table === undefined
				? 'Store the connection again with Integration → Configure.'
				: 'Restore the store from a backup, or do without what was kept there.',
	});
}
