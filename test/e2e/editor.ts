import { findBrowser } from '../servers/chromium';
import { leftOut } from '../servers/left-out';
import { CONFIGURE, configureWorkflow } from './configure-workflow';
import { EditorPage } from './editor-page';
import type { World } from './world';
import { FROM_HUBSPOT, SET_UP, TO_HUBSPOT } from './world';

const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const executablePath = findBrowser();

/** n8n's editor in the machine's own browser; left out by name where there is none, unless CI=true. */
export function editorTests(what: string, world: () => World): void {
	if (!executablePath && !process.env.CI) {
		leftOut(what, 'no Chromium found');
		describe.skip(what, () => it.todo('needs a browser'));
		return;
	}
	describe(what, () => inBrowser(world));
}

function inBrowser(world: () => World): void {
	let editor: EditorPage;
	let configureId: string;

	beforeAll(async () => {
		const { api, sandboxes } = world();
		// Only the connected account has it: a list that shows it was read there.
		sandboxes.hubspot.account.addProperty('deals', 'route_code', { label: 'Route Code' });
		configureId = (await api.importWorkflow(configureWorkflow())).id;
		editor = await EditorPage.logIn(executablePath, world().url);
	}, 60_000);
	afterAll(async () => await editor?.close());

	it.each([SET_UP, TO_HUBSPOT, FROM_HUBSPOT])(
		'%s opens on the canvas with all its nodes and notes and not one issue',
		async (name) => {
			const { id, nodes } = world().workflow(name);
			const notes = nodes.filter(({ type }) => type === STICKY_NOTE);
			await editor.openWorkflow(id, nodes.length - notes.length);
			expect(await editor.page.getByTestId('canvas-node').count()).toBe(nodes.length - notes.length);
			expect(await editor.page.getByTestId('sticky').count()).toBe(notes.length);
			expect(await editor.issues.count()).toBe(0);
		},
	);

	it('a node that lacks something does carry a badge', async () => {
		const file = configureWorkflow();
		const [start, configure] = file.nodes;
		if (!start || !configure) throw new Error('The workflow has two nodes.');
		const lacking = { ...configure, parameters: { ...configure.parameters, integration: '' } };
		const { id } = await world().api.importWorkflow({ ...file, name: 'Lacking', nodes: [start, lacking] });
		await editor.openWorkflow(id, 2);
		await editor.issues.first().waitFor();
	});

	it('the panel of a push lists the entities of the account and shows its credential', async () => {
		await editor.openWorkflow(world().workflow(TO_HUBSPOT).id, 11);
		const panel = await editor.openNode('Push orders');
		expect(await editor.choices('entity')).toEqual([
			expect.stringMatching(/^Order\s+Kept as deals in HubSpot$/),
			expect.stringMatching(/^Company\s+Kept as companies/),
			expect.stringMatching(/^Contact\s+Kept as contacts/),
		]);
		expect(await panel.getByTestId('node-credentials-select').first().locator('input').inputValue()).toBe(
			'HubSpot - Crosslink',
		);
		await editor.closeNode();
	});

	it('the panel of the trigger lists them too, and shows the URL to give to HubSpot', async () => {
		const { id, nodes } = world().workflow(FROM_HUBSPOT);
		await editor.openWorkflow(id, nodes.filter(({ type }) => type !== STICKY_NOTE).length);
		const panel = await editor.openNode('HubSpot has changed');
		expect(await editor.choices('entities')).toHaveLength(3);
		await panel.getByText('Webhook URLs').click();
		await panel.getByTestId('radio-button-production').click();
		await panel.getByText(world().sandboxes.hubspot.webhooks.target ?? 'no target').waitFor();
		await editor.closeNode();
	});

	it('the form of the settings lists pipelines, stages and properties of the connected account', async () => {
		await editor.openWorkflow(configureId, 2);
		expect(await editor.issues.count()).toBe(0);
		const panel = await editor.openNode(CONFIGURE);
		expect(await editor.choices('pipeline')).toEqual(['Leave as It Is', 'Sales Pipeline']);
		expect(await editor.choices('stage')).toContain('Sales Pipeline: Contract Sent');
		await panel.getByTestId('fixed-collection-add').first().click();
		const properties = await editor.choices('external');
		expect(properties).toContainEqual(expect.stringMatching(/^Route Code \(route_code\)/));
		expect(properties).toContainEqual(expect.stringMatching(/^Create Date \(createdate\).*read only/s));
	});

	it('and through all of it the editor asked no other host', () => {
		expect(editor.asked).toEqual([]);
	});
}
