import type { INodeTypeDescription } from 'n8n-workflow';

import type { Execution, SavedWorkflow } from '../../quickstart/n8n-api';
import { N8nApi } from '../../quickstart/n8n-api';
import { itemsOf } from '../../quickstart/run-data';

/** What the tests ask of n8n beyond what the quickstart does. */
export class EditorApi extends N8nApi {
	async workflows(): Promise<Array<Pick<SavedWorkflow, 'id' | 'name' | 'active'>>> {
		return await this.call('GET', '/rest/workflows');
	}

	/** A workflow as it is saved, nodes included. */
	async workflow(id: string): Promise<SavedWorkflow> {
		return await this.call('GET', `/rest/workflows/${id}`);
	}

	/** What the editor's "Save" does; n8n links credentials by type and name here too. */
	async save(workflow: SavedWorkflow): Promise<SavedWorkflow> {
		const { name, nodes, connections, settings, versionId } = workflow;
		return await this.call('PATCH', `/rest/workflows/${workflow.id}`, {
			...{ name, nodes, connections, settings, versionId },
		});
	}

	async unpublish(workflow: Pick<SavedWorkflow, 'id'>): Promise<void> {
		await this.call('POST', `/rest/workflows/${workflow.id}/deactivate`, {});
	}

	/** Other values for a credential that is there, as a person fills them in. */
	async fillIn(name: string, type: string, data: Record<string, unknown>): Promise<void> {
		const all = await this.call<Array<{ id: string; name: string; type: string }>>('GET', '/rest/credentials');
		const found = all.find((one) => one.name === name && one.type === type);
		if (!found) throw new Error(`There is no credential ${name} of type ${type}.`);
		await this.call('PATCH', `/rest/credentials/${found.id}`, { name, type, data });
	}

	/** All node types that this n8n knows, in all their versions. */
	async descriptions(): Promise<INodeTypeDescription[]> {
		return await this.raw('GET', '/types/nodes.json');
	}

	/** Executions of a workflow that began after all of the given ones, which may be the latest only; with their data. */
	async newerThan(earlier: readonly Execution[], workflowId: string): Promise<Execution[]> {
		const latest = Math.max(0, ...earlier.map(({ id }) => Number(id)));
		const newer = (await this.executions(workflowId)).filter(({ id }) => Number(id) > latest);
		return await Promise.all(newer.map(async ({ id }) => await this.execution(id)));
	}
}

/** The items a node gave at one of its outputs, over several executions. */
export function itemsAcross(executions: Execution[], node: string, output = 0): Array<Record<string, unknown>> {
	return executions.flatMap(({ data }) => itemsOf(data, node, output));
}
