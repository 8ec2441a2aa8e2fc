import fc from 'fast-check';
import { readReceipt, writeReceipt, type Receipt } from '../../../lib/sync/receipt';

const receipt: Receipt = {
	tenant: 'default',
	integration: 'hubspot',
	entity: 'order',
	localId: '1',
	externalId: '900',
	version: null,
	moves: [{ key: 'amount>amount', field: 'amount', local: 120, external: '120.00', was: '100.00' }],
};

describe('receipt', () => {
	it('comes back as it went out', () => {
		expect(readReceipt(writeReceipt(receipt))).toEqual(receipt);
	});

	it('refuses anything else in one clear sentence', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.json().map((json) => `crosslink-receipt-1.${Buffer.from(json).toString('base64url')}`),
				),
				(text) => {
					expect(() => readReceipt(text)).toThrow('This is not a receipt of a Pull Fields operation.');
				},
			),
		);
	});
});
