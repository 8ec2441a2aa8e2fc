import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { CrosslinkError } from '../../../lib/errors';
import { toNodeError } from '../../../lib/host/node-error';
import type { ItemResult } from './operation';

/**
 * Results as n8n's items, in input order and paired. Without "continue on fail" the first failure stops the node, after
 * everything else has been settled; with it a failed item goes on, to the error output where the node has one.
 */
export function emit(context: IExecuteFunctions, results: ItemResult[]): INodeExecutionData[] {
	const ordered = [...results].sort((a, b) => a.index - b.index);
	const failed = ordered.filter(({ error }) => error !== undefined);
	if (failed.length > 0 && !context.continueOnFail()) {
		throw toNodeError(context.getNode(), stopping(failed, ordered.length), failed[0]?.index);
	}
	const hasErrorOutput = context.getNode().onError === 'continueErrorOutput';
	return ordered.map(({ index, json, binary, error }) => ({
		json: error !== undefined && hasErrorOutput ? forErrorOutput(json, error) : json,
		...(binary === undefined ? {} : { binary }),
		pairedItem: { item: index },
	}));
}

/**
 * n8n sends an item to the error output when its JSON has no other keys than these, and adds the input item's fields.
 * The item's own `error` would do it too, but then n8n keeps nothing of the JSON but the message.
 */
function forErrorOutput(json: IDataObject, error: CrosslinkError): IDataObject {
	return { error: { ...error.toPlain() }, message: error.message, details: json };
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
