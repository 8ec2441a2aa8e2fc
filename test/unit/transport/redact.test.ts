import fc from 'fast-check';
import { createRedact } from '../../../lib/transport/redact';

const secret = fc.string({ minLength: 10, maxLength: 60, unit: 'binary-ascii' }).filter((text) => !/redact/.test(text));

describe('createRedact', () => {
	it('leaves no secret in a text, plain, URL-encoded, in JSON, in hexadecimal or in base64 at any offset', () => {
		fc.assert(
			fc.property(secret, fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), (hidden, before, after) => {
				const redact = createRedact([hidden]);
				const around = before + hidden + after;
				expect(redact(around)).not.toContain(hidden);
				expect(redact(`x ${encodeURIComponent(hidden)} y`)).not.toContain(encodeURIComponent(hidden));
				expect(redact(JSON.stringify({ hidden }))).not.toContain(JSON.stringify(hidden).slice(1, -1));
				const hex = Buffer.from(hidden).toString('hex');
				expect(redact(`x${hex} ${hex.toUpperCase()}`)).toBe('x[redacted] [redacted]');
				const encoded = Buffer.from(around).toString('base64');
				const decoded = Buffer.from(redact(encoded).replace('[redacted]', ''), 'base64').toString();
				expect(decoded).not.toContain(hidden);
			}),
		);
	});

	it('masks what looks like a credential though nobody named it', () => {
		const redact = createRedact([]);
		expect(redact('Authorization: Bearer abcdefgh12345678')).toBe('Authorization: Bearer [redacted]');
		expect(redact('key pat-na1-11111111-2222-3333')).toBe('key [redacted]');
		expect(redact('at https://me:pass@host/x')).toBe('at https://me:[redacted]@host/x');
	});

	it('leaves ordinary text alone, and very short secrets too', () => {
		expect(createRedact(['a', ''])('a plain answer')).toBe('a plain answer');
	});

	it('hides a long secret whole when a shorter one is part of it', () => {
		expect(createRedact(['abcd', 'xxabcdyy'])('<xxabcdyy>')).toBe('<[redacted]>');
	});
});
