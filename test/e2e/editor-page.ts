import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { chromium, selectors } from 'playwright-core';

import { OWNER } from '../../quickstart/set-up';

/** n8n marks what its own tests look for. */
const TEST_ID = 'data-test-id';
const TIMEOUT_MS = 20_000;
/** A list that n8n is still loading swallows the click. */
const OPEN_TRIES = 5;
const OPEN_MS = 2_000;

/** n8n's editor in a browser, as a person sees it. */
export class EditorPage {
	/** Addresses of other hosts that the page asked. */
	readonly asked: string[] = [];

	private constructor(
		private readonly browser: Browser,
		private readonly context: BrowserContext,
		readonly page: Page,
		private readonly url: string,
	) {
		page.on('request', (request) => {
			if (/^https?:/.test(request.url()) && !request.url().startsWith(url)) this.asked.push(request.url());
		});
	}

	/** Opens the browser and logs in by the form. */
	static async logIn(
		executablePath: string | undefined,
		url: string,
		viewport = { width: 1440, height: 900 },
	): Promise<EditorPage> {
		selectors.setTestIdAttribute(TEST_ID);
		const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
		try {
			const context = await browser.newContext({ viewport, colorScheme: 'light' });
			context.setDefaultTimeout(TIMEOUT_MS);
			const page = await context.newPage();
			const editor = new EditorPage(browser, context, page, url);
			// n8n greets the first visit of a published workflow with a checklist over the canvas.
			const close = page.getByTestId('suggested-actions-close');
			await page.addLocatorHandler(close, async () => await close.click());
			await page.goto(`${url}/signin`);
			await page.locator('input[name=emailOrLdapLoginId]').fill(OWNER.email);
			await page.locator('input[name=password]').fill(OWNER.password);
			await page.getByTestId('form-submit-button').click();
			await page.waitForURL(({ pathname }) => pathname.startsWith('/home'), { waitUntil: 'commit' });
			return editor;
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	/** Opens a workflow and waits until all its nodes are drawn. */
	async openWorkflow(id: string, nodes: number): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page
			.getByTestId('canvas-node')
			.nth(nodes - 1)
			.waitFor();
	}

	/** n8n's checklist comes a moment after the canvas; the next click takes it away. */
	async awaitChecklist(): Promise<void> {
		await this.page
			.getByTestId('suggested-actions-close')
			.waitFor({ timeout: OPEN_MS })
			.catch(() => undefined);
	}

	/** The red badges on the nodes of the canvas. */
	get issues(): Locator {
		return this.page.getByTestId('node-issues');
	}

	/** Opens a node's panel; its list of integrations has been loaded then. */
	async openNode(name: string): Promise<Locator> {
		await this.page.locator(`[${TEST_ID}="canvas-node"][data-node-name="${name}"]`).dblclick();
		const panel = this.page.getByTestId('ndv');
		await panel.getByTestId('parameter-input-integration').waitFor();
		return panel;
	}

	/** What the list of a parameter of the open panel offers; the first line of each entry. */
	async choices(parameter: string): Promise<string[]> {
		const items = this.page.locator('.el-select-dropdown__item').filter({ visible: true });
		const input = this.page.getByTestId('ndv').getByTestId(`parameter-input-${parameter}`).last();
		for (let tries = 1; ; tries++) {
			await input.click();
			const opened = await items
				.nth(1)
				.waitFor({ timeout: OPEN_MS })
				.then(
					() => true,
					() => false,
				);
			if (opened) break;
			if (tries === OPEN_TRIES) throw new Error(`The list of ${parameter} did not open, or has nothing to choose.`);
		}
		const texts = await items.allInnerTexts();
		await this.page.keyboard.press('Escape');
		await items.first().waitFor({ state: 'hidden' });
		return texts.map((text) => text.trim());
	}

	async closeNode(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.page.getByTestId('ndv').waitFor({ state: 'hidden' });
	}

	async close(): Promise<void> {
		await this.context.close();
		await this.browser.close();
	}
}
