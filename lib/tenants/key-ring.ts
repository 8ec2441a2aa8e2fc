import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

import { CrosslinkError } from '../errors';

/** What makes a good key; printed wherever a key is refused. */
export const MAKE_A_KEY = 'Make one with: openssl rand -base64 32';

const KEY_BYTES = 32;
const MAX_KEY_TEXT = 16 * 1024;
const MAX_KEYS = 32;
/** 32 random bytes have fewer than 16 distinct values with a chance below 1 in 10^15; typed text often does. */
const MIN_DISTINCT_BYTES = 16;

const KEY_ID_BYTES = 9;
/** Characters of a key id: base64url of its bytes. */
export const KEY_ID_LENGTH = (KEY_ID_BYTES * 4) / 3;

/** Keys that wrap the data keys. Holds derived keys only, as key objects, so that printing it shows nothing. */
export interface KeyRing {
	/** Id of the key that seals new values. */
	readonly activeId: string;
	/** Key id (a fingerprint of the key, so that names in the ring may change) to wrapping key. */
	readonly keys: ReadonlyMap<string, KeyObject>;
	/** Names the ring's author gave the keys, for messages. */
	readonly names: readonly string[];
	/** Key id to the name its author gave it. */
	readonly nameOf: ReadonlyMap<string, string>;
}

/**
 * Reads `CROSSLINK_ENCRYPTION_KEY`: 32 random bytes in base64, or `{"active":"k2","keys":{"k1":"...","k2":"..."}}`.
 * `source` says where it came from and goes into the message. Throws `encryption_key_invalid` without any part of the key.
 */
export function parseKeyRing(text: string, source = 'the encryption key'): KeyRing {
	if (text.length > MAX_KEY_TEXT) throw invalid(source, `is longer than ${MAX_KEY_TEXT} characters`);
	const trimmed = text.trim();
	if (!trimmed.startsWith('{')) return ring([['key', trimmed]], 'key', source);
	const { active, keys } = parseRingJson(trimmed, source);
	return ring(keys, active, source);
}

function ring(entries: Array<[string, string]>, active: string, source: string): KeyRing {
	const keys = new Map<string, KeyObject>();
	const nameOf = new Map<string, string>();
	let activeId: string | undefined;
	for (const [name, encoded] of entries) {
		const secret = decodeKey(encoded, entries.length > 1 ? `${source} (key ${name})` : source);
		const id = derive(secret, 'crosslink/key-id/v1', KEY_ID_BYTES).toString('base64url');
		keys.set(id, createSecretKey(derive(secret, 'crosslink/kek/v1', KEY_BYTES)));
		// One key under two names is one key; the active one's name says more.
		if (name === active || !nameOf.has(id)) nameOf.set(id, name);
		if (name === active) activeId = id;
	}
	if (activeId === undefined) throw invalid(source, 'names an active key that is not among its keys');
	return { activeId, keys, names: entries.map(([name]) => name), nameOf };
}

function parseRingJson(text: string, source: string): { active: string; keys: Array<[string, string]> } {
	const shape = 'is not of the form {"active":"k2","keys":{"k1":"<base64>","k2":"<base64>"}}';
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		// The parser's own message quotes the text, which is secret.
		throw invalid(source, 'starts with { but is not valid JSON');
	}
	if (typeof value !== 'object' || value === null || !('active' in value) || !('keys' in value)) {
		throw invalid(source, shape);
	}
	const { active, keys } = value;
	if (typeof active !== 'string' || typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
		throw invalid(source, shape);
	}
	const entries: Array<[string, string]> = [];
	for (const [name, key] of Object.entries(keys)) {
		if (typeof key !== 'string' || !/^[\w-]{1,32}$/.test(name)) throw invalid(source, shape);
		entries.push([name, key]);
	}
	if (entries.length > MAX_KEYS) throw invalid(source, `holds more than ${MAX_KEYS} keys`);
	return { active, keys: entries };
}

function decodeKey(encoded: string, source: string): Buffer {
	const text = encoded.trim();
	if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) throw invalid(source, 'is not 32 bytes in base64 (44 characters)');
	const bytes = Buffer.from(text, 'base64');
	const looksTyped = !/[A-Z]/.test(text) || !/[a-z]/.test(text) || new Set(bytes).size < MIN_DISTINCT_BYTES;
	if (bytes.length !== KEY_BYTES || looksTyped) {
		throw invalid(source, 'looks typed by hand, not random');
	}
	return bytes;
}

const derive = (secret: Buffer, purpose: string, length: number): Buffer =>
	Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), purpose, length));

function invalid(source: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'encryption_key_invalid',
		message: `Crosslink cannot use ${source}: it ${reason}.`,
		remedy: `Use 32 random bytes in base64, not a passphrase. ${MAKE_A_KEY}`,
	});
}
