import type { IExecuteFunctions } from 'n8n-workflow';
import type { RunReport } from '../sync/replication';

type ProgressContext = Pick<IExecuteFunctions, 'logger' | 'sendMessageToUI'>;

/**
 * Says how far a long run is: in n8n's log, and in the browser's console while a person watches. n8n itself shows
 * nothing of a node before it has ended.
 * @param what the run, e.g. `Reconcile order with hubspot`
 */
export function showProgress(context: ProgressContext, what: string, report: RunReport): void {
	const counts = Object.entries(report.counts).map(([name, count]) => `${count} ${name}`);
	const text = `${what}: ${[...counts, report.finished ? 'finished' : 'going on'].join(', ')}`;
	context.logger.info(text);
	context.sendMessageToUI(text);
}
