import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { N8nApi, NodeType, SavedWorkflow, WorkflowFile, WorkflowNode } from './n8n-api';
import { Problem } from './problem';

const SET_NODE = 'n8n-nodes-base.set';
const NOT_PUBLISHED: ReadonlySet<string> = new Set([
	'n8n-nodes-base.manualTrigger',
	'n8n-nodes-base.formTrigger',
	'n8n-nodes-crosslink.crosslinkPollTrigger',
]);
/** Credentials of systems the demo has none of, by type or name: a person chooses them before running such a template. */
const NOT_IN_THE_DEMO: ReadonlySet<string> = new Set([
	'postgres',
	'crosslinkDatabaseApi',
	'crosslinkLdapApi',
	'crosslinkOwnSystemApi',
	'crosslinkSapApi',
	'crosslinkSlackApi',
	'httpBasicAuth',
	'Directory look-up - Crosslink',
]);

/** The templates as n8n has them now, by file name without `.json`. */
export type Workflows = Map<string, SavedWorkflow>;

/**
 * Imports every template, with the given values in its "Settings" nodes, as a person would after the import.
 * Throws when a template still lacks a credential afterwards: then its name does not fit.
 */
export async function importTemplates(
	api: N8nApi,
	folder: string,
	settings: Record<string, string>,
): Promise<Workflows> {
	const workflows: Workflows = new Map();
	for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
		const template = JSON.parse(await readFile(join(folder, file), 'utf8')) as WorkflowFile;
		const saved = await api.importWorkflow(withSettings(template, settings));
		const lacking = saved.nodes.flatMap((node) => missingCredentials(node).map((name) => `${node.name}: ${name}`));
		if (lacking.length > 0) {
			throw new Problem(`The template ${file} found no credential for ${lacking[0]}.`, 'Create it under that name.');
		}
		workflows.set(file.replace(/\.json$/, ''), saved);
	}
	return workflows;
}

/**
 * Publishes what starts by itself. A workflow with only a manual start has nothing to publish; one that polls does what
 * another one does by webhook, and one of the two is enough; a form needs a credential that the demo has not, and so does
 * what speaks to other systems than the demo's.
 */
export async function publishTemplates(api: N8nApi, workflows: Workflows): Promise<number> {
	const startable = [...workflows.values()].filter(
		({ nodes }) => !nodes.some((node) => NOT_PUBLISHED.has(node.type) || unlinked(node).length > 0),
	);
	for (const workflow of startable) await api.publish(workflow);
	return startable.length;
}

/** The production URL of a workflow's webhook node of this type. */
export function webhookUrl(base: string, workflow: SavedWorkflow, type: NodeType): string {
	const node = workflow.nodes.find((each) => each.type === type.name);
	const webhook = type.webhooks?.[0];
	if (!node || !webhook) throw new Problem(`"${workflow.name}" has no webhook of ${type.name}.`, 'Import it again.');
	// n8n's own Webhook node takes its path from a parameter.
	const path = String(node.parameters.path ?? webhook.path);
	const full = webhook.isFullPath === true || node.parameters.path !== undefined;
	return `${base}/webhook/${full ? path : `${node.webhookId}/${path}`}`;
}

/** A copy with the values in the assignments of the same name of every Set node. */
export function withSettings(template: WorkflowFile, settings: Record<string, string>): WorkflowFile {
	const copy = structuredClone(template);
	for (const node of copy.nodes.filter(({ type }) => type === SET_NODE)) {
		const { assignments } = (node.parameters.assignments ?? {}) as {
			assignments?: Array<{ name: string; value: unknown }>;
		};
		for (const assignment of assignments ?? []) {
			const value = settings[assignment.name];
			if (value !== undefined) assignment.value = value;
		}
	}
	return copy;
}

function missingCredentials(node: WorkflowNode): string[] {
	return unlinked(node).flatMap(([type, { name }]) =>
		NOT_IN_THE_DEMO.has(type) || NOT_IN_THE_DEMO.has(name) ? [] : [name],
	);
}

function unlinked({ credentials = {} }: WorkflowNode) {
	return Object.entries(credentials).filter(([, { id }]) => id === null);
}
