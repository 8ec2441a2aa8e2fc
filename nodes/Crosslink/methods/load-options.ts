import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ExternalSchema } from '../../../lib/adapters/adapter';
import { requireCapability } from '../../../lib/adapters/capability';
import { integrations, type IntegrationEntry } from '../../../lib/adapters/registry';
import { connectedFor, currentEntity, currentText } from './connected-for';
import { isToolNode } from '../../../lib/host/tool';
import { allowsAiTools, describedModule } from './described-module';

/** Operations on records that write to the other side, or say what would be written. */
const WRITES = ['push', 'sync', 'preview', 'retry'];

/** Records and links have another system on their other side, which must be one that can be written to, no channel to people; settings there are for each. */
export async function getIntegrations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const resource = currentText(this, 'resource');
	const linked = resource !== 'integration';
	const written = resource === 'record' && WRITES.includes(currentText(this, 'operation'));
	return integrations
		.filter(({ ownSystem, notifies }) => !linked || (ownSystem !== true && notifies !== true))
		.filter(({ readOnly }) => !written || readOnly !== true)
		.map(({ integration, displayName }) => ({ name: displayName, value: integration }));
}

/** Every integration, your own system's too: a report tells of all. */
export async function getReportedIntegrations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return integrations.map(({ integration, displayName }) => ({ name: displayName, value: integration }));
}

/** Systems that carry out commands; a tool of an AI agent is not offered those whose vendor restricts it, unless allowed. */
export async function getCommandIntegrations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const offered: INodePropertyOptions[] = [];
	for (const entry of integrations.filter(({ commands }) => commands === true)) {
		if (isToolNode(this.getNode()) && entry.aiTool === 'optIn' && !(await allowsAiTools(this, entry))) continue;
		offered.push({ name: entry.displayName, value: entry.integration });
	}
	return offered;
}

/** What the chosen integration can be told to do; needs no connection. */
export async function getCommands(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const module = await describedModule(this);
	return (module?.commands ?? []).map(({ command, displayName, description }) => ({
		name: displayName,
		value: command,
		description,
	}));
}

/** Systems that answer questions. */
export async function getQueryIntegrations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return integrations
		.filter(({ queries }) => queries === true)
		.map(({ integration, displayName }) => ({ name: displayName, value: integration }));
}

/** What the chosen integration can be asked; needs no connection. */
export async function getQueries(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const module = await describedModule(this);
	return (module?.queries ?? []).map(({ query, displayName, description }) => ({
		name: displayName,
		value: query,
		description,
	}));
}

/**
 * The entities every account has, and those the tenant has added. Without a working connection, only the former.
 * Your own system knows none by itself: without settings those of the other systems are offered, which are your words.
 */
export async function getEntities(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const entry = integrations.find(({ integration }) => integration === currentText(this, 'integration'));
	// Nothing is chosen yet, or an expression that has no value here.
	if (entry === undefined) return [];
	try {
		const mapped = await connectedFor(this, async ({ bindings }) =>
			[...bindings.values()].map(({ entity, displayName, object }) => ({
				name: displayName,
				value: entity,
				description: `Kept as ${object} in ${entry.displayName}`,
			})),
		);
		return mapped.length === 0 ? builtInOf(entry) : mapped;
	} catch (thrown) {
		this.logger.debug(`Crosslink lists only the built-in entities: ${thrown instanceof Error ? thrown.message : ''}`);
		return builtInOf(entry);
	}
}

function builtInOf(entry: IntegrationEntry): INodePropertyOptions[] {
	const entities = entry.webhooks && entry.ownSystem ? integrations.flatMap((one) => one.entities) : entry.entities;
	const names = new Map(entities.map(({ entity, displayName }) => [entity, displayName]));
	return [...names].map(([value, name]) => ({ name, value }));
}

/** The same, for forms in which nothing needs to be chosen. */
export async function getEntitiesOrNone(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return [{ name: 'None', value: '' }, ...(await getEntities.call(this))];
}

/** Fields of the connected account that can be written, read live. */
export async function getExternalFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { fields } = await currentSchema(this);
	return fields
		.map(({ name, label, type, readOnly, unique }) => ({
			name: `${label} (${name})`,
			value: name,
			description: [type, unique ? 'unique' : '', readOnly ? 'read only: pull only' : ''].filter(Boolean).join(', '),
		}))
		.sort((a, b) => a.name.localeCompare(b.name));
}

/** n8n marks an empty value red unless the list has it. */
const AS_IT_IS: INodePropertyOptions = { name: 'Leave as It Is', value: '' };

export async function getPipelines(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { pipelines } = await currentSchema(this);
	return [AS_IT_IS, ...pipelines.map(({ value, label }) => ({ name: label, value }))];
}

/** Stages of the chosen pipeline; of all pipelines while none is chosen. */
export async function getStages(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { pipelines } = await currentSchema(this);
	const chosen = currentText(this, 'pipeline');
	const stages = pipelines
		.filter(({ value }) => chosen === '' || value === chosen)
		.flatMap((pipeline) =>
			pipeline.stages.map(({ value, label }) => ({
				name: chosen === '' ? `${pipeline.label}: ${label}` : label,
				value,
			})),
		);
	return [AS_IT_IS, ...stages];
}

async function currentSchema(context: ILoadOptionsFunctions): Promise<ExternalSchema> {
	return await connectedFor(context, async (connected) => {
		const { object } = currentEntity(context, connected);
		return await requireCapability(connected.integration, connected.adapter, 'describe')(object);
	});
}
