import type { IExecuteFunctions, INode } from 'n8n-workflow';

/**
 * A node that n8n has made a tool of an AI agent: its type has this ending (n8n's tool-generation). Newer agents let the
 * engine run the tool as a node of its own, whose context then says no to `isToolExecution`; older ones call it themselves.
 */
const TOOL_ENDING = 'Tool';

export function isToolNode(node: Pick<INode, 'type'>): boolean {
	return node.type.endsWith(TOOL_ENDING);
}

/** Whether an AI agent has asked for this run. */
export function runsAsTool(context: Pick<IExecuteFunctions, 'getNode'> & { isToolExecution?(): boolean }): boolean {
	return context.isToolExecution?.() === true || isToolNode(context.getNode());
}
