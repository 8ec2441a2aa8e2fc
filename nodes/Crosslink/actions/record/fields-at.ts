import type { IDataObject, IExecuteFunctions, ResourceMapperValue } from 'n8n-workflow';
import type { Fields, FieldValue } from '../../../../lib/adapters/adapter';
import { CrosslinkError } from '../../../../lib/errors';
import { withValueAt } from '../../../../lib/sync/fields';

/** Largest record, as JSON in bytes. Sixteen times the longest single value that HubSpot takes. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/**
 * The record of one item: the fields mapped in the node, or, when none are, the item's own JSON.
 * A copy, as plain JSON; too large a record is refused.
 */
export function fieldsAt(context: IExecuteFunctions, index: number): Fields {
	const mapped = mappedFields(context, index);
	return bounded(mapped ?? (context.getInputData()[index]?.json as IDataObject), index);
}

function mappedFields(context: IExecuteFunctions, index: number): Fields | undefined {
	const mapper = context.getNodeParameter('fields', index, {}) as Partial<ResourceMapperValue>;
	if (mapper.mappingMode !== 'defineBelow' || mapper.value === null || mapper.value === undefined) return undefined;
	const raw = context.getNodeParameter('fields', index, {}, { rawExpressions: true }) as Partial<ResourceMapperValue>;
	let fields: Fields = {};
	for (const [path, value] of Object.entries(mapper.value)) {
		// A field that nobody filled in is absent. To clear it on the other side takes an expression that yields null or ''.
		const given = raw.value?.[path];
		if (value === undefined || given === null || given === '') continue;
		fields = withValueAt(fields, path, value as FieldValue);
	}
	return Object.keys(fields).length === 0 ? undefined : fields;
}

function bounded(record: object, index: number): Fields {
	const text = JSON.stringify(record);
	if (Buffer.byteLength(text) <= MAX_RECORD_BYTES) return JSON.parse(text) as Fields;
	const [name, size] = largestField(record);
	throw new CrosslinkError({
		class: 'rejected',
		code: 'record_too_large',
		message:
			`The record of item ${index} has ${Buffer.byteLength(text)} bytes as JSON; ${MAX_RECORD_BYTES} are allowed. ` +
			`Its largest field is "${name}" with ${size} bytes.`,
		remedy: `Take "${name}" out of the record, or map only the fields that the other side needs.`,
	});
}

function largestField(record: object): [name: string, bytes: number] {
	let largest: [string, number] = ['', 0];
	for (const [name, value] of Object.entries(record)) {
		const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
		if (bytes > largest[1]) largest = [name, bytes];
	}
	return largest;
}
