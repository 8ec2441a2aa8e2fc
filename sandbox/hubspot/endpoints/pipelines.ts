import { stageMetadata, type StageInput } from '../account/pipelines';
import { versioned, type Endpoint, type VendorCall } from '../http/endpoint';
import { asArray, asObject, asString, type JsonObject } from '../http/reading';
import { invalid } from '../http/vendor-error';
import { readScope, typeOf, writeScope } from './object-lookup';

const all = versioned('pipelines', '/:objectType', ['v3']);
const one = versioned('pipelines', '/:objectType/:pipelineId', ['v3']);
const stages = versioned('pipelines', '/:objectType/:pipelineId/stages', ['v3']);
const stage = versioned('pipelines', '/:objectType/:pipelineId/stages/:stageId', ['v3']);

const pipelineId = (call: VendorCall) => call.params.pipelineId ?? '';
const stageId = (call: VendorCall) => call.params.stageId ?? '';
const pipelineOf = (call: VendorCall) => call.state.pipelines.get(typeOf(call).name, pipelineId(call));

const orderOf = (body: JsonObject): number => {
	if (typeof body.displayOrder !== 'number') throw invalid('displayOrder is required and must be an integer');
	return body.displayOrder;
};

/** A deal stage must say how probable it is. */
function readStage(value: unknown): StageInput {
	const body = asObject(value, 'stage');
	const metadata = asObject(body.metadata ?? {}, 'metadata');
	const probability = asString(metadata.probability ?? '', 'metadata.probability');
	if (!/^(0(\.\d)?|1(\.0)?)$/.test(probability)) throw invalid('metadata.probability must be between 0.0 and 1.0');
	const padded = probability.includes('.') ? probability : `${probability}.0`;
	return { label: asString(body.label, 'label'), displayOrder: orderOf(body), metadata: stageMetadata(padded) };
}

/** Since 2026-09 a pipeline or stage in use cannot be deleted. */
function refuseInUse(call: VendorCall, property: 'pipeline' | 'dealstage', id: string): void {
	const users = call.state.records.list(typeOf(call)).filter((record) => record.properties.get(property) === id);
	if (users.length > 0) throw invalid(`${property} ${id} is in use by ${users.length} record(s) and cannot be deleted`);
}

/** Pipelines and their stages. */
export const pipelineEndpoints: Endpoint[] = [
	{
		method: 'GET',
		paths: all,
		scopes: readScope,
		handle: (call) => ({ status: 200, body: { results: call.state.pipelines.list(typeOf(call).name) } }),
	},
	{
		method: 'POST',
		paths: all,
		scopes: writeScope,
		handle(call) {
			if (typeOf(call).name !== 'deals') throw invalid(`${typeOf(call).upper} objects have no pipelines here`);
			const body = asObject(call.body);
			const created = call.state.pipelines.create({
				label: asString(body.label, 'label'),
				displayOrder: orderOf(body),
				stages: asArray(body.stages, 'stages').map(readStage),
			});
			return { status: 201, body: created };
		},
	},
	{ method: 'GET', paths: one, scopes: readScope, handle: (call) => ({ status: 200, body: pipelineOf(call) }) },
	{
		method: 'DELETE',
		paths: one,
		scopes: writeScope,
		handle(call) {
			refuseInUse(call, 'pipeline', pipelineId(call));
			call.state.pipelines.remove(typeOf(call).name, pipelineId(call));
			return { status: 204 };
		},
	},
	{
		method: 'GET',
		paths: stages,
		scopes: readScope,
		handle: (call) => ({ status: 200, body: { results: pipelineOf(call).stages } }),
	},
	{
		method: 'POST',
		paths: stages,
		scopes: writeScope,
		handle: (call) => ({
			status: 201,
			body: call.state.pipelines.addStage(typeOf(call).name, pipelineId(call), readStage(call.body)),
		}),
	},
	{
		method: 'GET',
		paths: stage,
		scopes: readScope,
		handle: (call) => ({
			status: 200,
			body: call.state.pipelines.stage(typeOf(call).name, pipelineId(call), stageId(call)),
		}),
	},
	{
		method: 'DELETE',
		paths: stage,
		scopes: writeScope,
		handle(call) {
			refuseInUse(call, 'dealstage', stageId(call));
			call.state.pipelines.removeStage(typeOf(call).name, pipelineId(call), stageId(call));
			return { status: 204 };
		},
	},
];
