import type { CrosslinkError } from '../../errors';
import type { EntityBinding, UpsertRecord, UpsertResult } from '../adapter';
import type { HubSpotClient } from './client';
import { contextValues, parseBatchErrors, type HubSpotErrorDetail } from './error-body';
import { HubSpotError, recordError } from './errors';
import { recordGone } from './gone';
import type { BatchPort, Written } from './isolate';
import { explainKeyProblem } from './key-property';
import { isAboutTheProperty } from './property-problem';
import { isRecordId, toRecord, type HubSpotObject } from './record';

export interface WriteInput {
	record: UpsertRecord;
	/** Record id to update; undefined = upsert by key. */
	id: string | undefined;
	properties: Record<string, string>;
	/** Ids that were merged into `id`. */
	aliases?: string[];
}

/** A result, or an update whose id HubSpot does not know: it may have been merged. */
export type WriteOutcome = { record: UpsertRecord; result: UpsertResult } | { gone: WriteInput };

export function isWaiting(outcome: WriteOutcome): outcome is { gone: WriteInput } {
	return 'gone' in outcome;
}

/** An object as a write answers it; `_new` only after an upsert. */
interface WrittenObject extends HubSpotObject {
	_new?: boolean;
	objectWriteTraceId?: string;
}

/** One batch call for inputs of one kind: all updates, or all upserts by the same property. */
export class WriteBatch implements BatchPort<WriteInput, WriteOutcome> {
	constructor(
		private readonly client: HubSpotClient,
		private readonly binding: EntityBinding,
	) {}

	async write(inputs: WriteInput[]): Promise<Written<WriteInput, WriteOutcome>> {
		const known = inputs.filter((input) => input.id === undefined || isRecordId(input.id));
		const results = inputs.filter((input) => !known.includes(input)).map((input): WriteOutcome => this.notThere(input));
		if (known.length === 0) return { results, unsettled: [] };

		const { objects, errors } = await this.call(known);
		const answers = new AnswerIndex(objects);
		const unsettled: WriteInput[] = [];
		for (const input of known) {
			const object = answers.find(input);
			const detail = object ? undefined : errors.find((one) => names(one, input, true));
			if (object) results.push(this.done(input, object));
			else if (detail) results.push(this.failed(input, recordError(this.purpose([input]), detail)));
			// Alone in the call, an error that names nobody is about it.
			else if (known.length === 1 && errors[0])
				results.push(this.failed(input, recordError(this.purpose(known), errors[0])));
			// An update that is not answered has no record to update.
			else if (known.length === 1 && input.id !== undefined) results.push({ gone: input });
			else unsettled.push(input);
		}
		return { results, unsettled };
	}

	failed(input: WriteInput, error: CrosslinkError): WriteOutcome {
		if (input.id !== undefined && error.code === 'not_found') return this.notThere(input);
		return { record: input.record, result: { ref: input.record.ref, ok: false, error } };
	}

	blamed(error: CrosslinkError, inputs: WriteInput[]): Map<WriteInput, CrosslinkError> {
		const blamed = new Map<WriteInput, CrosslinkError>();
		if (!(error instanceof HubSpotError)) return blamed;
		const wrong = error.problems.filter(isAboutTheProperty);
		for (const input of inputs) {
			// A 409 may name the record that is in the way instead of the one that is wrong.
			const detail = error.details.errors.find((one) => names(one, input, error.httpStatus !== 409));
			const own = wrong.filter((problem) => problem.property in input.properties);
			if (detail) blamed.set(input, recordError(this.purpose([input]), detail));
			else if (own.length > 0) blamed.set(input, recordError(this.purpose([input]), error.details, own));
		}
		return blamed;
	}

	private async call(inputs: WriteInput[]): Promise<{ objects: WrittenObject[]; errors: HubSpotErrorDetail[] }> {
		const answer = await this.send(inputs);
		// The models drop `errors` from a plain 200, where the dated version puts it.
		const errors = parseBatchErrors(JSON.parse(await answer.body.text()));
		return { objects: answer.data.results ?? [], errors };
	}

	private async send(inputs: WriteInput[]) {
		const object = this.binding.object;
		const { batch } = await this.client.objects({ purpose: this.purpose(inputs), budget: 'general' });
		const [first] = inputs;
		if (first?.id !== undefined) return await batch.updateWithHttpInfo(object, { inputs: inputs.map(toUpdateInput) });
		try {
			return await batch.upsertWithHttpInfo(object, { inputs: inputs.map(toUpsertInput) });
		} catch (thrown) {
			throw explainKeyProblem(thrown, object, first?.record.key.field ?? this.binding.keyField);
		}
	}

	private done(input: WriteInput, object: WrittenObject): WriteOutcome {
		const { record } = input;
		const asked = [...Object.keys(record.fields), ...this.binding.linkColumns.map((column) => column.external)];
		const written = toRecord(this.binding.object, object, [...new Set(asked)]);
		const aliases = new Set([...written.aliases, ...(input.aliases ?? [])]);
		aliases.delete(written.externalId);
		return {
			record,
			result: {
				ref: record.ref,
				ok: true,
				created: object._new === true,
				record: { ...written, requestedId: record.externalId, aliases: [...aliases] },
			},
		};
	}

	private notThere(input: WriteInput): WriteOutcome {
		if (input.id !== undefined && isRecordId(input.id)) return { gone: input };
		const error = recordGone(this.binding, input.record);
		return { record: input.record, result: { ref: input.record.ref, ok: false, error } };
	}

	private purpose(inputs: WriteInput[]): string {
		const object = this.binding.object;
		const [only] = inputs;
		const action = only?.id === undefined ? 'create or update' : 'update';
		if (inputs.length !== 1 || !only) return `${action} ${inputs.length} records of ${object}`;
		if (only.id !== undefined) return `update record ${only.id} of ${object}`;
		return `create or update the record of ${object} with ${only.record.key.field} "${only.record.key.value}"`;
	}
}

function toUpsertInput({ record, properties }: WriteInput) {
	return { idProperty: record.key.field, id: record.key.value, objectWriteTraceId: record.ref, properties };
}

function toUpdateInput({ record, id, properties }: WriteInput) {
	return { id: id as string, objectWriteTraceId: record.ref, properties };
}

/** Whether an error names this input: by its trace id, or (where ids can be trusted) by its record id or key. */
function names(detail: HubSpotErrorDetail, input: WriteInput, trustIds: boolean): boolean {
	if (contextValues(detail, 'objectWriteTraceId').includes(input.record.ref)) return true;
	if (!trustIds) return false;
	return contextValues(detail, 'id', 'ids', 'objectId').includes(input.id ?? input.record.key.value);
}

/** Finds the answer to an input by trace id, record id or key value; never by position. */
class AnswerIndex {
	private readonly byTrace = new Map<string, WrittenObject>();
	private readonly byId = new Map<string, WrittenObject>();

	constructor(private readonly objects: WrittenObject[]) {
		for (const object of objects) {
			if (object.objectWriteTraceId) this.byTrace.set(object.objectWriteTraceId, object);
			this.byId.set(object.id, object);
		}
	}

	find({ record, id }: WriteInput): WrittenObject | undefined {
		const traced = this.byTrace.get(record.ref);
		if (traced) return traced;
		if (id !== undefined) return this.byId.get(id);
		const wanted = normal(record.key.value);
		return this.objects.find((object) => normal(object.properties?.[record.key.field] ?? '') === wanted);
	}
}

function normal(value: string): string {
	return value.trim().toLowerCase();
}
