import { stockLabels } from '../account/association-types';
import type { End } from '../account/associations';
import { objectTypeOf } from '../account/object-types';
import { batchAnswer } from '../http/batch-answer';
import { versioned, type Endpoint, type VendorCall } from '../http/endpoint';
import { notFound } from '../http/vendor-error';
import { endOf, labelledView, linkPage } from './association-answers';
import { addDefault, readLabels } from './association-batches';
import { readScope, writeScope } from './object-lookup';

const pathOf = (rest: string) => versioned('objects', `/:objectType/:objectId/associations/${rest}`, ['v4']);

function existing(call: VendorCall, typeName: string | undefined, id: string | undefined): End {
	const type = objectTypeOf(typeName ?? '');
	const end = endOf(call, type, id ?? '');
	if (!end) throw notFound(`No ${type.singular} with ID ${id} exists in this account`, { id: [id ?? ''] });
	return end;
}

const ends = (call: VendorCall): [End, End] => [
	existing(call, call.params.objectType, call.params.objectId),
	existing(call, call.params.toType, call.params.toId),
];

const putDefault: Endpoint = {
	method: 'PUT',
	paths: pathOf('default/:toType/:toId'),
	scopes: writeScope,
	handle(call) {
		const [from, to] = ends(call);
		return batchAnswer(call, 200, addDefault(call, from, to), []);
	},
};

const putLabelled: Endpoint = {
	method: 'PUT',
	paths: pathOf(':toType/:toId'),
	scopes: writeScope,
	handle(call) {
		const [from, to] = ends(call);
		const labels = readLabels(from, to, call.body);
		call.state.associations.setLabels(from, to, labels, call.actor);
		return { status: 201, body: labelledView(from, to, labels) };
	},
};

const remove: Endpoint = {
	method: 'DELETE',
	paths: pathOf(':toType/:toId'),
	scopes: writeScope,
	handle(call) {
		const to = { type: objectTypeOf(call.params.toType ?? ''), id: call.params.toId ?? '' };
		const from = { type: objectTypeOf(call.params.objectType ?? ''), id: call.params.objectId ?? '' };
		call.state.associations.remove(from, to, call.actor);
		return { status: 204 };
	},
};

const list: Endpoint = {
	method: 'GET',
	paths: pathOf(':toType'),
	scopes: readScope,
	handle(call) {
		const from = existing(call, call.params.objectType, call.params.objectId);
		const links = call.state.associations.of(from, objectTypeOf(call.params.toType ?? ''));
		const size = Math.min(Number(call.query.get('limit') ?? call.associationPageSize), 500);
		const { shown, ...paging } = linkPage(links, call.query.get('after') ?? undefined, size);
		return { status: 200, body: { results: shown, ...paging } };
	},
};

const labels: Endpoint = {
	method: 'GET',
	paths: versioned('associations', '/:fromType/:toType/labels', ['v4']),
	scopes: ({ fromType = '' }) => [`crm.objects.${objectTypeOf(fromType).name}.read`],
	handle(call) {
		const [from, to] = [objectTypeOf(call.params.fromType ?? ''), objectTypeOf(call.params.toType ?? '')];
		return { status: 200, body: { results: stockLabels(from, to) } };
	},
};

/** Links of a single record. */
export const associationEndpoints: Endpoint[] = [putDefault, putLabelled, remove, list, labels];
