import fc from 'fast-check';
import { partnerReference } from '../../../../lib/adapters/sap/commands/partner-reference';
import { decimal } from '../../../../lib/adapters/sap/commands/values';
import { isLock } from '../../../../lib/adapters/sap/errors';
import { isFailed, readReturn } from '../../../../lib/adapters/sap/soap/bapi-return';
import { envelopeOf } from '../../../../lib/adapters/sap/soap/envelope';
import { NAME_STYLES } from '../../../../lib/adapters/sap/soap/names';
import { instantOf, wallTime } from '../../../../lib/adapters/sap/wall-clock';
import { parseXml } from '../../../../lib/xml/document';

describe('decimals', () => {
	it('go out digit by digit, and never rounded', () => {
		expect(decimal({ n: 1.5 }, 'n', 3)).toBe('1.5');
		expect(decimal({ n: '0012.500' }, 'n', 3)).toBe('0012.5');
		expect(decimal({ n: 1e-7 }, 'n', 7)).toBe('0.0000001');
		expect(decimal({ n: 1e19 }, 'n', 0)).toBe('10000000000000000000');
		expect(() => decimal({ n: 0.1 + 0.2 }, 'n', 3)).toThrow(/decimal places/);
		expect(() => decimal({ n: '1,5' }, 'n', 3)).toThrow(/no number/);
		expect(() => decimal({ n: 1e21 }, 'n', 3)).toThrow(/no number/);
		expect(decimal({ n: null }, 'n', 3)).toBeUndefined();
	});
});

describe('the wall clock of a zone', () => {
	it('is read back to the instant it came from, summer time or not', () => {
		const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
		// Whole seconds; SAP has no finer ones here.
		const seconds = fc.integer({ min: 1_600_000_000, max: 1_900_000_000 });
		fc.assert(
			fc.property(zones, seconds, (zone, at) => {
				const shown = wallTime(new Date(at * 1_000), zone);
				const back = instantOf(shown, zone);
				expect(back && wallTime(back, zone)).toEqual(shown);
				// What the clock showed twice is taken for the first time.
				expect(Number(back)).toBeLessThanOrEqual(at * 1_000);
				expect(Number(back)).toBeGreaterThanOrEqual(at * 1_000 - 3_600_000);
			}),
			{ numRuns: 300 },
		);
		expect(instantOf({ date: 'never', time: '00:00:00' }, 'UTC')).toBeNull();
	});
});

it('makes a partner’s reference of 20 capitals, the same each time, another for another', () => {
	expect(partnerReference('CL-1')).toMatch(/^XL-[A-Z2-7]{17}$/);
	expect(partnerReference('CL-1')).toBe(partnerReference('CL-1'));
	expect(partnerReference('CL-1')).not.toBe(partnerReference('CL-2'));
});

it.each([
	['V1/042', 'x', true],
	['', 'Sales document 1 is currently being processed by user X', true],
	['V1/311', 'Order 1 has been saved', false],
	['VP/199', 'Sold-to party is blocked', false],
])('takes %s "%s" for a lock: %s', (code, message, expected) => {
	expect(isLock({ code, message })).toBe(expected);
});

describe('function modules', () => {
	it('are called in both styles of names, with everything escaped and empty tables in place', async () => {
		const parameters = {
			ORDER_HEADER_IN: { PURCH_NO_C: '<&>' },
			ORDER_ITEMS_IN: [{ ITM_NUMBER: '10' }],
			RETURN: [],
			TESTRUN: undefined,
		};
		const camel = envelopeOf('BAPI_SALESORDER_CREATEFROMDAT2', parameters, NAME_STYLES.camelCase, true);
		expect(camel).toContain(
			'<f:BapiSalesorderCreatefromdat2 xmlns:f="urn:sap-com:document:sap:soap:functions:mc-style">',
		);
		expect(camel).toContain(
			'<OrderHeaderIn><PurchNoC>&lt;&amp;&gt;</PurchNoC></OrderHeaderIn><OrderItemsIn><item><ItmNumber>10</ItmNumber></item></OrderItemsIn><Return></Return>',
		);
		expect(camel).toContain('<enableSession>true</enableSession>');
		const upper = envelopeOf('Z_TEST', parameters, NAME_STYLES.upperCase, false);
		expect(upper).toContain('<f:Z_TEST xmlns:f="urn:sap-com:document:sap:rfc:functions"><ORDER_HEADER_IN>');
		expect(upper).not.toContain('enableSession');
		await parseXml(camel);
	});

	it.each([
		['S', false],
		['I', false],
		['W', false],
		['E', true],
		['A', true],
	])('fail on type %s: %s', async (type, failed) => {
		const answer = await parseXml(
			`<r><RETURN><item><TYPE>S</TYPE></item><item><TYPE>${type}</TYPE><ID>V1</ID><NUMBER>042</NUMBER></item></RETURN></r>`,
		);
		const messages = readReturn(answer, NAME_STYLES.upperCase);
		expect(messages.map(({ code }) => code)).toEqual(['/', 'V1/042']);
		expect(isFailed(messages)).toBe(failed);
	});

	it('say nothing by an empty RETURN, be it a table or a structure', async () => {
		for (const text of ['<r><RETURN/></r>', '<r><RETURN><TYPE/></RETURN></r>', '<r/>']) {
			expect(readReturn(await parseXml(text), NAME_STYLES.upperCase)).toEqual([]);
		}
	});
});
