import type { ObjectType } from '../account/object-types';
import type { CrmRecord } from '../account/record';
import type { Claims, PreparedWrite } from '../account/records';
import { requireUnique } from '../account/write-check';
import { batchAnswer, itemError, itemErrorOf, type ItemError } from '../http/batch-answer';
import { versioned, type Endpoint, type VendorCall } from '../http/endpoint';
import { asObject, asString, batchInputs, optionalString, propertyValues, strings } from '../http/reading';
import { fullView, writtenView, type RecordView } from '../http/record-view';
import { invalid, VendorError } from '../http/vendor-error';
import { faultedInputs } from './faulted-inputs';
import { checkLinks, writeLinks, type NewLink } from './new-links';
import { readScope, typeOf, writeScope } from './object-lookup';

/** Inputs of one object batch, by the vendor's documentation. */
export const MAX_BATCH = 100;

const batch = (verb: string) => versioned('objects', `/:objectType/batch/${verb}`);

/** Two inputs for one record are refused, whatever they say. */
function refuseDuplicates(ids: string[]): void {
	const doubled = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
	if (doubled.length === 0) return;
	throw invalid(`Duplicate IDs found in batch input: [${doubled.join(', ')}]. IDs must be unique`, {
		context: { ids: doubled },
	});
}

const missingIds = (type: ObjectType, ids: string[]): ItemError[] =>
	ids.length === 0
		? []
		: [
				itemError(
					'OBJECT_NOT_FOUND',
					`Could not get some ${type.upper} objects, they may be deleted or not exist. Check that ids are valid.`,
					{ ids },
				),
			];

const live = (record: CrmRecord | undefined) => (record && !record.archived ? record : undefined);

/** By record id (merged ids are not followed here) or by a unique property. */
function lookup(call: VendorCall, type: ObjectType, idProperty: string | undefined, id: string, archived = false) {
	const { records } = call.state;
	const record = idProperty === undefined ? records.find(type, id) : records.findUnique(type, idProperty, id);
	return archived ? (record?.archived ? record : undefined) : live(record);
}

const traced = (view: RecordView, traceId: string | undefined): RecordView =>
	traceId === undefined ? view : { ...view, objectWriteTraceId: traceId };

const read: Endpoint = {
	method: 'POST',
	paths: batch('read'),
	scopes: readScope,
	handle(call) {
		const type = typeOf(call);
		const body = asObject(call.body);
		const ids = batchInputs(body, MAX_BATCH).map((input, index) => asString(input.id, `inputs[${index}].id`));
		const idProperty = optionalString(body.idProperty, 'idProperty');
		if (idProperty !== undefined) requireUnique(type, idProperty, call.state.rules);
		const wanted = strings(body.properties, 'properties');
		const histories = strings(body.propertiesWithHistory, 'propertiesWithHistory');
		const archived = call.query.get('archived') === 'true';
		const found = new Map<string, RecordView>();
		const missing: string[] = [];
		for (const id of new Set(ids)) {
			const record = lookup(call, type, idProperty, id, archived);
			if (record) found.set(record.id, fullView(record, wanted, histories));
			else missing.push(id);
		}
		return batchAnswer(call, 200, [...found.values()], missingIds(type, missing));
	},
};

const create: Endpoint = {
	method: 'POST',
	paths: batch('create'),
	scopes: writeScope,
	handle(call) {
		const type = typeOf(call);
		const { inputs, errors } = faultedInputs(call, batchInputs(call.body, MAX_BATCH));
		const traces = inputs.map((input) => optionalString(input.objectWriteTraceId, 'objectWriteTraceId'));
		const partial = traces.every((one) => one !== undefined) && new Set(traces).size === traces.length;
		const claims: Claims = new Map();
		const ready: Array<{ prepared: PreparedWrite; links: NewLink[]; trace: string | undefined }> = [];
		for (const [index, input] of inputs.entries()) {
			const trace = traces[index];
			try {
				const given = propertyValues(input.properties, `inputs[${index}].properties`);
				const links = checkLinks(call, type, input.associations);
				ready.push({ prepared: call.state.records.prepareCreate(type, given, claims), links, trace });
			} catch (error) {
				if (!partial || trace === undefined || !(error instanceof VendorError)) throw error;
				errors.push(itemErrorOf(error, { objectWriteTraceId: [trace] }));
			}
		}
		const results = ready.map(({ prepared, links, trace }) => {
			const record = call.state.records.apply(prepared, call.actor);
			writeLinks(call, record, links);
			return traced(writtenView(record, prepared.values), trace);
		});
		return batchAnswer(call, 201, results, errors);
	},
};

const update: Endpoint = {
	method: 'POST',
	paths: batch('update'),
	scopes: writeScope,
	handle(call) {
		const type = typeOf(call);
		const all = batchInputs(call.body, MAX_BATCH);
		refuseDuplicates(all.map((input, index) => asString(input.id, `inputs[${index}].id`)));
		const { inputs, errors } = faultedInputs(call, all);
		const claims: Claims = new Map();
		const missing: string[] = [];
		const ready: Array<{ prepared: PreparedWrite; trace: string | undefined }> = [];
		for (const [index, input] of inputs.entries()) {
			const id = asString(input.id, `inputs[${index}].id`);
			const idProperty = optionalString(input.idProperty, `inputs[${index}].idProperty`);
			// Email counts as unique for upsert only; batch update refuses it, as community reports show.
			if (idProperty === 'email') throw nonUnique(type, 'email', call);
			if (idProperty !== undefined) requireUnique(type, idProperty, call.state.rules);
			const given = propertyValues(input.properties, `inputs[${index}].properties`);
			const record = lookup(call, type, idProperty, id);
			const trace = optionalString(input.objectWriteTraceId, 'objectWriteTraceId');
			if (record) ready.push({ prepared: call.state.records.prepareUpdate(record, given, claims), trace });
			else missing.push(id);
		}
		refuseDuplicates(ready.map(({ prepared }) => prepared.record?.id ?? ''));
		const results = ready.map(({ prepared, trace }) =>
			traced(writtenView(call.state.records.apply(prepared, call.actor), prepared.values), trace),
		);
		return batchAnswer(call, 200, results, [...errors, ...missingIds(type, missing)]);
	},
};

const nonUnique = (type: ObjectType, property: string, call: VendorCall) =>
	invalid(
		`Unable to perform update/upsert by non-unique ${type.typeId} property ${property} in portal ID ${call.state.portalId}`,
	);

const archive: Endpoint = {
	method: 'POST',
	paths: batch('archive'),
	scopes: writeScope,
	handle(call) {
		const type = typeOf(call);
		for (const [index, input] of batchInputs(call.body, MAX_BATCH).entries()) {
			const record = live(call.state.records.find(type, asString(input.id, `inputs[${index}].id`)));
			if (record) call.state.records.archive(record, call.actor);
		}
		return { status: 204 };
	},
};

/** Batches of records but upsert, which has its own file. */
export const objectBatchEndpoints: Endpoint[] = [read, create, update, archive];
export { batch, refuseDuplicates, traced };
