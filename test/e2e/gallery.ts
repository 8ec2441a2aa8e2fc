import type { BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import { HEALTH_LOGIN } from '../../quickstart/credentials';
import { findBrowser } from '../servers/chromium';
import type { SavedWorkflow } from '../../quickstart/n8n-api';
import { EditorPage } from './editor-page';
import type { World } from './world';

type WorkflowNode = SavedWorkflow['nodes'][number];

/** Takes one picture into the folder of the documentation's. */
export type Shoot = (page: Page, name: string, clip?: Box) => Promise<void>;

interface Size {
	width: number;
	height: number;
}

interface Box extends Size {
	x: number;
	y: number;
}

/** Pixels of the picture for one of the canvas: small, and its notes can still be read. */
const SCALE = 0.62;
/** A larger workflow is drawn smaller, lest its picture be too large a file. */
const MOST_PIXELS = 1_100_000;
/** What the editor has around its canvas, and keeps free when it fits a workflow in, in pixels. */
const FRAME = { width: 240, height: 260 };
/** Of a node, with its name below it. */
const NODE = { width: 100, height: 130 };
/** Around what is drawn, in pixels. */
const MARGIN = 12;
const STICKY_NOTE = 'n8n-nodes-base.stickyNote';

/** What belongs to the editor and not to the workflow; and the dots of the canvas, which make a third of a file. */
const HIDE_EDITOR = `
	[data-test-id=canvas-background], [data-test-id=canvas-controls], [data-test-id=node-creator-plus-button],
	[data-test-id=canvas-handle-plus-wrapper], .vue-flow__controls, .vue-flow__minimap,
	[class*=executionButtons], [class*=nodeButtonsWrapper], #logs-panel, [data-test-id=logs-panel] { display: none !important }
`;

/** The canvas of every template, as n8n draws it after the import: `templates/<file>.png`. */
export async function shootTemplates(world: World, templates: readonly string[], shoot: Shoot): Promise<void> {
	const editor = await EditorPage.logIn(findBrowser(), world.url);
	const { page } = editor;
	try {
		for (const [index, name] of templates.entries()) {
			const { id, nodes } = world.workflow(name);
			const size = sizeOf(nodes);
			await page.setViewportSize(size);
			await editor.openWorkflow(id, nodes.filter(({ type }) => type !== STICKY_NOTE).length);
			if (index === 0) await editor.awaitChecklist();
			await page.addStyleTag({ content: HIDE_EDITOR });
			await page
				.getByTestId('sticky')
				.nth(nodes.filter(({ type }) => type === STICKY_NOTE).length - 1)
				.waitFor();
			await page.keyboard.press('1');
			await page.mouse.move(size.width / 2, 2);
			await page.waitForLoadState('networkidle');
			await shoot(page, `templates/${name}.png`, await drawn(page, size));
		}
	} finally {
		await editor.close();
	}
}

/** A window in which n8n draws the workflow at about {@link SCALE}. */
function sizeOf(nodes: WorkflowNode[]): Size {
	const boxes = nodes.map(({ type, position: [x, y], parameters }) => {
		const note = type === STICKY_NOTE;
		const [width, height] = [Number(parameters?.width), Number(parameters?.height)];
		return { x, y, right: x + (note ? width : NODE.width), bottom: y + (note ? height : NODE.height) };
	});
	const across = Math.max(...boxes.map(({ right }) => right)) - Math.min(...boxes.map(({ x }) => x));
	const down = Math.max(...boxes.map(({ bottom }) => bottom)) - Math.min(...boxes.map(({ y }) => y));
	const scale = Math.min(SCALE, Math.sqrt(MOST_PIXELS / (across * down)));
	return { width: Math.round(across * scale) + FRAME.width, height: Math.round(down * scale) + FRAME.height };
}

/** The smallest box with every node, note and line in it, and what is written below the nodes. */
async function drawn(page: Page, size: Size): Promise<Box> {
	const boxes = await page.locator('.vue-flow__node, .vue-flow__node *, .vue-flow__edge-path').evaluateAll((nodes) =>
		(nodes as unknown as Drawn[])
			.filter((node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
			.map((node) => node.getBoundingClientRect())
			.map(({ left, top, right, bottom }) => ({ left, top, right, bottom })),
	);
	const canvas = await page.locator('.vue-flow').first().boundingBox();
	const x = Math.max(canvas?.x ?? 0, Math.min(...boxes.map(({ left }) => left)) - MARGIN);
	const y = Math.max(canvas?.y ?? 0, Math.min(...boxes.map(({ top }) => top)) - MARGIN);
	const right = Math.min(size.width, Math.max(...boxes.map((box) => box.right)) + MARGIN);
	const bottom = Math.min(size.height, Math.max(...boxes.map((box) => box.bottom)) + MARGIN);
	return { x, y, width: right - x, height: bottom - y };
}

/** Of an element in the browser, whose types are not known here. */
interface Drawn {
	checkVisibility(options: { opacityProperty: boolean; visibilityProperty: boolean }): boolean;
	getBoundingClientRect(): { left: number; top: number; right: number; bottom: number };
}

/** How the health page is looked at: what the picture is called, and by whom. */
const LOOKS: ReadonlyArray<[string, BrowserContextOptions]> = [
	['health-light.png', { colorScheme: 'light', viewport: { width: 1100, height: 760 } }],
	['health-dark.png', { colorScheme: 'dark', viewport: { width: 1100, height: 760 } }],
	['health-phone.png', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
];

/** The health page as its template serves it, in light, in the dark and on a phone. */
export async function shootHealthPage(world: World, shoot: Shoot): Promise<void> {
	const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
	try {
		for (const [name, look] of LOOKS) {
			const context = await browser.newContext({
				...look,
				httpCredentials: { username: HEALTH_LOGIN.user, password: HEALTH_LOGIN.password },
			});
			const page = await context.newPage();
			await page.goto(`${world.url}/webhook/crosslink-health`);
			await page.getByRole('heading', { name: 'Crosslink health' }).waitFor();
			await shoot(page, name);
			await context.close();
		}
	} finally {
		await browser.close();
	}
}
