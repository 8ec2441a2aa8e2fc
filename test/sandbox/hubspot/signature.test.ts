import { Signature } from '@hubspot/api-client';
import fc from 'fast-check';
import { signV3 } from '../../../sandbox/hubspot';
import { signedUri } from '../../../sandbox/hubspot/webhooks/signature';

describe('signature v3', () => {
	it.each([
		['1693657560000', 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y='],
		['1700000300000', 'RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw='],
	])('gives the published value for %s', (timestamp, expected) => {
		const uri = 'https://www.example.com/webhook_uri';
		const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
		expect(signV3(secret, 'POST', uri, "{'example_field':'example_value'}", timestamp)).toBe(expected);
	});

	it('agrees with the vendor’s helper for any body', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (requestBody, timestamp) => {
				const url = 'https://n8n.example.com/webhook/crosslink?tenant=a';
				const theirs = Signature.getSignature('POST', 'v3', {
					signature: '',
					clientSecret: 's',
					requestBody,
					url,
					timestamp,
				});
				expect(signV3('s', 'POST', url, requestBody, String(timestamp))).toBe(theirs);
			}),
		);
	});

	it('decodes only the listed escapes', () => {
		expect(signedUri('https://e.com/a%3Ab%2fc?d=%20%26%3D%25%40%C3%BC')).toBe(
			'https://e.com/a:b/c?d=%20%26%3D%25@%C3%BC',
		);
	});
});
