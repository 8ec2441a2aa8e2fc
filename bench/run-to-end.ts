import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nApi, SavedWorkflow } from '../quickstart/n8n-api';
import { errorOf } from '../quickstart/run-data';

const RUNNING: ReadonlySet<string> = new Set(['new', 'running', 'waiting', 'unknown']);

export interface EndedRun {
	seconds: number;
	/** As n8n answers it: see `itemsOf`. */
	data: string | undefined;
}

/**
 * Runs a workflow by its node "Start" to its end and asks for nothing but the list of executions meanwhile: an execution's own
 * page brings all its items each time.
 * @throws Error when it takes longer than `maxMs` or does not end in success
 */
export async function runToEnd(
	api: N8nApi,
	workflow: SavedWorkflow,
	{ maxMs, pollMs }: { maxMs: number; pollMs: number },
): Promise<EndedRun> {
	const start = performance.now();
	const id = await api.run(workflow, 'Start');
	for (;;) {
		// An n8n that is busy with a thousand calls at once drops a connection now and then.
		const executions = await api.executions(workflow.id).catch(() => []);
		const execution = executions.find((one) => one.id === id);
		if (execution && !RUNNING.has(execution.status)) break;
		if (performance.now() - start > maxMs) throw new Error(`${workflow.name} did not end.`);
		await sleep(pollMs);
	}
	const seconds = (performance.now() - start) / 1000;
	const { status, data } = await api.execution(id);
	if (status !== 'success') throw new Error(`${workflow.name} ended with ${status}: ${errorOf(data)}`);
	return { seconds, data };
}
