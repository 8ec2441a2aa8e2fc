import { itemError, type ItemError } from '../http/batch-answer';
import type { VendorCall } from '../http/endpoint';
import type { JsonObject } from '../http/reading';

const idsOf = (input: JsonObject): Record<string, string[]> => ({
	...(typeof input.id === 'string' ? { ids: [input.id] } : {}),
	...(typeof input.objectWriteTraceId === 'string' ? { objectWriteTraceId: [input.objectWriteTraceId] } : {}),
});

/** Takes out the inputs that a `perItemErrors` fault names, with an error for each. */
export function faultedInputs(call: VendorCall, inputs: JsonObject[]): { inputs: JsonObject[]; errors: ItemError[] } {
	const fault = call.itemFault;
	if (!fault) return { inputs, errors: [] };
	const failing = inputs.filter((_, index) => fault.inputs.includes(index));
	const category = fault.category ?? 'VALIDATION_ERROR';
	const message = fault.message ?? 'This record could not be written';
	return {
		inputs: inputs.filter((_, index) => !fault.inputs.includes(index)),
		errors: failing.map((input) => itemError(category, message, idsOf(input))),
	};
}
