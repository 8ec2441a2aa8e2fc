import type { VendorCall, VendorAnswer } from './endpoint';
import type { VendorError, ErrorDetail } from './vendor-error';

/** An error about some inputs of a batch, beside the results of the others. */
export interface ItemError {
	status: 'error';
	category: string;
	subCategory?: string;
	message: string;
	context: Record<string, string[]>;
	errors: ErrorDetail[];
	links: Record<string, string>;
}

export const itemError = (
	category: string,
	message: string,
	context: Record<string, string[]>,
	more: { subCategory?: string; errors?: ErrorDetail[] } = {},
): ItemError => ({ status: 'error', category, message, context, errors: [], links: {}, ...more });

/** The error of one input as an item, with the key under which the caller finds its input again. */
export const itemErrorOf = (error: VendorError, context: Record<string, string[]>): ItemError =>
	itemError(
		error.category,
		error.message,
		{ ...error.extras.context, ...context },
		{
			...(error.extras.errors ? { errors: error.extras.errors } : {}),
			...(error.extras.subCategory ? { subCategory: error.extras.subCategory } : {}),
		},
	);

/**
 * The batch envelope. Results come in reverse: the vendor promises no order, and a caller that matches by position
 * shall notice. With item errors the status is 207 as in the numbered versions, or the plain success status
 * when the stand-in was told so: the 2026-09 contract lists no 207 and carries errors in the normal answer.
 */
export function batchAnswer(call: VendorCall, status: number, results: unknown[], errors: ItemError[]): VendorAnswer {
	const at = call.state.timestamp();
	const body = { status: 'COMPLETE', results: results.toReversed(), startedAt: at, completedAt: at };
	if (errors.length === 0) return { status, body };
	return { status: call.partialStatus ?? status, body: { ...body, numErrors: errors.length, errors } };
}
