import { mergeRecords } from '../account/merge';
import { checkLinks, writeLinks } from './new-links';
import { flag, listed, versioned, type Endpoint, type VendorCall } from '../http/endpoint';
import { asObject, asString, propertyValues } from '../http/reading';
import { fullView, writtenView, type RecordView } from '../http/record-view';
import { invalid, vendorError } from '../http/vendor-error';
import { objectTypeOf } from '../account/object-types';
import type { CrmRecord } from '../account/record';
import { readScope, singleRecord, typeOf, writeScope } from './object-lookup';

const MAX_LIST_PAGE = 100;

const collection = versioned('objects', '/:objectType');
const single = versioned('objects', '/:objectType/:objectId');

function withAssociations(call: VendorCall, record: CrmRecord, view: RecordView): RecordView {
	const wanted = listed(call.query, 'associations').map(objectTypeOf);
	if (wanted.length === 0) return view;
	const found = wanted.flatMap((toType) => {
		const links = call.state.associations.of(record, toType);
		const name = (label: string | null) =>
			`${record.type.singular}_to_${toType.singular}${label === null ? '_unlabeled' : ''}`;
		const results = links.flatMap((link) => link.labels.map(({ label }) => ({ id: link.toId, type: name(label) })));
		return results.length > 0 ? [[toType.name, { results }] as const] : [];
	});
	return found.length > 0 ? { ...view, associations: Object.fromEntries(found) } : view;
}

const view = (call: VendorCall, record: CrmRecord): RecordView =>
	withAssociations(
		call,
		record,
		fullView(record, listed(call.query, 'properties'), listed(call.query, 'propertiesWithHistory')),
	);

function page(call: VendorCall) {
	const limit = Number(call.query.get('limit') ?? '10');
	if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIST_PAGE) {
		throw invalid(`limit must be between 1 and ${MAX_LIST_PAGE}`);
	}
	const after = call.query.get('after') ?? '0';
	if (!/^\d+$/.test(after)) throw invalid(`Invalid value for after: ${after}`);
	return { limit, after: Number(after) };
}

const list: Endpoint = {
	method: 'GET',
	paths: collection,
	scopes: readScope,
	handle(call) {
		const { limit, after } = page(call);
		const found = call.state.records
			.list(typeOf(call), flag(call.query, 'archived'))
			.filter((record) => Number(record.id) > after)
			.slice(0, limit + 1);
		const shown = found.slice(0, limit);
		const next = found.length > limit ? shown.at(-1)?.id : undefined;
		const results = shown.map((record) => view(call, record));
		return {
			status: 200,
			body: { results, ...(next ? { paging: { next: { after: next, link: `?after=${next}` } } } : {}) },
		};
	},
};

const get: Endpoint = {
	method: 'GET',
	paths: single,
	scopes: readScope,
	handle: (call) => ({ status: 200, body: view(call, singleRecord(call, flag(call.query, 'archived'))) }),
};

const create: Endpoint = {
	method: 'POST',
	paths: collection,
	scopes: writeScope,
	handle(call) {
		const type = typeOf(call);
		const body = asObject(call.body);
		const prepared = call.state.records.prepareCreate(type, propertyValues(body.properties));
		const links = checkLinks(call, type, body.associations);
		const record = call.state.records.apply(prepared, call.actor);
		writeLinks(call, record, links);
		return { status: 201, body: writtenView(record, prepared.values) };
	},
};

const update: Endpoint = {
	method: 'PATCH',
	paths: single,
	scopes: writeScope,
	handle(call) {
		const record = singleRecord(call);
		const { records } = call.state;
		const prepared = records.prepareUpdate(record, propertyValues(asObject(call.body).properties));
		return { status: 200, body: writtenView(records.apply(prepared, call.actor), prepared.values) };
	},
};

const archive: Endpoint = {
	method: 'DELETE',
	paths: single,
	scopes: writeScope,
	handle(call) {
		const { objectId = '' } = call.params;
		const record = call.state.records.find(typeOf(call), objectId);
		if (record) call.state.records.archive(record, call.actor);
		// The vendor answers 204 for ids it does not know as well.
		return { status: 204 };
	},
};

const merge: Endpoint = {
	method: 'POST',
	paths: versioned('objects', '/:objectType/merge'),
	scopes: writeScope,
	handle(call) {
		const body = asObject(call.body);
		const primaryId = asString(body.primaryObjectId, 'primaryObjectId');
		const mergedId = asString(body.objectIdToMerge, 'objectIdToMerge');
		if (!primaryId || !mergedId) throw vendorError(400, 'VALIDATION_ERROR', 'Both ids are needed for a merge');
		const newId = call.state.mergeCreatesNewId;
		const survivor = mergeRecords(call.state, typeOf(call), primaryId, mergedId, call.actor, newId);
		return { status: 200, body: fullView(survivor, [], []) };
	},
};

/** Single records: list, read, create, change, archive, merge. */
export const objectEndpoints: Endpoint[] = [list, get, create, update, archive, merge];
