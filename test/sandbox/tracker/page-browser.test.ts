import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import type { HubSpotStandIn } from '../../../sandbox/hubspot';
import { startHubSpot } from '../../../sandbox/hubspot';
import type { Tracker } from '../../../sandbox/tracker';
import { findBrowser } from '../../servers/chromium';
import { leftOut } from '../../servers/left-out';
import { until } from '../../until';
import { call, startForTest } from './tracker-client';

const executablePath = findBrowser();
if (!executablePath && !process.env.CI) leftOut('the Tracker page in a browser', 'no Chromium found');
const inBrowser = executablePath || process.env.CI ? describe : describe.skip;

inBrowser('the page, used by a person', () => {
	let browser: Browser;
	let hubspot: HubSpotStandIn;
	let tracker: Tracker;
	let page: Page;
	let asked: string[];

	beforeAll(async () => {
		browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
	});
	afterAll(async () => await browser?.close());

	beforeEach(async () => {
		hubspot = await startHubSpot();
		hubspot.account.create('deals', {
			dealname: 'Dosing <b>pumps</b>',
			pipeline: 'default',
			dealstage: 'qualifiedtobuy',
		});
		tracker = await startForTest({
			hubspot: {
				baseUrl: hubspot.url,
				accessToken: hubspot.accessToken,
				editAsPerson: async (object, id, properties) => {
					await Promise.resolve(hubspot.account.edit(object, id, properties));
				},
			},
		});
		page = await browser.newPage();
		asked = [];
		page.on('request', (request) => asked.push(request.url()));
		await page.goto(tracker.url);
		await page.getByLabel('Name of SO-1001').waitFor();
	});
	afterEach(async () => {
		await page.close();
		await tracker.stop();
		await hubspot.stop();
	});

	it('shows both sides as text, and asks no other host', async () => {
		expect(await page.locator('#orders tbody tr').count()).toBe(25);
		expect(await page.getByLabel('Name of SO-1024').inputValue()).toBe('Life-raft servicing <annual>');
		expect(await page.locator('#deals tbody tr').count()).toBe(1);
		expect(await page.getByLabel(/^Deal of/).inputValue()).toBe('Dosing <b>pumps</b>');
		expect(await page.locator('table b').count()).toBe(0);
		expect(asked.filter((url) => !url.startsWith(tracker.url) && !url.startsWith('data:'))).toEqual([]);
	});

	it('names the sales stage as HubSpot does, and shows one it does not know as it is', async () => {
		await call(tracker, 'PATCH', '/api/orders/1001', { salesStage: 'contractsent' });
		await call(tracker, 'PATCH', '/api/orders/1002', { salesStage: 'of-last-year' });
		const cell = (id: string) => page.locator(`#orders tr[data-id="${id}"] td`).nth(3);
		await cell('1001').getByText('Contract Sent', { exact: true }).waitFor();
		await cell('1002').getByText('of-last-year', { exact: true }).waitFor();
	});

	it('saves a change on either side by keyboard alone', async () => {
		await page.getByLabel('Name of SO-1001').focus();
		await page.keyboard.press('ControlOrMeta+A');
		await page.keyboard.type('Pumps, renamed');
		await page.keyboard.press('Tab');
		await page.getByText('Saved: Name of 1001.').waitFor();
		expect(tracker.orders()[0]).toMatchObject({ name: 'Pumps, renamed', updatedBy: 'page' });

		await page.getByLabel(/^Stage of/).selectOption('contractsent');
		await page.getByText(/^Saved: Stage of/).waitFor();
		expect(hubspot.account.list('deals')[0]?.properties.dealstage).toBe('contractsent');

		await page.getByRole('button', { name: 'Send everything again' }).focus();
		await page.keyboard.press('Enter');
		await page.getByText('On their way: 8 x company, 25 x order.').waitFor();
	});

	it('refreshes itself without taking half-typed text or the focus away', async () => {
		const name = page.getByLabel('Name of SO-1002');
		await name.fill('half a na');
		await call(tracker, 'PATCH', '/api/orders/1002', {
			name: 'changed meanwhile',
			salesNotes: 'brought by the refresh',
		});
		await page.getByText('brought by the refresh').waitFor();
		expect(await name.inputValue()).toBe('half a na');
		expect(await name.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
		await page.keyboard.press('Escape');
		await until(async () => (await name.inputValue()) === 'changed meanwhile', 'the saved name');
		expect(tracker.orders()[1]?.name).toBe('changed meanwhile');
	});

	it('says why a value was refused, and keeps it to be corrected', async () => {
		const due = page.getByLabel('Due of SO-1003');
		await due.fill('tomorrow');
		await due.press('Tab');
		await page.getByText('Not saved: order.dueDate: must be a date such as 2026-12-31.').waitFor();
		expect(await due.getAttribute('aria-invalid')).toBe('true');
		await due.fill('2027-01-31');
		await due.press('Tab');
		await page.getByText('Saved: Due of 1003.').waitFor();
		expect(await due.getAttribute('aria-invalid')).toBeNull();
		expect(tracker.orders()[2]?.dueDate).toBe('2027-01-31');
	});
});
