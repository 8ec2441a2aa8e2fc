import type { Claims, PreparedWrite } from '../account/records';
import { requireUnique } from '../account/write-check';
import { batchAnswer } from '../http/batch-answer';
import type { Endpoint } from '../http/endpoint';
import { asString, batchInputs, optionalString, propertyValues } from '../http/reading';
import { writtenView } from '../http/record-view';
import { invalid, VendorError, vendorError } from '../http/vendor-error';
import { faultedInputs } from './faulted-inputs';
import { batch, MAX_BATCH, refuseDuplicates, traced } from './object-batches';
import { typeOf, writeScope } from './object-lookup';

/** A value that another record holds makes the whole batch a conflict here, unlike in create and update. */
function asConflict(error: unknown): unknown {
	const clash =
		error instanceof VendorError && error.extras.errors?.some((one) => one.code === 'CONFLICTING_UNIQUE_VALUE');
	return clash ? vendorError(409, 'CONFLICT', (error as VendorError).message, (error as VendorError).extras) : error;
}

const upsert: Endpoint = {
	method: 'POST',
	paths: batch('upsert'),
	scopes: writeScope,
	handle(call) {
		const type = typeOf(call);
		const { records, rules } = call.state;
		const all = batchInputs(call.body, MAX_BATCH);
		const keys = all.map((input, index) => {
			const idProperty = optionalString(input.idProperty, `inputs[${index}].idProperty`);
			if (idProperty === undefined) throw invalid(`inputs[${index}].idProperty is required`);
			requireUnique(type, idProperty, rules);
			const id = asString(input.id, `inputs[${index}].id`).trim();
			if (id === '') throw invalid(`inputs[${index}].id must not be empty`);
			return { idProperty, id: idProperty === 'email' ? id.toLowerCase() : id };
		});
		if (new Set(keys.map((key) => key.idProperty)).size > 1) {
			throw invalid('All inputs of one batch must use the same idProperty');
		}
		refuseDuplicates(keys.map((key) => key.id));
		const keyOf = new Map(all.map((input, index) => [input, keys[index]]));
		const { inputs, errors } = faultedInputs(call, all);
		const claims: Claims = new Map();
		const ready: Array<{ prepared: PreparedWrite; trace: string | undefined }> = [];
		for (const input of inputs) {
			const key = keyOf.get(input);
			if (!key) continue;
			const given = propertyValues(input.properties);
			const record = records.findUnique(type, key.idProperty, key.id);
			if (!given.has(key.idProperty)) given.set(key.idProperty, key.id);
			try {
				const prepared = record
					? records.prepareUpdate(record, given, claims)
					: records.prepareCreate(type, given, claims);
				ready.push({ prepared, trace: optionalString(input.objectWriteTraceId, 'objectWriteTraceId') });
			} catch (error) {
				throw asConflict(error);
			}
		}
		const results = ready.map(({ prepared, trace }) => {
			const isNew = prepared.record === undefined;
			const record = records.apply(prepared, call.actor);
			return { ...traced(writtenView(record, prepared.values), trace), new: isNew };
		});
		return batchAnswer(call, 200, results, errors);
	},
};

/** Create or change by a unique property. */
export const objectUpsertEndpoints: Endpoint[] = [upsert];
