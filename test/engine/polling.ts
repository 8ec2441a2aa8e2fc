import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { additionalDataFor, core, packNode, PACK, workflowOf, type Given } from './harness';

export function pollNode(given: Given, parameters: INodeParameters): INode {
	return packNode(
		given,
		'Poll',
		{ integration: 'hubspot', ...parameters },
		{ type: `${PACK}.crosslinkPollTrigger`, id: 'poll-node' },
	);
}

/**
 * One poll, as n8n does it when its time has come: the items of the execution it starts, or null.
 * @param budgetMs what n8n grants it; left out = what it grants outside its durable polls
 */
export async function pollOnce(given: Given, node: INode, budgetMs?: number): Promise<INodeExecutionData[] | null> {
	const workflow = workflowOf(given, [node]);
	const stored = workflow.getNode(node.name) as INode;
	const context = new core.PollContext(workflow, stored, additionalDataFor(given.credentials), 'trigger', 'activate');
	if (budgetMs !== undefined) Object.assign(context, { getPollBudgetMs: () => budgetMs });
	const found = await given.pack.nodeTypes.getByNameAndVersion(node.type, 1).poll?.call(context);
	return found?.[0] ?? null;
}
