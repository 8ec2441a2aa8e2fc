import { readFileSync } from 'node:fs';
import { dealProperties, startVendor } from './vendor-client';

describe('the page', () => {
	it('comes with everything it needs and a policy against anything else', async () => {
		const { call } = await startVendor();
		const page = await call('GET', '/');
		expect(page.headers.get('content-type')).toContain('text/html');
		expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
		expect(page.text).not.toMatch(/https?:\/\//);
		expect(page.text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/);
		expect(page.text).toContain('color-scheme: light dark');
	});

	it('is one file with a script that parses', () => {
		const html = readFileSync(require.resolve('../../../sandbox/hubspot/page/page.html'), 'utf8');
		const script = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
		expect(() => new Function(script)).not.toThrow();
		expect(script.length).toBeGreaterThan(1_000);
	});

	it('shows deals, companies, links and calls', async () => {
		const { call, hs } = await startVendor();
		const deal = hs.account.create('deals', dealProperties({ dealname: '<b>Bold</b>' })).id;
		const company = hs.account.create('companies', { name: 'Acme' }).id;
		hs.account.associate('deals', deal, 'companies', company);
		await call('GET', '/crm/objects/2026-09/deals?limit=5');
		expect((await call('GET', '/_sandbox/state')).body).toMatchObject({
			deals: [{ id: deal, properties: { dealname: '<b>Bold</b>' }, links: [{ object: 'companies', name: 'Acme' }] }],
			companies: [{ id: company }],
			totals: { deals: 1, companies: 1 },
			callTotal: 1,
			calls: [{ method: 'GET', path: '/crm/objects/2026-09/deals', status: 200 }],
		});
	});

	it('edits as a person would, with the vendor’s checks', async () => {
		const { call, hs } = await startVendor();
		const { id } = hs.account.create('deals', dealProperties(), { by: 'integration' });
		const edit = (properties: Record<string, string>) =>
			call('POST', '/_sandbox/edit', { object: 'deals', id, properties });
		expect((await edit({ amount: '7', dealstage: 'closedwon' })).body).toMatchObject({ properties: { amount: '7' } });
		const read = await call('GET', `/crm/objects/2026-09/deals/${id}?propertiesWithHistory=amount`);
		expect(read.body).toMatchObject({ propertiesWithHistory: { amount: [{ sourceType: 'CRM_UI' }] } });
		expect(await edit({ amount: 'much' })).toMatchObject({
			status: 400,
			body: { errors: [{ code: 'INVALID_INTEGER' }] },
		});
	});
});
