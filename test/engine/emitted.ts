import { DatabaseSync } from 'node:sqlite';
import {
	createRunExecutionData,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type IRun,
	type ITriggerFunctions,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { additionalDataFor, core, workflowOf, type Given } from './harness';
import type { World } from './world';

export interface Execution {
	run: IRun;
	/** JSON of what each node gave out, by name. */
	json(node: string): IDataObject[];
}

/** Runs the execution that n8n starts with what a trigger emitted: the trigger node, then these. */
export async function runEmitted(
	given: Given,
	trigger: INode,
	items: INodeExecutionData[],
	options: { executionId: string; mode?: WorkflowExecuteMode; then?: INode[] },
): Promise<Execution> {
	const { executionId, mode = 'trigger' } = options;
	const { workflow, additionalData } = executionOf(given, trigger, executionId, mode, options.then);
	const node = workflow.getNode(trigger.name) as INode;
	const data = createRunExecutionData({
		executionData: { nodeExecutionStack: [{ node, data: { main: [items] }, source: null }] },
	});
	const run = await new core.WorkflowExecute(additionalData, mode, data).processRunExecutionData(workflow);
	return {
		run,
		json: (name) => {
			const output = run.data.resultData.runData[name]?.at(-1)?.data?.main?.[0];
			return (output ?? []).map(({ json }) => json);
		},
	};
}

/** An execution that has begun and whose process is then never heard of: the trigger's `execute()`, and no end. */
export async function beginAndDie(
	given: Given,
	trigger: INode,
	items: INodeExecutionData[],
	executionId: string,
): Promise<INodeExecutionData[]> {
	const { workflow, additionalData } = executionOf(given, trigger, executionId, 'trigger');
	const node = workflow.getNode(trigger.name) as INode;
	const data = createRunExecutionData({});
	const input = { main: [items] };
	const context = new core.ExecuteContext(
		...([workflow, node, additionalData, 'trigger', data, 0, items, input] as const),
		{ node, data: input, source: null },
		[],
	);
	const type = given.pack.nodeTypes.getByNameAndVersion(trigger.type, 1);
	return ((await type.execute?.call(context)) as INodeExecutionData[][])[0] ?? [];
}

export interface Published {
	/** Items of each execution that was started. */
	emitted: INodeExecutionData[][];
	unpublish(): Promise<void>;
}

/** Publishes the trigger, as n8n's leader does. `starting` is asked before each execution, and may throw as n8n may. */
export async function publish(given: Given, trigger: INode, starting = (): void => {}): Promise<Published> {
	const emitted: INodeExecutionData[][] = [];
	const { workflow, additionalData } = executionOf(given, trigger, '0', 'trigger');
	const emit: ITriggerFunctions['emit'] = (data) => {
		starting();
		emitted.push(...data);
	};
	const node = workflow.getNode(trigger.name) as INode;
	const context = new core.TriggerContext(workflow, node, additionalData, 'trigger', 'activate', emit);
	const type = given.pack.nodeTypes.getByNameAndVersion(trigger.type, 1);
	const response = await type.trigger?.call(context);
	return { emitted, unpublish: async () => await response?.closeFunction?.() };
}

/** Publishes the trigger and takes it down again once it has looked for what was left over. */
export async function publishShortly(given: Given, trigger: INode): Promise<INodeExecutionData[][]> {
	const { emitted, unpublish } = await publish(given, trigger);
	await unpublish();
	return emitted;
}

function executionOf(
	given: Given,
	trigger: INode,
	executionId: string,
	mode: WorkflowExecuteMode,
	then: INode[] = [],
): { workflow: ReturnType<typeof workflowOf>; additionalData: IWorkflowExecuteAdditionalData } {
	const workflow = workflowOf(given, [trigger, ...then]);
	const additionalData = additionalDataFor(given.credentials, { executionId });
	additionalData.hooks = new core.ExecutionLifecycleHooks(mode, executionId, {
		id: 'workflow',
		name: 'Test',
		active: true,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	} as ConstructorParameters<typeof core.ExecutionLifecycleHooks>[2]);
	return { workflow, additionalData };
}

/** As if a long time had gone by: every lease is over, and what waits for its next emission waits no more. */
export function letTimePass(world: World): void {
	const database = new DatabaseSync(world.storeFile);
	database.exec('UPDATE event_delivery SET due_at = since WHERE done_at IS NULL');
	database.close();
}
