import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { Client } from 'pg';

import type { SavedWorkflow, WorkflowFile } from '../../quickstart/n8n-api';
import { executionRows, replicate } from '../../quickstart/replicate';
import { isRight } from '../../quickstart/report';
import { itemsAcross } from './editor-api';
import type { World } from './world';
import { TEMPLATES } from './world';

const files = readdirSync(TEMPLATES).filter((name) => name.endsWith('.json'));

type FillArguments = Parameters<typeof NodeHelpers.getNodeParameters>;

/** What keeps a node from running, in the editor's words. */
function issuesOf(workflow: SavedWorkflow, types: INodeTypeDescription[]): string[] {
	return workflow.nodes.flatMap((node) => {
		const type = types.find(
			({ name, version }) => name === node.type && [version].flat().some((each) => each === node.typeVersion),
		);
		if (!type) return [`${node.name}: unknown type ${node.type} ${node.typeVersion}`];
		const unlinked = Object.values(node.credentials ?? {}).filter(({ id }) => id === null);
		// The editor, and the server too, fill in what a file leaves at its default before they look.
		const filled = NodeHelpers.getNodeParameters(
			...([type.properties, node.parameters, true, false, node as unknown as INode, type] as FillArguments),
		);
		const whole = { ...node, parameters: filled ?? {} } as unknown as INode;
		const { parameters = {} } = NodeHelpers.getNodeParametersIssues(type.properties, whole, type) ?? {};
		return [
			...unlinked.map(({ name }) => `${node.name}: no credential ${name}`),
			...Object.values(parameters)
				.flat()
				.map((issue) => `${node.name}: ${issue}`),
		];
	});
}

export function templateTests(world: () => World): void {
	const imported = new Map<string, SavedWorkflow>();
	let types: INodeTypeDescription[];

	beforeAll(async () => {
		types = await world().api.descriptions();
	});

	it.each(files)('%s comes through the editor’s import without an issue', async (file) => {
		const { api } = world();
		const saved = await api.workflow(world().workflow(file.replace(/\.json$/, '')).id);
		expect(issuesOf(saved, types)).toEqual([]);
	});

	// Of one file n8n's command takes only what has an id, and an id would overwrite what a user has made of the template.
	it('all come through `n8n import:workflow --separate` without a word of warning', async () => {
		const { api } = world();
		const before = new Set((await api.workflows()).map(({ id }) => id));
		const { code, output } = await world().cli('import:workflow', '--separate', `--input=${TEMPLATES}`);
		expect({ code, output }).toMatchObject({
			...{ code: 0, output: expect.stringContaining(`Successfully imported ${files.length} workflows`) },
		});
		expect(output).not.toMatch(/warn|error|deprecat|fail|skip/i);
		const added = (await api.workflows()).filter(({ id }) => !before.has(id));
		for (const { id } of added) {
			const saved = await api.workflow(id);
			imported.set(saved.name, saved);
		}
		expect(added).toHaveLength(files.length);
	}, 120_000);

	it.each(files)('%s, imported that way, is whole, and without an issue once it is saved', async (file) => {
		const template = JSON.parse(readFileSync(join(TEMPLATES, file), 'utf8')) as WorkflowFile;
		const fromFile = imported.get(template.name);
		expect(fromFile?.active).toBe(false);
		const saved = await world().api.save(fromFile as SavedWorkflow);
		expect(issuesOf(saved, types)).toEqual([]);
		expect(saved.nodes.map(({ name }) => name).sort()).toEqual(template.nodes.map(({ name }) => name).sort());
	});

	it('all together replicate 8 companies and 25 orders into HubSpot', async () => {
		const rows = [...(await replicate(world().run)), ...(await executionRows(world().run))];
		expect(rows.filter((row) => !isRight(row))).toEqual([]);
		const { hubspot, tracker } = world().sandboxes;
		expect(tracker.orders()).toHaveLength(25);
		const first = hubspot.account.find('deals', 'dealname', 'Dosing pumps, series 4')[0];
		expect(first?.properties).toMatchObject({ amount: '18450', crosslink_id: expect.stringContaining('1001') });
	});
}

/** Comes last: its links are not those of the demo. */
export function importTests(world: () => World): void {
	it('legacy-links-import.json adopts the ids of an orders table, and reports the row it cannot', async () => {
		const { database, sandboxes, api, run } = world();
		const deal = (name: string) =>
			sandboxes.hubspot.account.create('deals', { dealname: name, dealstage: 'contractsent', pipeline: 'default' });
		const [one, two] = [deal('Legacy one'), deal('Legacy two')];
		const { host, port, user, password } = database;
		const client = new Client({ host, port, user, password, database: database.database });
		await client.connect();
		await client.query(
			'CREATE TABLE orders (id text PRIMARY KEY, hubspot_deal_id text, current_hubspot_gate text, hubspot_last_synced_at timestamptz)',
		);
		await client.query(
			"INSERT INTO orders (id, hubspot_deal_id) VALUES ('L1', $1), ('L2', $2), ('L3', '99999999999'), ('L4', NULL)",
			[one.id, two.id],
		);
		await client.end();

		const workflow = world().workflow('legacy-links-import');
		const execution = await api.finished(await api.run(workflow, 'Start'), run.signal);
		expect(execution.status).toBe('success');
		expect(itemsAcross([execution], 'Go on behind this page')).toMatchObject([{ after: 'L3' }]);
		expect(itemsAcross([execution], 'Why not')).toMatchObject([{ order: 'L3', hubspot_deal_id: '99999999999' }]);
		expect(itemsAcross([execution], 'Adopt the deals')).toMatchObject([{ summary: { adopted: 2, notAdopted: 1 } }]);
		for (const { id } of [one, two]) sandboxes.hubspot.account.archive('deals', id);
	});
}
