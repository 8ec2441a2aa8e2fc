import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import fc from 'fast-check';

import { parseKeyRing } from '../../../lib/tenants/key-ring';
import {
	keyPrefix,
	KEY_PREFIX_LENGTH,
	MAX_SECRET_BYTES,
	open,
	rewrap,
	seal,
	type SealedPlace,
} from '../../../lib/tenants/seal';
import { everythingIn, rejection } from './rejection';

const newKey = (): string => randomBytes(32).toString('base64');
const keyText = newKey();
const ring = parseKeyRing(keyText);
const place: SealedPlace = { tenant: 'acme', integration: 'hubspot', field: 'credentials' };
const CANARY = 'canary-7Hq2-secret';

const anyPlace = fc.record({
	tenant: fc.string({ unit: 'binary', maxLength: 20 }),
	integration: fc.constantFrom('hubspot', 'sap', 'ldap'),
	field: fc.constantFrom('credentials', 'webhookSecret'),
});

test('what is sealed opens at its own place', () => {
	fc.assert(
		fc.property(anyPlace, fc.string({ unit: 'grapheme' }), (where, secret) => {
			expect(open(ring, where, seal(ring, where, secret))).toBe(secret);
		}),
	);
});

test('it opens at no other place', async () => {
	await fc.assert(
		fc.asyncProperty(anyPlace, anyPlace, async (from, to) => {
			fc.pre(JSON.stringify(from) !== JSON.stringify(to));
			const sealed = seal(ring, from, CANARY);
			const error = await rejection(() => open(ring, to, sealed));
			expect(error).toMatchObject({ class: 'auth', code: 'sealed_value_invalid' });
			expect(everythingIn(error)).not.toContain(CANARY);
		}),
	);
});

test('parts of a place cannot be shifted into each other', async () => {
	const sealed = seal(ring, { tenant: 'a","b', integration: 'c', field: 'd' }, CANARY);
	const error = await rejection(() => open(ring, { tenant: 'a', integration: 'b","c', field: 'd' }, sealed));
	expect(error.code).toBe('sealed_value_invalid');
});

test('no changed character goes unseen', async () => {
	const sealed = seal(ring, place, CANARY);
	await fc.assert(
		fc.asyncProperty(
			fc.nat({ max: sealed.length - 1 }),
			fc.constantFrom(...'ABCDabcd0189-_.=+/ \n'),
			async (index, character) => {
				fc.pre(sealed[index] !== character);
				const changed = sealed.slice(0, index) + character + sealed.slice(index + 1);
				const error = await rejection(() => open(ring, place, changed));
				expect(['sealed_value_invalid', 'encryption_key_unknown']).toContain(error.code);
			},
		),
		{ numRuns: 500 },
	);
});

test('no cut or lengthened text opens', async () => {
	const sealed = seal(ring, place, CANARY);
	for (let length = 0; length < sealed.length; length++) {
		const error = await rejection(() => open(ring, place, sealed.slice(0, length)));
		expect(['sealed_value_invalid', 'encryption_key_unknown']).toContain(error.code);
	}
	expect((await rejection(() => open(ring, place, `${sealed}.AAAA`))).code).toBe('sealed_value_invalid');
	expect((await rejection(() => open(ring, place, 'v1.'.padEnd(5_000_000, 'A')))).code).toBe('sealed_value_invalid');
});

test('pieces of two sealed values of one place do not mix', async () => {
	const a = seal(ring, place, 'first').split('.');
	const b = seal(ring, place, 'second').split('.');
	const mixed = [...a.slice(0, 4), ...b.slice(4)].join('.');
	expect((await rejection(() => open(ring, place, mixed))).code).toBe('sealed_value_invalid');
});

test('the same secret never looks the same twice and is nowhere readable', () => {
	const a = seal(ring, place, CANARY);
	expect(seal(ring, place, CANARY)).not.toBe(a);
	expect(a).toMatch(/^v1\.[\w-]{12}(\.[\w-]+){4}$/);
	expect(Buffer.from(a, 'base64url').toString('latin1')).not.toContain(CANARY);
});

test('another key is named as the reason, with the way out', async () => {
	const error = await rejection(() => open(parseKeyRing(newKey()), place, seal(ring, place, CANARY)));
	expect(error).toMatchObject({ class: 'auth', code: 'encryption_key_unknown' });
	expect(error.message).toContain('tenant acme');
	expect(error.remedy).toContain('"active"');
});

test('a ring opens what any of its keys sealed, whatever the keys are called, and seals with the active one', async () => {
	const next = newKey();
	const both = parseKeyRing(JSON.stringify({ active: 'k2', keys: { k1: keyText, k2: next } }));
	expect(open(both, place, seal(ring, place, CANARY))).toBe(CANARY);
	const sealed = seal(both, place, CANARY);
	expect(open(parseKeyRing(next), place, sealed)).toBe(CANARY);
	expect((await rejection(() => open(ring, place, sealed))).code).toBe('encryption_key_unknown');
});

test('without a key nothing is stored or opened', async () => {
	const storing = await rejection(() => seal(undefined, place, CANARY));
	expect(storing).toMatchObject({ class: 'rejected', code: 'encryption_key_missing' });
	expect(storing.remedy).toContain('openssl rand -base64 32');
	expect(everythingIn(storing)).not.toContain(CANARY);
	const opening = await rejection(() => open(undefined, place, seal(ring, place, CANARY)));
	expect(opening).toMatchObject({ class: 'auth', code: 'encryption_key_missing' });
});

test('a secret above the limit is refused, one at the limit comes back', async () => {
	const largest = 'x'.repeat(MAX_SECRET_BYTES);
	expect(open(ring, place, seal(ring, place, largest))).toBe(largest);
	expect((await rejection(() => seal(ring, place, `${largest}x`))).code).toBe('secret_too_large');
});

describe('a bad key is refused with the command that makes a good one', () => {
	test.each<[string, string]>([
		['empty', ''],
		['a passphrase', 'correct horse battery staple'],
		['a passphrase of the right length', 'correcthorsebatterystaplecorrecthorsebatter'],
		['one letter repeated', 'Aa'.repeat(21) + 'A='],
		['16 bytes', randomBytes(16).toString('base64')],
		['33 bytes', randomBytes(33).toString('base64')],
		['hexadecimal', randomBytes(32).toString('hex')],
		['two keys', `${newKey()} ${newKey()}`],
		['broken JSON', `{"active":"k1","keys":{"k1":"${CANARY}"`],
		['JSON without keys', '{"active":"k1"}'],
		['JSON with a list of keys', '{"active":"k1","keys":["a"]}'],
		['JSON with no keys', '{"active":"k1","keys":{}}'],
		['JSON with a passphrase', JSON.stringify({ active: 'k1', keys: { k1: CANARY } })],
		['JSON with an unknown active key', JSON.stringify({ active: 'k2', keys: { k1: keyText } })],
		['very long', CANARY.repeat(10_000)],
	])('%s', async (_name, text) => {
		const error = await rejection(() => parseKeyRing(text, 'CROSSLINK_ENCRYPTION_KEY'));
		expect(error).toMatchObject({ class: 'rejected', code: 'encryption_key_invalid' });
		expect(error.message).toContain('CROSSLINK_ENCRYPTION_KEY');
		expect(error.remedy).toContain('openssl rand -base64 32');
		for (const secret of [CANARY, keyText, 'horse', ...(text.length > 20 ? [text] : [])]) {
			expect(everythingIn(error)).not.toContain(secret);
		}
	});
});

test('no random key is ever refused', () => {
	for (let index = 0; index < 2_000; index++) expect(() => parseKeyRing(newKey())).not.toThrow();
});

test('printing a ring shows no key', () => {
	const printed = inspect(ring, { depth: 9, showHidden: true }) + JSON.stringify(ring);
	expect(printed).not.toContain(keyText);
	expect(printed).not.toContain(Buffer.from(keyText, 'base64').toString('hex').slice(0, 12));
});

describe('wrapping with another key', () => {
	const text = JSON.stringify({ active: 'new', keys: { old: keyText, new: newKey() } });
	const both = parseKeyRing(text);
	const newAlone = parseKeyRing((JSON.parse(text) as { keys: { new: string } }).keys.new);

	test('opens with the new key alone, at the same place, and leaves the payload as it is', () => {
		fc.assert(
			fc.property(anyPlace, fc.string({ unit: 'grapheme' }), (where, secret) => {
				const before = seal(ring, where, secret);
				const after = rewrap(both, where, before);
				expect(open(newAlone, where, after)).toBe(secret);
				expect(after.split('.').slice(4)).toEqual(before.split('.').slice(4));
				expect(after.slice(0, KEY_PREFIX_LENGTH)).toBe(keyPrefix(both.activeId));
				expect(rewrap(both, where, after)).toBe(after);
			}),
		);
	});

	test('is refused at another place, with a key that is not given, and for what is no sealed value', async () => {
		const sealed = seal(ring, place, CANARY);
		for (const [keys, where, value, code] of [
			[both, { ...place, tenant: 'other' }, sealed, 'sealed_value_invalid'],
			[newAlone, place, sealed, 'encryption_key_unknown'],
			[undefined, place, sealed, 'encryption_key_missing'],
			[both, place, 'v1.nonsense', 'sealed_value_invalid'],
		] as const) {
			const error = await rejection(() => rewrap(keys, where, value));
			expect(error).toMatchObject({ class: 'auth', code });
			expect(everythingIn(error)).not.toContain(CANARY);
		}
	});
});
