import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { CrosslinkError } from '../../../lib/errors';
import { toNodeError } from '../../../lib/host/node-error';
import type { ItemResult } from './operation';

/**
 * Results as n8n's items, in input order and paired. With "continue on fail" a failed item carries its error, which sends
 * it to the error output; without, the first failure stops the node, after everything else has been settled.
 */
export function emit(context: IExecuteFunctions, results: ItemResult[]): INodeExecutionData[] {
	const ordered = [...results].sort((a, b) => a.index - b.index);
	const failed = ordered.filter(({ error }) => error !== undefined);
	if (failed.length > 0 && !context.continueOnFail()) {
		throw toNodeError(context.getNode(), stopping(failed, ordered.length), failed[0]?.index);
	}
	return ordered.map(({ index, json, error }) => ({
		json,
		pairedItem: { item: index },
		...(error === undefined ? {} : { error: toNodeError(context.getNode(), error, index) }),
	}));
}

/** The first failure, with a word on the others when there are any. */
function stopping(failed: ItemResult[], total: number): CrosslinkError | undefined {
	const first = failed[0]?.error;
	if (first === undefined || total === 1) return first;
	const done = total - failed.length;
	return new CrosslinkError({
		class: first.class,
		code: first.code,
		message: first.message,
		remedy:
			`${first.remedy} In all, ${failed.length} of ${total} items failed; ${done} went through and will not be repeated ` +
			'by another run. Set "On Error" to "Continue (using error output)" to let those go on.',
		retryAfterMs: first.retryAfterMs,
		httpStatus: first.httpStatus,
	});
}
