import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { editInHubSpot, replicate } from '../../quickstart/replicate';
import { findBrowser } from '../servers/chromium';
import { findN8n } from '../servers/n8n';
import { EditorPage } from './editor-page';
import { shootHealthPage, shootTemplates, type Shoot } from './gallery';
import { smallPng } from './small-png';
import { TEMPLATES, TO_HUBSPOT, World } from './world';

// npm run pictures: takes the pictures of the documentation from a real n8n, after a real replication.
const FOLDER = join(__dirname, '..', '..', 'docs', 'pictures');
/** A README loads all of them. */
const LARGEST_BYTES = 100 * 1024;
/** A gallery loads very many. */
const LARGEST_IN_GALLERY_BYTES = 60 * 1024;
const GALLERY = 'templates/';
const SIZE = { width: 1440, height: 860 };

const shoot: Shoot = async (page, name, clip) => {
	const path = join(FOLDER, name);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, smallPng(await page.screenshot({ animations: 'disabled', clip })));
	const { size } = statSync(path);
	const allowed = name.startsWith(GALLERY) ? LARGEST_IN_GALLERY_BYTES : LARGEST_BYTES;
	if (size > allowed) throw new Error(`${name} has ${size} bytes; ${allowed} are allowed.`);
	console.log(`${name}: ${Math.round(size / 1024)} KB`);
};

/** Whatever there is; a picture of a template that is gone goes, too. */
function templatesToShow(): string[] {
	rmSync(join(FOLDER, GALLERY), { recursive: true, force: true });
	return readdirSync(TEMPLATES)
		.filter((file) => file.endsWith('.json'))
		.map((file) => file.replace(/\.json$/, ''))
		.sort();
}

async function take(world: World): Promise<void> {
	await replicate(world.run);
	await editInHubSpot(world.run);
	const editor = await EditorPage.logIn(findBrowser(), world.url, SIZE);
	const { page } = editor;
	try {
		const { id } = world.workflow(TO_HUBSPOT);
		await editor.openWorkflow(id, 11);
		await editor.awaitChecklist();
		await page.getByTestId('zoom-to-fit').click();
		// The dots of the canvas say nothing and make a third of the file.
		await page.addStyleTag({ content: '[data-test-id=canvas-background] { display: none }' });
		await page.mouse.move(SIZE.width / 2, 4);
		await page.waitForLoadState('networkidle');
		await shoot(page, 'orders-to-hubspot.png');

		const panel = await editor.openNode('Push orders');
		await panel.getByText('custom_fields').first().waitFor();
		await page.waitForLoadState('networkidle');
		await shoot(page, 'push-panel.png');

		await page.goto(world.sandboxes.tracker.url);
		await page.getByLabel('Deal of').first().waitFor();
		await page.setViewportSize({ width: 1680, height: 640 });
		await shoot(page, 'both-sides.png');
	} finally {
		await editor.close();
	}
	await shootHealthPage(world, shoot);
	await shootTemplates(world, templatesToShow(), shoot);
}

async function main(): Promise<void> {
	const n8nFolder = findN8n();
	if (n8nFolder === undefined) throw new Error('There is no n8n yet: run "npm start -- --once" first.');
	const world = await World.start(n8nFolder);
	await take(world).finally(async () => await world.stop());
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exit(1);
	},
);
