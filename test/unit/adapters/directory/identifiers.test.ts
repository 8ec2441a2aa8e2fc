import * as fc from 'fast-check';
import { guidToBytes, guidToText, isGuid } from '../../../../lib/adapters/directory/guid';
import { sidToBytes, sidToText, withRelativeId } from '../../../../lib/adapters/directory/sid';

describe('a GUID', () => {
	it('is written as Windows writes it: the first three groups turned round', () => {
		const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
		expect(guidToText(bytes)).toBe('33221100-5544-7766-8899-aabbccddeeff');
		expect(isGuid('33221100-5544-7766-8899-AABBCCDDEEFF')).toBe(true);
		for (const none of ['', '{33221100-5544-7766-8899-aabbccddeeff}', '33221100554477668899aabbccddeeff']) {
			expect(isGuid(none)).toBe(false);
		}
	});

	it('is the same there and back', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
				expect(guidToBytes(guidToText(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
			}),
		);
	});
});

describe('a SID', () => {
	it('is written as Windows writes it', () => {
		const bytes = Buffer.from('01020000000000052000000020020000', 'hex');
		expect(sidToText(bytes)).toBe('S-1-5-32-544');
		expect(sidToBytes('s-1-5-32-544')).toEqual(bytes);
		expect(withRelativeId('S-1-5-21-1-2-3-1104', '513')).toBe('S-1-5-21-1-2-3-513');
	});

	it('is the same there and back', () => {
		const parts = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 1, maxLength: 15 });
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 0xffff_ffff_ffff }), parts, (authority, sub) => {
				const text = ['S', 1, authority, ...sub].join('-');
				expect(sidToText(sidToBytes(text) ?? Buffer.alloc(0))).toBe(text);
			}),
		);
	});

	it.each(['', 'S-1-5', 'S-2-5-32', 'S-1-5-4294967296', 'S-1-5-1x', `S-1-5${'-1'.repeat(16)}`])(
		'is none: %s',
		(text) => {
			expect(sidToBytes(text)).toBeUndefined();
		},
	);

	it.each(['', '01', '0102000000000005200000', '02010000000000052000000000'])('is none in bytes: %s', (hex) => {
		expect(sidToText(Buffer.from(hex, 'hex'))).toBeUndefined();
	});
});
