import { buildChangeSet, parseBatch } from '../../../lib/odata/batch';
import { Cookies } from '../../../lib/odata/cookies';
import { isPage, parseErrorBody } from '../../../lib/odata/error-body';
import { keyPredicate, literalsV2, literalsV4 } from '../../../lib/odata/literals';
import { warningsOf } from '../../../lib/odata/messages';
import { parseMetadata } from '../../../lib/odata/metadata';
import { protocolV2, protocolV4 } from '../../../lib/odata/protocol';
import { Session, SessionPool } from '../../../lib/odata/session';
import { plainV2, readJsonDate, readJsonTime, toJsonDate } from '../../../lib/odata/values';

describe('literals', () => {
	it('are typed in V2 and bare in V4, with quotes doubled', () => {
		const instant = new Date('2026-11-28T10:00:00.123Z');
		expect(literalsV2.text("O'Neil")).toBe("'O''Neil'");
		expect(literalsV2.instant(instant)).toBe("datetimeoffset'2026-11-28T10:00:00.123Z'");
		expect(literalsV2.date('2026-11-28')).toBe("datetime'2026-11-28T00:00:00'");
		expect(literalsV2.timeOfDay('09:05:07')).toBe("time'PT09H05M07S'");
		expect(literalsV2.guid('0a')).toBe("guid'0a'");
		expect(literalsV2.decimal('1.50')).toBe('1.50M');
		expect(literalsV4.instant(instant)).toBe('2026-11-28T10:00:00.123Z');
		expect(literalsV4.decimal('1.50')).toBe('1.50');
	});

	it('make keys of one and of several parts that no value can break out of', () => {
		expect(keyPredicate({ SalesOrder: literalsV2.text('1') })).toBe("('1')");
		expect(keyPredicate({ A: literalsV2.text('1'), B: literalsV2.text('10') })).toBe("(A='1',B='10')");
		expect(keyPredicate({ A: literalsV2.text("a/b?c'd&e") })).toBe("('a%2Fb%3Fc''d%26e')");
	});
});

describe('values of V2', () => {
	it('read dates with and without an offset, times and nested lists', () => {
		expect(
			plainV2({
				__metadata: { etag: 'x' },
				Day: '/Date(1795824000000)/',
				Stamp: '/Date(1795824000123+0000)/',
				Wall: '/Date(1795824001000)/',
				Time: 'PT09H05M07S',
				Amount: '12345678901234567890.123',
				Later: { __deferred: { uri: 'x' } },
				Items: { results: [{ A: '1', __metadata: {} }] },
				Empty: null,
			}),
		).toEqual({
			Day: '2026-11-28',
			Stamp: '2026-11-28T00:00:00.123Z',
			Wall: '2026-11-28T00:00:01',
			Time: '09:05:07',
			Amount: '12345678901234567890.123',
			Items: [{ A: '1' }],
			Empty: null,
		});
	});

	it('write days, and refuse what is none', () => {
		expect(readJsonDate(toJsonDate('2026-02-28'))?.toISOString()).toBe('2026-02-28T00:00:00.000Z');
		expect(readJsonDate(toJsonDate('1901-01-01'))?.toISOString()).toBe('1901-01-01T00:00:00.000Z');
		for (const wrong of ['2026-02-30', '28.11.2026', '', '2026-11-28T10:00:00'])
			expect(toJsonDate(wrong)).toBeUndefined();
		expect(readJsonDate('/Date(abc)/')).toBeUndefined();
		expect(readJsonTime('PT1H2M3S')).toBe('01:02:03');
	});
});

describe('the two protocols', () => {
	it('read entities, lists, next pages and counts', () => {
		const v2 = protocolV2.readList({
			d: { results: [{ A: '1', __metadata: { etag: 'W/"1"' } }], __next: 'n', __count: '7' },
		});
		expect(v2).toEqual({ entities: [{ values: { A: '1' }, etag: 'W/"1"' }], next: 'n', count: 7 });
		const v4 = protocolV4.readList({
			value: [{ A: 1, '@odata.etag': 'W/"1"' }],
			'@odata.nextLink': 'n',
			'@odata.count': 7,
		});
		expect(v4).toEqual({ entities: [{ values: { A: 1 }, etag: 'W/"1"' }], next: 'n', count: 7 });
		expect(protocolV2.readEntity({ d: { A: '1' } }, 'W/"h"').etag).toBe('W/"h"');
		expect(protocolV2.readResult({ d: { results: [{ A: '1' }] } })).toEqual([{ A: '1' }]);
		expect(protocolV4.readResult({ '@odata.context': 'c', value: true })).toBe(true);
		for (const wrong of [{}, { d: { results: 'x' } }, null]) expect(() => protocolV2.readList(wrong)).toThrow();
	});
});

describe('error bodies', () => {
	it('are read as V2 JSON, V4 JSON and XML', async () => {
		const v2 = JSON.stringify({
			error: {
				code: 'V1/042',
				message: { lang: 'en', value: 'Locked' },
				innererror: { errordetails: [{ code: 'V1/555', message: 'More', propertyref: 'A', severity: 'error' }] },
			},
		});
		expect(await parseErrorBody('application/json', v2)).toMatchObject({
			code: 'V1/042',
			message: 'Locked',
			details: [{ code: 'V1/555', target: 'A' }],
			form: 'json',
		});
		const v4 = JSON.stringify({
			error: { code: 'X/1', message: 'No', target: 'T', details: [{ code: 'X/2', message: 'n' }] },
		});
		expect(await parseErrorBody('application/json', v4)).toMatchObject({
			code: 'X/1',
			target: 'T',
			details: [{ code: 'X/2' }],
		});
		const xml =
			'<?xml version="1.0"?><error xmlns="urn:m"><code>A/1</code><message xml:lang="en">M&#252;ller &amp; Co</message><innererror>' +
			'<errordetails><errordetail><code>A/2</code><message>x</message></errordetail></errordetails></innererror></error>';
		expect(await parseErrorBody('application/xml', xml)).toMatchObject({
			code: 'A/1',
			message: 'Müller & Co',
			details: [{ code: 'A/2' }],
			form: 'xml',
		});
	});

	it('are told from pages by content type, and never throw', async () => {
		const page = await parseErrorBody('text/html', '<html><head><title>Logon</title></head></html>');
		expect(page).toMatchObject({ form: 'html', message: 'a page titled "Logon"' });
		expect(isPage('application/json', '{"a":"<html>"}')).toBe(false);
		expect(isPage(undefined, '<!DOCTYPE html><html>')).toBe(true);
		for (const [type, body] of [
			['application/json', '{not json'],
			['application/xml', '<error><code>'],
			['application/xml', '<!DOCTYPE e [<!ENTITY a "b">]><error><code>&a;</code></error>'],
			['text/plain', 'CSRF token validation failed'],
			['application/json', ''],
			['application/json', `{"error":{"code":1,"message":${JSON.stringify('x'.repeat(500_000))}}}`],
		] as const) {
			const read = await parseErrorBody(type, body);
			expect(['text', 'empty']).toContain(read.form);
			expect(read.message.length).toBeLessThanOrEqual(300);
		}
	});
});

describe('messages beside a yes', () => {
	it('are the warnings of the header, details among them', () => {
		const header = {
			code: 'V1/1',
			message: 'a',
			severity: 'warning',
			details: [
				{ code: 'V1/2', message: 'b', severity: 'info' },
				{ code: 'V1/3', message: 'c', severity: 'warning' },
			],
		};
		expect(warningsOf({ 'sap-message': JSON.stringify(header) })).toEqual(['V1/1: a', 'V1/3: c']);
		expect(warningsOf({ 'sap-messages': JSON.stringify([{ code: 'V/4', message: 'd', numericSeverity: 3 }]) })).toEqual(
			['V/4: d'],
		);
		expect(warningsOf({ 'sap-message': 'not json' })).toEqual(['not json']);
		expect(warningsOf({})).toEqual([]);
	});
});

describe('change sets', () => {
	it('have lines that end in CRLF, lengths in bytes and one Content-ID each', () => {
		const { contentType, body } = buildChangeSet([
			{ method: 'MERGE', path: "A('1')", headers: { 'If-Match': 'W/"x"' }, body: { Name: 'Müller' } },
			{ method: 'DELETE', path: "A('2')" },
		]);
		expect(contentType).toMatch(/^multipart\/mixed; boundary=batch_/);
		expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
		expect(body).toContain(`Content-Length: ${Buffer.byteLength('{"Name":"Müller"}')}`);
		expect(body.match(/Content-ID: \d/g)).toEqual(['Content-ID: 0', 'Content-ID: 1']);
		expect(body).toContain('If-Match: W/"x"');
	});

	it('give back one answer each, or the one error in place of all', () => {
		const part = (id: string, status: number, text: string) =>
			`Content-Type: application/http\r\n${id}\r\nHTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nETag: W/"a--b"\r\n\r\n${text}\r\n`;
		const done =
			'--B\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n' +
			`--C\r\n${part('Content-ID: 1\r\n', 201, '{"d":"--B inside"}')}--C\r\n${part('content-id: 0\r\n', 204, '')}--C--\r\n--B--\r\n`;
		expect(parseBatch('multipart/mixed; boundary=B', done)).toMatchObject([
			{ status: 201, index: 1, body: '{"d":"--B inside"}', headers: { etag: 'W/"a--b"' } },
			{ status: 204, index: 0, body: '' },
		]);
		const failed = `--B\r\n${part('', 400, '{"error":{}}')}--B--\r\n`;
		expect(parseBatch('multipart/mixed; boundary="B"', failed)).toMatchObject([{ status: 400, index: undefined }]);
	});

	it('refuse an answer that was cut off or is none', () => {
		expect(() => parseBatch('application/json', '{}')).toThrow(/boundary/);
		expect(() =>
			parseBatch('multipart/mixed; boundary=B', '--B\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 201 C'),
		).toThrow(/middle/);
		expect(() =>
			parseBatch('multipart/mixed; boundary=B', '--B\r\nContent-Type: application/http\r\n\r\nnothing\r\n--B--'),
		).toThrow(/status line/);
	});
});

describe('a session', () => {
	it('sends all cookies back and forgets those that are taken away', () => {
		const cookies = new Cookies();
		cookies.take(['a=1; path=/', 'b==x=; HttpOnly', 'none', 'c=3']);
		cookies.take(['c=; Max-Age=0', 'a=2']);
		expect(cookies.header).toBe('a=2; b==x=');
	});

	it('fetches a token once for calls at the same time, and again after a failure', async () => {
		const session = new Session();
		let fetched = 0;
		const fetchToken = async () => `t${++fetched}`;
		expect(await Promise.all([1, 2, 3].map(() => session.csrfToken(fetchToken)))).toEqual(['t1', 't1', 't1']);
		session.refused('t1');
		expect(await session.csrfToken(fetchToken)).toBe('t2');
		// Late news of the old one must not throw the new one away.
		session.refused('t1');
		expect(await session.csrfToken(fetchToken)).toBe('t2');
		const failing = new Session();
		await expect(failing.csrfToken(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
		expect(await failing.csrfToken(async () => 'yes')).toBe('yes');
	});

	it('is never shared between connections, and there are not endlessly many', () => {
		const pool = new SessionPool();
		const first = pool.get('a');
		expect(pool.get('a')).toBe(first);
		expect(pool.get('b')).not.toBe(first);
		for (let n = 0; n < 200; n++) pool.get(`k${n}`);
		expect(pool.get('a')).not.toBe(first);
	});
});

describe('a description of a service', () => {
	it('gives sets with keys, rights and types, and functions', async () => {
		const { sets, functions } = await parseMetadata(
			'<edmx:Edmx xmlns:edmx="e" xmlns:sap="s"><edmx:DataServices><Schema Namespace="N" xmlns="x"><EntityType Name="T"><Key><PropertyRef Name="K"/></Key>' +
				'<Property Name="K" Type="Edm.String" MaxLength="10" sap:label="Key &amp; co"/><Property Name="R" Type="Edm.Decimal" Scale="3" sap:creatable="false" sap:updatable="false"/>' +
				'<NavigationProperty Name="to_X"/></EntityType><EntityContainer><EntitySet Name="S" EntityType="N.T" sap:creatable="false"/><FunctionImport Name="F"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>',
		);
		expect(sets.get('S')).toMatchObject({
			creatable: false,
			navigations: ['to_X'],
			properties: [
				{ name: 'K', isKey: true, label: 'Key & co', maxLength: 10 },
				{ name: 'R', isKey: false, creatable: false, updatable: false, scale: 3 },
			],
		});
		expect([...functions]).toEqual(['F']);
	});
});
