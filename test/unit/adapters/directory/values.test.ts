import { dateToGeneralized, fileTimeToIso, generalizedToIso } from '../../../../lib/adapters/directory/times';
import { MAX_VALUE_BYTES } from '../../../../lib/adapters/directory/limits';
import { toFieldValue } from '../../../../lib/adapters/directory/values';

const of = (name: string, ...values: Array<string | Buffer>) =>
	toFieldValue({ name, values: values.map((value) => Buffer.from(value as string)) });

it.each([
	['20261128192737Z', '2026-11-28T19:27:37Z'],
	['20261128192737.0Z', '2026-11-28T19:27:37Z'],
	['20261128192737.123456Z', '2026-11-28T19:27:37.123456Z'],
	['20261128192737,5+0130', '2026-11-28T17:57:37.5Z'],
	['202611281927Z', '2026-11-28T19:27:00Z'],
	['2026112819-05', '2026-11-29T00:00:00Z'],
	['000001010000Z', '0000-01-01T00:00:00Z'],
	['20261328192737Z', undefined],
	['2026-11-28', undefined],
	['', undefined],
])('reads the generalized time %s', (text, iso) => {
	expect(generalizedToIso(text)).toBe(iso);
});

it.each([
	['133500000000000000', '2024-01-17T21:20:00.000Z'],
	['0', null],
	['9223372036854775807', null],
	['x', undefined],
	['-1', undefined],
])('reads the file time %s', (text, iso) => {
	expect(fileTimeToIso(text)).toBe(iso);
});

it('writes times as servers compare them', () => {
	expect(dateToGeneralized(new Date('2026-11-28T19:27:37.999Z'))).toBe('20261128192737.0Z');
});

it('gives a value its form by its name, not by what its bytes happen to be', () => {
	const ascii = '0123456789abcdef';
	expect(of('objectGUID', ascii)).toBe('33323130-3534-3736-3839-616263646566');
	expect(of('OBJECTguid', ascii)).toBe('33323130-3534-3736-3839-616263646566');
	expect(of('jpegPhoto', 'text')).toBe(Buffer.from('text').toString('base64'));
	expect(of('userCertificate;binary', 'text')).toEqual([Buffer.from('text').toString('base64')]);
	expect(of('anything', Buffer.from([0xff, 0xfe]))).toBe('//4=');
	expect(of('description', 'Zoë')).toBe('Zoë');
	expect(of('memberOf', 'one')).toEqual(['one']);
	expect(of('mail', 'one')).toBe('one');
	expect(of('mail', 'one', 'two')).toEqual(['one', 'two']);
	expect(of('mail')).toBeNull();
	expect(of('member')).toEqual([]);
	expect(toFieldValue(undefined)).toBeNull();
	expect(of('lockoutTime', '0')).toBeNull();
	expect(of('pwdLastSet', 'odd')).toBe('odd');
	expect(of('info', Buffer.alloc(MAX_VALUE_BYTES + 1, 'x'))).toBeUndefined();
});
