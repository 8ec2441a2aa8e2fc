import { asCrosslinkError, CrosslinkError } from '../../errors';
import type { EntityBinding, ExternalRecord, RemoveResult } from '../adapter';
import { chunks } from './batches';
import type { HubSpotClient } from './client';
import { contextValues, parseBatchErrors, type HubSpotErrorDetail } from './error-body';
import { HubSpotError, recordError } from './errors';
import { IsolatingWriter, type BatchPort, type Written } from './isolate';
import { OBJECT_BATCH } from './limits';
import { read } from './read';

/** A record to archive, with every ref that asks for it. */
interface Removal {
	externalId: string;
	refs: string[];
}

type Removed = { removal: Removal; gone: boolean } | { removal: Removal; error: CrosslinkError };

/**
 * Archives records: they lie in HubSpot's recycle bin for 90 days. Two calls for 100, because HubSpot answers 204
 * whether the record was there or not: it is read first, which also shows an id that was merged away. Such an id is
 * `rejected`, `record_merged`: its survivor holds what two records were and is never taken away in passing.
 * Safe to repeat: what an earlier call has archived is `gone`.
 */
export async function remove(
	client: HubSpotClient,
	binding: EntityBinding,
	records: Array<{ ref: string; externalId: string }>,
): Promise<RemoveResult[]> {
	const results = new Map<string, RemoveResult>();
	const writer = new IsolatingWriter(new ArchiveBatch(client, binding.object));
	let halted: CrosslinkError | undefined;
	for (const part of chunks(removalsOf(records), OBJECT_BATCH)) {
		const outcomes = halted ? allFailed(part, halted) : await removePart(client, binding, writer, part);
		for (const outcome of outcomes) {
			for (const ref of outcome.removal.refs) results.set(ref, resultOf(ref, outcome));
			if ('error' in outcome && isAboutTheCall(outcome.error)) halted = outcome.error;
		}
	}
	return records.map(({ ref }) => results.get(ref) as RemoveResult);
}

async function removePart(
	client: HubSpotClient,
	binding: EntityBinding,
	writer: IsolatingWriter<Removal, Removed>,
	part: Removal[],
): Promise<Removed[]> {
	let found: Map<string, ExternalRecord>;
	try {
		const ids = part.map(({ externalId }) => externalId);
		found = new Map((await read(client, binding, ids, [])).map((one) => [one.requestedId ?? one.externalId, one]));
	} catch (thrown) {
		return allFailed(part, asCrosslinkError(thrown));
	}
	const there: Removal[] = [];
	const outcomes: Removed[] = [];
	for (const removal of part) {
		const record = found.get(removal.externalId);
		if (record === undefined || record.deleted) outcomes.push({ removal, gone: true });
		else if (record.externalId === removal.externalId) there.push(removal);
		else outcomes.push({ removal, error: merged(binding, removal, record) });
	}
	return [...outcomes, ...(await writer.write(there))];
}

class ArchiveBatch implements BatchPort<Removal, Removed> {
	constructor(
		private readonly client: HubSpotClient,
		private readonly object: string,
	) {}

	async write(removals: Removal[]): Promise<Written<Removal, Removed>> {
		const { batch } = await this.client.objects({ purpose: this.purpose(removals), budget: 'general' });
		const inputs = removals.map(({ externalId }) => ({ id: externalId }));
		const answer = await batch.archiveWithHttpInfo(this.object, { inputs });
		const errors = answer.httpStatusCode === 204 ? [] : parseBatchErrors(JSON.parse(await answer.body.text()));
		const failed = this.named(removals, errors);
		if (errors.length > 0 && failed.size === 0) {
			// Errors that name nobody: alone it is this record, among others each must be asked for again.
			const [only] = removals;
			if (removals.length > 1 || !only) return { results: [], unsettled: removals };
			failed.set(only, recordError(this.purpose(removals), errors[0] as HubSpotErrorDetail));
		}
		const results = removals.map((removal): Removed => {
			const error = failed.get(removal);
			return error ? this.failed(removal, error) : { removal, gone: false };
		});
		return { results, unsettled: [] };
	}

	/** Not found is what was wanted: somebody else has taken it away in between. */
	failed(removal: Removal, error: CrosslinkError): Removed {
		return error.code === 'not_found' ? { removal, gone: true } : { removal, error };
	}

	blamed(error: CrosslinkError, removals: Removal[]): Map<Removal, CrosslinkError> {
		return error instanceof HubSpotError ? this.named(removals, error.details.errors) : new Map();
	}

	private named(removals: Removal[], errors: HubSpotErrorDetail[]): Map<Removal, CrosslinkError> {
		const failed = new Map<Removal, CrosslinkError>();
		for (const detail of errors) {
			const ids = contextValues(detail, 'id', 'ids', 'objectId');
			for (const removal of removals) {
				if (!ids.includes(removal.externalId) || failed.has(removal)) continue;
				failed.set(removal, recordError(this.purpose([removal]), detail));
			}
		}
		return failed;
	}

	private purpose(removals: Removal[]): string {
		const [only] = removals;
		if (removals.length === 1 && only) return `archive record ${only.externalId} of ${this.object}`;
		return `archive ${removals.length} records of ${this.object}`;
	}
}

function removalsOf(records: Array<{ ref: string; externalId: string }>): Removal[] {
	const removals = new Map<string, Removal>();
	for (const { ref, externalId } of records) {
		const removal = removals.get(externalId) ?? { externalId, refs: [] };
		removal.refs.push(ref);
		removals.set(externalId, removal);
	}
	return [...removals.values()];
}

function resultOf(ref: string, outcome: Removed): RemoveResult {
	return 'error' in outcome ? { ref, ok: false, error: outcome.error } : { ref, ok: true, gone: outcome.gone };
}

function allFailed(removals: Removal[], error: CrosslinkError): Removed[] {
	return removals.map((removal) => ({ removal, error }));
}

/** Not one record's fault: the next batch would meet the same. */
function isAboutTheCall(error: CrosslinkError): boolean {
	return error.class !== 'rejected' && error.class !== 'conflict' && error.code !== 'answer_incomplete';
}

function merged(binding: EntityBinding, { externalId }: Removal, survivor: ExternalRecord): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'record_merged',
		message: `HubSpot record ${externalId} of ${binding.object} was merged into ${survivor.externalId}, which is left as it is.`,
		remedy: `If the merged record is to go as well, remove ${survivor.externalId}.`,
	});
}
