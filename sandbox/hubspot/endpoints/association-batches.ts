import { defaultLabel, reverseOf, type AssociationLabel } from '../account/association-types';
import type { End } from '../account/associations';
import { objectTypeOf, type ObjectType } from '../account/object-types';
import { batchAnswer, type ItemError } from '../http/batch-answer';
import { versioned, type Endpoint, type VendorCall } from '../http/endpoint';
import { asArray, asObject, asString, batchInputs, optionalString, type JsonObject } from '../http/reading';
import { defaultView, endOf, labelledView, linkPage, missingEnd, noLinks } from './association-answers';
import { faultedInputs } from './faulted-inputs';
import { labelOf } from './new-links';

/** Inputs of one association batch, by the vendor's documentation. */
export const MAX_ASSOCIATION_READ = 1_000;
export const MAX_ASSOCIATION_WRITE = 2_000;

const batch = (verb: string) => versioned('associations', `/:fromType/:toType/batch/${verb}`, ['v4']);

const sides = (params: Record<string, string>): [ObjectType, ObjectType] => [
	objectTypeOf(params.fromType ?? ''),
	objectTypeOf(params.toType ?? ''),
];

const scope = (right: 'read' | 'write') => (params: Record<string, string>) => [
	`crm.objects.${sides(params)[0].name}.${right}`,
];

const idAt = (value: unknown, path: string) => asString(asObject(value, path).id, `${path}.id`);

interface Pair {
	from: End;
	to: End;
	input: JsonObject;
}

/** The ends of every input; those that do not exist become errors of their own. */
function readPairs(call: VendorCall): { pairs: Pair[]; errors: ItemError[] } {
	const [fromType, toType] = sides(call.params);
	const { inputs, errors } = faultedInputs(call, batchInputs(call.body, MAX_ASSOCIATION_WRITE));
	const pairs = inputs.flatMap((input, index) => {
		const fromId = idAt(input.from, `inputs[${index}].from`);
		const toId = idAt(input.to, `inputs[${index}].to`);
		const from = endOf(call, fromType, fromId);
		const to = endOf(call, toType, toId);
		if (from && to) return [{ from, to, input }];
		errors.push(missingEnd(from ? 'to' : 'from', from ? toType : fromType, fromId, toId));
		return [];
	});
	return { pairs, errors };
}

const associateDefault: Endpoint = {
	method: 'POST',
	paths: batch('associate/default'),
	scopes: scope('write'),
	handle(call) {
		const { pairs, errors } = readPairs(call);
		const results = pairs.flatMap(({ from, to }) => addDefault(call, from, to));
		// The contract of this endpoint has no 207: errors sit in the normal answer.
		return batchAnswer({ ...call, partialStatus: 200 }, 200, results, errors);
	},
};

/** Links two records without a label and answers with both directions, as the vendor does. */
export function addDefault(call: VendorCall, from: End, to: End) {
	const label = defaultLabel(from.type, to.type);
	call.state.associations.addDefault(from, to, call.actor);
	return [defaultView(from, to, label), defaultView(to, from, reverseOf(from.type, to.type, label))];
}

const create: Endpoint = {
	method: 'POST',
	paths: batch('create'),
	scopes: scope('write'),
	handle(call) {
		const { pairs, errors } = readPairs(call);
		const ready = pairs.map(({ from, to, input }) => ({ from, to, labels: readLabels(from, to, input.types) }));
		const results = ready.map(({ from, to, labels }) => {
			call.state.associations.setLabels(from, to, labels, call.actor);
			return labelledView(from, to, labels);
		});
		return batchAnswer(call, 201, results, errors);
	},
};

export const readLabels = (from: End, to: End, types: unknown): AssociationLabel[] =>
	asArray(types, 'types').map((type, index) => labelOf(from.type, to.type, type, `types[${index}]`));

const read: Endpoint = {
	method: 'POST',
	paths: batch('read'),
	scopes: scope('read'),
	handle(call) {
		const [fromType, toType] = sides(call.params);
		const errors: ItemError[] = [];
		const results = batchInputs(call.body, MAX_ASSOCIATION_READ).flatMap((input, index) => {
			const id = asString(input.id, `inputs[${index}].id`);
			const links = call.state.associations.of({ type: fromType, id }, toType);
			if (links.length === 0) {
				errors.push(noLinks(fromType, toType, id));
				return [];
			}
			const after = optionalString(input.after, `inputs[${index}].after`);
			const { shown, ...paging } = linkPage(links, after, call.associationPageSize);
			return [{ from: { id }, to: shown, ...paging }];
		});
		return batchAnswer(call, 200, results, errors);
	},
};

const archive: Endpoint = {
	method: 'POST',
	paths: batch('archive'),
	scopes: scope('write'),
	handle(call) {
		const [fromType, toType] = sides(call.params);
		for (const [index, input] of batchInputs(call.body, MAX_ASSOCIATION_WRITE).entries()) {
			const from = { type: fromType, id: idAt(input.from, `inputs[${index}].from`) };
			for (const [position, to] of asArray(input.to, `inputs[${index}].to`).entries()) {
				const id = idAt(to, `inputs[${index}].to[${position}]`);
				call.state.associations.remove(from, { type: toType, id }, call.actor);
			}
		}
		return { status: 204 };
	},
};

/** Links in batches: plain, labelled, read with inner paging, removed. */
export const associationBatchEndpoints: Endpoint[] = [associateDefault, create, read, archive];
