import { chromium, type Page } from 'playwright-core';

import { HEALTH_LOGIN } from '../../quickstart/credentials';
import { findBrowser } from '../servers/chromium';
import { leftOut } from '../servers/left-out';
import { until } from '../until';
import { readStore } from './store-file';
import type { World } from './world';

const PAGE = '/webhook/crosslink-health';
const DESK = '/form/crosslink-desk';
const LOGIN = `Basic ${Buffer.from(`${HEALTH_LOGIN.user}:${HEALTH_LOGIN.password}`).toString('base64')}`;
const ORDER = '1001';

async function ask({ url }: World, path: string, headers: Record<string, string> = {}) {
	const response = await fetch(url + path, { headers });
	return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** What a person fills in, in the order of the form's fields. */
async function decide({ url }: World, values: string[]): Promise<string> {
	const form = new FormData();
	values.forEach((value, index) => form.append(`field-${index}`, value));
	const response = await fetch(url + DESK, { method: 'POST', body: form, headers: { authorization: LOGIN } });
	return `${response.status} ${await response.text()}`;
}

/** The health page and the desk its buttons open, over the demo's 25 orders. */
export function healthPageTests(world: () => World): void {
	beforeAll(async () => {
		await world().api.publish(world().workflow('retry-and-conflict-desk'));
		await until(async () => (await fetch(world().url + DESK)).status !== 404, 'the desk');
	});
	afterAll(async () => await world().api.unpublish(world().workflow('retry-and-conflict-desk')));

	it('are shown to nobody without the login', async () => {
		expect((await ask(world(), PAGE)).status).toBe(401);
		expect((await ask(world(), DESK)).status).toBe(401);
	});

	it('the page tells how the links stand', async () => {
		const { status, type, text } = await ask(world(), `${PAGE}?period=week`, { authorization: LOGIN });
		expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
		expect(text).toMatch(/^<!doctype html>/);
		expect(text).toContain('the last 7 days');
		expect(text).toMatch(/data-name="Entity">Order<\/td><td class="number" data-name="In step">2\d</);
	});

	it('a retry says how many went through, and a decision that fits nothing what is wrong', async () => {
		const about = ['default', 'hubspot', 'order'];
		const retried = await decide(world(), ['Retry', ...about, '', '', '', '', 'A. Person']);
		expect(retried).toMatch(/^200 .*<h1>Done<\/h1><p>\d+ records were tried again/s);
		const decided = await decide(world(), ['Decide', ...about, ORDER, '', "My system's value", '', 'A. Person']);
		expect(decided).toMatch(/^200 .*<h1>Not done<\/h1>.*no such conflict.*List the open ones/s);
		const rows = readStore(
			world().storeFile,
			'SELECT count(*) AS decided FROM sync_conflict WHERE resolved_by IS NOT NULL',
		);
		expect(rows).toEqual([{ decided: 0 }]);
	});

	const executablePath = findBrowser();
	if (!executablePath && !process.env.CI) {
		leftOut('the health page in a browser', 'no Chromium found');
		it.todo('in a browser');
		return;
	}
	it('in a browser is readable on a phone, in the dark, and asks no other host', async () => {
		const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
		try {
			const context = await browser.newContext({
				httpCredentials: { username: HEALTH_LOGIN.user, password: HEALTH_LOGIN.password },
				viewport: { width: 390, height: 800 },
				colorScheme: 'dark',
			});
			const page = await context.newPage();
			const asked: string[] = [];
			page.on('request', (request) => asked.push(new URL(request.url()).host));
			await page.goto(world().url + PAGE);
			await page.getByRole('heading', { name: 'Crosslink health' }).waitFor();
			expect(new Set(asked)).toEqual(new Set([new URL(world().url).host]));
			expect(await overflow(page)).toBe(0);
			const back = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
			expect(back).toBe('rgb(18, 22, 28)');
			await page.getByRole('img', { name: /Records brought in step, and failures.*In step: \d+/ }).waitFor();
		} finally {
			await browser.close();
		}
	}, 60_000);
}

/** By how many pixels the page is wider than the screen. */
async function overflow(page: Page): Promise<number> {
	return await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
