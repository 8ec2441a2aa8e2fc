import * as fc from 'fast-check';
import { Framing } from '../../../../lib/adapters/directory/framing';

function message(length: number): Buffer {
	const body = Buffer.alloc(length, 1);
	if (length < 0x80) return Buffer.concat([Buffer.from([0x30, length]), body]);
	return Buffer.concat([Buffer.from([0x30, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]), body]);
}

it('finds the same messages however the stream is cut', () => {
	const lengths = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 8 });
	fc.assert(
		fc.property(lengths, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes, cuts) => {
			const messages = sizes.map(message);
			const stream = Buffer.concat(messages);
			const framing = new Framing(1_000);
			const found: Buffer[] = [];
			for (let from = 0, n = 0; from < stream.length; n++) {
				const to = from + (cuts[n % cuts.length] ?? 1);
				found.push(...framing.push(stream.subarray(from, to)));
				from = to;
			}
			expect(found).toEqual(messages);
		}),
	);
});

it.each([
	['what is no LDAP', Buffer.from('HTTP/1.1 400 Bad Request')],
	['an endless length', Buffer.from([0x30, 0x80, 1, 1])],
	['a length of five bytes', Buffer.from([0x30, 0x85, 1, 1, 1, 1, 1])],
	['a message that is too large', message(2_000)],
])('refuses %s', (_name, bytes) => {
	expect(() => new Framing(1_000).push(bytes)).toThrow(/LDAP|more than/);
});
