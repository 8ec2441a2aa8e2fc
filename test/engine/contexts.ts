import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { additionalDataFor, core, packNode, workflowOf, type Given } from './harness';

/** n8n's own execute context of a Crosslink node, for tests of the bridge to its helpers. */
export function executeContext(given: Given): IExecuteFunctions {
	const workflow = workflowOf(given, [packNode(given, 'Crosslink', {})]);
	const node = workflow.getNode('Crosslink') as INode;
	const items = { main: [[]] };
	return new core.ExecuteContext(
		workflow,
		node,
		additionalDataFor(),
		'manual',
		null as never,
		0,
		[],
		items,
		{ node, data: items, source: null },
		[],
	);
}
