import { hubSpot } from '../../../../lib/adapters/hubspot';
import { datedUrl } from '../../../../lib/adapters/hubspot/client';
import { LIMITS } from '../../../../lib/adapters/hubspot/limits';

const transport = { calls: 0, request: async () => ({ status: 200, headers: {}, body: '{}' }) };

it.each([
	['/crm/v3/objects/deals/batch/upsert', '/crm/objects/2026-09/deals/batch/upsert'],
	['/crm/v3/properties/deals', '/crm/properties/2026-09/deals'],
	['/crm/v3/pipelines/deals', '/crm/pipelines/2026-09/deals'],
	['/crm/v4/associations/deals/companies/batch/archive', '/crm/associations/2026-09/deals/companies/batch/archive'],
	[
		'/crm/v3/objects/deals/7?properties=%2Fcrm%2Fv3%2Fobjects',
		'/crm/objects/2026-09/deals/7?properties=%2Fcrm%2Fv3%2Fobjects',
	],
])('pins %s to the dated version', (path, dated) => {
	expect(datedUrl(`https://gateway.example.com/hubspot${path}`)).toBe(`https://gateway.example.com/hubspot${dated}`);
});

it('names the account without its token, the same each time, and apart for another token', () => {
	const connection = { accessToken: 'pat-eu1-secret-token', clientSecret: 'hidden' };
	const key = hubSpot.accountKey(connection);
	expect(key).toBe(hubSpot.accountKey({ ...connection, clientSecret: 'rotated' }));
	expect(key).not.toContain('secret-token');
	expect(key).not.toBe(hubSpot.accountKey({ accessToken: 'pat-eu1-other-token' }));
});

it.each([
	['no token', {}, 'accessToken'],
	['a blank token', { accessToken: '  ' }, 'accessToken'],
	['a base URL that is none', { accessToken: 'x', baseUrl: 'api.hubapi.com' }, 'baseUrl'],
	['a base URL of another kind', { accessToken: 'x', baseUrl: 'ftp://host' }, 'baseUrl'],
])('refuses a connection with %s, naming the field', (_name, connection, field) => {
	const create = () => hubSpot.create({ connection: connection as Record<string, string>, transport });
	expect(create).toThrow(expect.objectContaining({ class: 'auth', code: 'connection_incomplete' }));
	expect(create).toThrow(`"${field}"`);
});

it('stays under 100 calls in any 10 seconds and 5 searches in any second', () => {
	expect(LIMITS.general.burst + 10_000 / LIMITS.general.intervalMs).toBeLessThanOrEqual(100);
	expect(LIMITS.search.burst + 1_000 / LIMITS.search.intervalMs).toBeLessThanOrEqual(5);
});

it('takes the webhook secret stored apart before the connection’s own', () => {
	const connection = { accessToken: 'x', clientSecret: 'of the connection' };
	const adapter = hubSpot.create({ connection: { accessToken: 'x' }, transport });
	const request = {
		method: 'POST',
		publicUrl: 'https://x',
		headers: {},
		rawBody: Buffer.alloc(0),
		receivedAt: new Date(),
	};
	expect(adapter.verifyWebhook?.(request)).toMatchObject({ reason: expect.stringContaining('No client secret') });
	const failing = () => {
		throw new Error('cannot be opened');
	};
	const sealed = hubSpot.create({ connection, transport, webhookSecret: failing });
	expect(() => sealed.verifyWebhook?.(request)).toThrow('cannot be opened');
});

it('maps no external field twice for pushing, and every association to an entity it has', () => {
	const names = hubSpot.entities.map((entity) => entity.entity);
	for (const entity of hubSpot.entities) {
		const pushed = entity.fields.filter((rule) => rule.direction !== 'pull').map((rule) => rule.external);
		expect(new Set(pushed).size).toBe(pushed.length);
		for (const { entity: other } of entity.associations) expect(names).toContain(other);
	}
});
