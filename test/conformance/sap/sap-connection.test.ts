import {
	bindingOf,
	connectionOf,
	describeSap,
	failureOf,
	ORDER_BODY,
	orderRequest,
	power,
	startSapSite,
	type SapSite,
} from './sap-site';
import { sap } from '../../../lib/adapters/sap';

describeSap('The connection to SAP', () => {
	let site: SapSite;
	afterEach(async () => await site.standIn.stop());

	const OAUTH = (base: string) => ({
		authentication: 'oauth2',
		tokenUrl: `${base}/sap/bc/sec/oauth2/token`,
		clientId: 'CROSSLINK_OAUTH',
		clientSecret: 'Sandbox-0auth-Secret',
	});

	it('tests what can be read, and names what is not activated', async () => {
		site = await startSapSite('cloud', { inactive: ['API_BILLING_DOCUMENT_SRV'] });
		const { message } = await power(site.adapter(), 'test')();
		expect(message).toContain('can read API_SALES_ORDER_SRV, API_BUSINESS_PARTNER.');
		expect(message).toContain('API_BILLING_DOCUMENT_SRV (SAP_COM_0120)');
		await site.standIn.stop();
		site = await startSapSite('cloud', { inactive: ['API_SALES_ORDER_SRV'] });
		expect(await failureOf(power(site.adapter(), 'test')([bindingOf('order')]))).toMatchObject({ class: 'auth' });
	});

	it('calls wrong credentials, a wrong client and a login page "auth", without a secret in it', async () => {
		site = await startSapSite('onprem');
		const secret = 'wrong-Passw0rd-77';
		const wrong: Array<Record<string, string>> = [{ password: secret }, { sapClient: '999' }, { username: 'DIALOG' }];
		for (const changes of wrong) {
			for (const failure of [
				await failureOf(power(site.adapter(changes), 'test')()),
				await failureOf(power(site.adapter(changes), 'execute')(orderRequest('CL-1'))),
				await failureOf(power(site.adapter(changes), 'read')(bindingOf('order'), ['1'], [])),
			]) {
				expect(failure.class).toBe('auth');
				expect(JSON.stringify(failure.toPlain()) + String(failure.stack)).not.toContain(secret);
			}
		}
		expect(site.standIn.system.tables.of('A_SalesOrder')).toHaveLength(0);
	});

	it('logs in with client credentials, one token for all, and a new one when it is refused', async () => {
		site = await startSapSite('cloud');
		const changes = OAUTH(site.standIn.url);
		for (const n of [1, 2]) await power(site.adapter(changes), 'execute')(orderRequest(`CL-${n}`));
		expect(site.standIn.access.tokensIssued).toBe(1);
		site.standIn.access.revoke();
		await power(site.adapter(changes), 'execute')(orderRequest('CL-3'));
		expect(site.standIn.access.tokensIssued).toBe(2);
		expect(site.standIn.system.tables.of('A_SalesOrder')).toHaveLength(3);
		const refused = site.adapter({ ...changes, clientSecret: 'wrong-secret-123' });
		const failure = await failureOf(power(refused, 'test')());
		expect(failure).toMatchObject({ class: 'auth', code: 'token_refused' });
		expect(failure.message).not.toContain('wrong-secret-123');
	});

	it('refuses a connection that cannot be before it calls', async () => {
		site = await startSapSite('onprem');
		const faultOf = async (changes: Record<string, string>) =>
			(await failureOf(power(site.adapter(changes), 'test')())).message;
		expect(await faultOf({ baseUrl: 'not a url' })).toMatch(/Base URL/);
		expect(await faultOf({ sapClient: '1' })).toMatch(/three digits/);
		expect(await faultOf({ password: '' })).toMatch(/password/);
		expect(await faultOf({ timeZone: 'Mars/Olympus' })).toMatch(/IANA/);
		expect(await faultOf({ soapStyle: 'wrapper' })).toMatch(/path/);
		expect(await faultOf({ authentication: 'certificate' })).toMatch(/client certificate/);
		expect(site.standIn.calls).toHaveLength(0);
		const key = sap.onprem.accountKey(connectionOf(site.standIn, 'onprem'));
		expect(key).not.toContain(site.standIn.password);
	});

	it('describes an object from the system’s own metadata', async () => {
		site = await startSapSite('cloud');
		const { fields } = await power(site.adapter(), 'describe')('A_SalesOrder');
		const field = (name: string) => fields.find((one) => one.name === name);
		expect(field('SalesOrder')).toMatchObject({ type: 'string', unique: true });
		expect(field('TotalNetAmount')).toMatchObject({ type: 'number', readOnly: true });
		expect(field('RequestedDeliveryDate')).toMatchObject({ type: 'date', readOnly: false });
		expect(field('LastChangeDateTime')).toMatchObject({ type: 'datetime', readOnly: true });
		expect(await failureOf(power(site.adapter(), 'describe')('A_Nothing'))).toMatchObject({ code: 'object_unknown' });
	});

	it('follows business partners by day and time, new ones that were never changed among them', async () => {
		site = await startSapSite('cloud');
		const company = bindingOf('company');
		const changes = power(site.adapter(), 'changesSince');
		const { cursor } = await changes(company, 'now', []);
		const created = site.standIn.create('API_BUSINESS_PARTNER', 'A_BusinessPartner', {
			BusinessPartnerCategory: '2',
			OrganizationBPName1: 'New',
		});
		const page = await changes(company, cursor, ['OrganizationBPName1']);
		expect(page.records).toMatchObject([
			{ externalId: created['BusinessPartner'], fields: { OrganizationBPName1: 'New' } },
		]);
		const before = page.records[0]?.version;
		const later = { ...cursor, since: Date.now() };
		site.standIn.system.touchPartner(String(created['BusinessPartner']), { OrganizationBPName1: 'Newer' });
		const again = await changes(company, later, ['OrganizationBPName1']);
		expect(again.records).toMatchObject([{ fields: { OrganizationBPName1: 'Newer' } }]);
		expect(again.records[0]?.modifiedAt?.getTime()).toBeGreaterThanOrEqual(Date.parse(String(before)));
	});

	it('goes by SAP’s clock, however far ours is from it', async () => {
		const ahead = 7 * 3_600_000;
		site = await startSapSite('cloud', { now: () => Date.now() + ahead });
		const order = bindingOf('order');
		const changes = power(site.adapter(), 'changesSince');
		const { cursor } = await changes(order, 'now', []);
		expect(Number(cursor['since'])).toBeGreaterThan(Date.now() + ahead - 5_000);
		site.standIn.create('API_SALES_ORDER_SRV', 'A_SalesOrder', ORDER_BODY);
		expect((await changes(order, cursor, [])).records).toHaveLength(1);
	});

	it('tells two changes in the same millisecond apart by the version', async () => {
		site = await startSapSite('cloud', { now: () => Date.parse('2026-11-28T10:00:00.123Z') });
		site.standIn.create('API_SALES_ORDER_SRV', 'A_SalesOrder', ORDER_BODY);
		const read = async () => (await power(site.adapter(), 'read')(bindingOf('order'), ['1'], []))[0];
		const first = await read();
		site.standIn.system.touchOrder('1', { DeliveryBlockReason: '01' });
		const second = await read();
		expect(second?.modifiedAt).toEqual(first?.modifiedAt);
		expect(second?.version).not.toBe(first?.version);
		expect(second?.version).toMatch(/^W\/"datetimeoffset'2026-11-28T10%3A00%3A00\.123\d{4}Z'"$/);
	});
});
