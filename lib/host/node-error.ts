import { NodeApiError, NodeOperationError, type Failure, type INode } from 'n8n-workflow';
import { asCrosslinkError, type CrosslinkError, type ErrorClass } from '../errors';

/** Failures of the other side or of the way to it; everything else is about this node's record or settings. */
const FROM_OUTSIDE: ReadonlySet<ErrorClass> = new Set(['transient', 'throttled', 'auth', 'unknown']);

/**
 * Turns anything thrown into the error n8n shows: our message as the headline, the remedy below it, the item it concerns,
 * and n8n's `failure`, by which its scheduler decides whether waiting helps.
 * The cause stays behind, because it may carry a request with its token.
 */
export function toNodeError(node: INode, thrown: unknown, itemIndex?: number): NodeApiError | NodeOperationError {
	const error = asCrosslinkError(thrown);
	const options = { description: error.remedy, itemIndex, failure: failureOf(error) };
	const nodeError = FROM_OUTSIDE.has(error.class)
		? new NodeApiError(
				node,
				{ message: error.message },
				{ ...options, message: error.message, httpCode: error.httpStatus?.toString() },
			)
		: new NodeOperationError(node, error.message, options);
	// n8n swaps a message with a known code in it (ECONNREFUSED, 429) for a text of its own that names no record.
	nodeError.message = error.message;
	nodeError.description = error.remedy;
	nodeError.context.class = error.class;
	nodeError.context.code = error.code;
	return nodeError;
}

/** The same where n8n shows the headline alone, as it does when a workflow could not be published: what to do is in it, too. */
export function toActivationError(node: INode, thrown: unknown): NodeApiError | NodeOperationError {
	const nodeError = toNodeError(node, thrown);
	nodeError.message = `${nodeError.message} ${nodeError.description ?? ''}`.trim();
	return nodeError;
}

function failureOf(error: CrosslinkError): Failure | undefined {
	switch (error.class) {
		case 'throttled':
			return { cause: 'rate-limited', retryAfterMs: error.retryAfterMs };
		case 'transient':
			return { cause: 'temporarily-unavailable', retryAfterMs: error.retryAfterMs };
		case 'auth':
			return { cause: 'credential-invalid' };
		case 'bug':
			return { cause: 'node-defect' };
		case 'rejected':
		case 'conflict':
		case 'unknown':
			return undefined;
	}
}
