import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Tracker } from '../../../sandbox/tracker';
import { call, startForTest } from './tracker-client';

let tracker: Tracker;
beforeEach(async () => {
	tracker = await startForTest();
});
afterEach(async () => await tracker.stop());

it('serves a page that asks nothing of any other host', async () => {
	const page = await call(tracker, 'GET', '/', undefined, {});
	expect(page.status).toBe(200);
	expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
	for (const path of ['/', '/page.css', '/page.js']) {
		const { status, body } = await call(tracker, 'GET', path, undefined, {});
		expect(status).toBe(200);
		expect(body).not.toMatch(/https?:\/\/|innerHTML|insertAdjacentHTML/);
	}
});

it('lets a person edit without a token, and says who it was', async () => {
	await call(tracker, 'PATCH', '/_sandbox/orders/1001', { status: 'shipped' }, {});
	const { body } = await call(tracker, 'GET', '/_sandbox/state', undefined, {});
	expect(body.orders[0]).toMatchObject({ id: '1001', status: 'shipped', updatedBy: 'page' });
	expect(body.companies).toHaveLength(8);
});

it('refuses another site and a plain form', async () => {
	const foreign = { origin: 'https://elsewhere.example' };
	expect((await call(tracker, 'POST', '/_sandbox/resend', {}, foreign)).status).toBe(403);
	expect((await call(tracker, 'PATCH', '/_sandbox/orders/1001', { status: 'draft' }, foreign)).status).toBe(403);
	expect((await call(tracker, 'POST', '/_sandbox/resend', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
	const own = { origin: tracker.url };
	expect((await call(tracker, 'POST', '/_sandbox/resend', {}, own)).status).toBe(202);
});

it('says so when there is no HubSpot side, or when it does not answer', async () => {
	const { body } = await call(tracker, 'GET', '/_sandbox/state');
	expect(body.hubspot).toMatchObject({ deals: [], error: 'This Tracker was started without a HubSpot side.' });
	const lonely = await startForTest({ hubspot: { baseUrl: 'http://127.0.0.1:9', accessToken: 'pat-eu1-secret' } });
	const state = await call(lonely, 'GET', '/_sandbox/state');
	expect(state.body.hubspot.error).toMatch(/\w+ \w+/);
	expect(JSON.stringify(state.body)).not.toContain('pat-eu1-secret');
	await lonely.stop();
});

it('hands a person’s edit of a deal on, but no property the page does not offer', async () => {
	const edits: unknown[] = [];
	const editable = await startForTest({
		hubspot: { baseUrl: tracker.url, accessToken: 'x', editAsPerson: async (...edit) => void edits.push(edit) },
	});
	const path = '/_sandbox/hubspot/deals/77';
	expect((await call(editable, 'PATCH', path, { dealstage: 'won' })).status).toBe(204);
	expect(await call(editable, 'PATCH', path, { amount: '1' })).toMatchObject({ status: 422 });
	expect(await call(editable, 'PATCH', path, { dealstage: 5 })).toMatchObject({ status: 400 });
	expect(edits).toEqual([['deals', '77', { dealstage: 'won' }]]);
	await editable.stop();
});

it('rejects with the reason when its port is taken', async () => {
	const taken = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => taken.once('listening', resolve));
	const { port } = taken.address() as AddressInfo;
	await expect(startForTest({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
	await new Promise((resolve) => taken.close(resolve));
});
