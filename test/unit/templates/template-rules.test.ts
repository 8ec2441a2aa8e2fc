import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const folder = join(__dirname, '../../../workflows-templates');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** The names docs and templates share, so that n8n links a user's credential by itself. */
const CREDENTIAL_NAMES: Record<string, string[]> = {
	crosslinkHubSpotApi: ['HubSpot - Crosslink'],
	crosslinkDatabaseApi: ['Orders database - Crosslink'],
	crosslinkOwnSystemApi: ['Your system - Crosslink'],
	crosslinkSlackApi: ['Slack - Crosslink'],
	crosslinkSapApi: ['SAP - Crosslink'],
	crosslinkLdapApi: ['Directory - Crosslink'],
	httpHeaderAuth: ['Tracker webhook - Crosslink', 'Tracker API - Crosslink', 'Directory look-up - Crosslink'],
	httpBasicAuth: ['Set-up form - Crosslink', 'Health page - Crosslink', 'SAP stock - Crosslink'],
	postgres: ['Orders database - Crosslink'],
};

/** Node types and newest versions that exist in n8n 2.41 and in n8n 3. */
const NODE_VERSIONS: Record<string, number> = {
	'n8n-nodes-crosslink.crosslink': 1,
	'n8n-nodes-crosslink.crosslinkPollTrigger': 1,
	'n8n-nodes-crosslink.crosslinkTrigger': 2,
	'n8n-nodes-base.convertToFile': 1.1,
	'n8n-nodes-base.filter': 2.3,
	// Later ones answer by a page that waits, and a waiting execution is saved with the secrets that were entered.
	'n8n-nodes-base.formTrigger': 2.1,
	'n8n-nodes-base.httpRequest': 4.5,
	'n8n-nodes-base.manualTrigger': 1,
	'n8n-nodes-base.noOp': 1,
	'n8n-nodes-base.postgres': 2.7,
	'n8n-nodes-base.respondToWebhook': 1.5,
	'n8n-nodes-base.scheduleTrigger': 1.4,
	'n8n-nodes-base.set': 3.5,
	'n8n-nodes-base.splitOut': 1,
	'n8n-nodes-base.stickyNote': 1,
	'n8n-nodes-base.summarize': 1.1,
	'n8n-nodes-base.switch': 3.4,
	'n8n-nodes-base.wait': 1.1,
	'n8n-nodes-base.webhook': 2.1,
};

/** One address for all of HubSpot's customers. */
const HUBSPOT_CLOUD = 'https://api.hubapi.com';

const templateSchema = z
	.object({
		name: z.string().startsWith('Crosslink: '),
		nodes: z.array(
			z
				.object({
					id: z.string().uuid(),
					name: z.string().min(1),
					type: z.string(),
					typeVersion: z.number(),
					position: z.tuple([z.number(), z.number()]),
					parameters: z.record(z.unknown()),
					credentials: z.record(z.object({ id: z.null(), name: z.string() }).strict()).optional(),
				})
				.passthrough(),
		),
		connections: z.record(z.object({ main: z.array(z.array(z.object({ node: z.string() }).passthrough())) })),
		settings: z.object({ executionOrder: z.literal('v1') }).passthrough(),
		pinData: z.object({}).strict(),
		meta: z.object({ templateCredsSetupCompleted: z.literal(false) }).strict(),
	})
	.strict();

describe.each(files)('template %s', (file) => {
	const text = readFileSync(join(folder, file), 'utf8');
	const template = templateSchema.parse(JSON.parse(text));
	const working = template.nodes.filter((node) => node.type !== 'n8n-nodes-base.stickyNote');

	it('holds no secret, token or address of anybody', () => {
		// A field that hides what is typed is no password.
		expect(text.replaceAll('"fieldType": "password"', '')).not.toMatch(
			/pat-[a-z0-9]+-|Bearer [A-Za-z0-9]{8,}|whsec_|"password"/,
		);
		const addresses = text.match(/https?:\/\/[^"\s)}]+/g) ?? [];
		const allowed = (address: string) => address.startsWith('http://127.0.0.1:') || address === HUBSPOT_CLOUD;
		expect(addresses.filter((address) => !allowed(address))).toEqual([]);
	});

	it('uses current versions of nodes that n8n 2 and n8n 3 have', () => {
		const outdated = template.nodes.filter((node) => NODE_VERSIONS[node.type] !== node.typeVersion);
		expect(outdated.map((node) => `${node.type} ${node.typeVersion}, newest ${NODE_VERSIONS[node.type]}`)).toEqual([]);
	});

	it('names its credentials as the docs do', () => {
		for (const node of working) {
			for (const [type, credential] of Object.entries(node.credentials ?? {})) {
				expect(CREDENTIAL_NAMES[type]).toContain(credential.name);
			}
		}
	});

	it('says in its first note what it does, for whom, and how to set it up', () => {
		const about = template.nodes.find((node) => node.name === 'About this workflow');
		for (const part of ['**What**', '**For whom**', '**Set up**', '1. ']) {
			expect(about?.parameters.content).toContain(part);
		}
	});

	it('connects every node, and only nodes that are there', () => {
		const names = new Set(working.map((node) => node.name));
		// n8n imports no file in which two nodes, notes included, have one name.
		expect(new Set(template.nodes.map(({ name }) => name)).size).toBe(template.nodes.length);
		const targets = Object.values(template.connections).flatMap(({ main }) => main.flat().map(({ node }) => node));
		const sources = Object.keys(template.connections);
		expect([...targets, ...sources].filter((name) => !names.has(name))).toEqual([]);
		expect(working.filter((node) => !targets.includes(node.name) && !sources.includes(node.name))).toEqual([]);
	});

	it('saves no execution that somebody typed a secret into, neither in the end nor while it waits', () => {
		const typed = template.nodes.filter((node) => JSON.stringify(node.parameters).includes('"fieldType":"password"'));
		if (typed.length === 0) return;
		expect(template.settings).toMatchObject({
			...{ saveDataSuccessExecution: 'none', saveDataErrorExecution: 'none' },
			...{ saveManualExecutions: false, saveExecutionProgress: false },
		});
		const waiting = template.nodes.filter(({ type }) => ['n8n-nodes-base.form', 'n8n-nodes-base.wait'].includes(type));
		expect(waiting).toEqual([]);
		expect(typed.map((node) => node.parameters.authentication)).not.toContain('none');
	});

	it('gives each node that can fail on single records an error path', () => {
		const PER_RECORD = ['push', 'sync', 'retry', 'import'];
		const perRecord = working.filter((node) => PER_RECORD.includes(String(node.parameters.operation)));
		for (const node of perRecord) {
			expect(node.onError).toBe('continueErrorOutput');
			expect(template.connections[node.name]?.main[1]).toHaveLength(1);
		}
	});
});

it('there are templates to look at', () => {
	expect(files.length).toBeGreaterThanOrEqual(3);
});
