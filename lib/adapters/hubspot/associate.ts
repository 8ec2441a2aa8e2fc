import type { AssociationChange, AssociationResult, EntityBinding } from '../adapter';
import type { CrosslinkError } from '../../errors';
import { chunks } from './batches';
import type { HubSpotClient } from './client';
import { contextValues, parseBatchErrors, type HubSpotErrorDetail } from './error-body';
import { HubSpotError, recordError } from './errors';
import { IsolatingWriter, type BatchPort, type Written } from './isolate';
import { ASSOCIATION_BATCH } from './limits';

/** A pair of records with every change that asks for it. */
interface Pair {
	fromId: string;
	toId: string;
	action: 'add' | 'remove';
	refs: string[];
}

interface PairResult {
	pair: Pair;
	error?: CrosslinkError;
}

/**
 * Adds and removes the plain (unlabelled) association of record pairs, 2,000 in a call. Both are safe to repeat:
 * adding what is there and removing what is not are no errors. When one pair is asked for twice the last one counts.
 */
export async function associate(
	client: HubSpotClient,
	from: EntityBinding,
	to: EntityBinding,
	changes: AssociationChange[],
): Promise<AssociationResult[]> {
	const pairs = [...lastByPair(changes).values()];
	const results = new Map<string, AssociationResult>();
	for (const action of ['remove', 'add'] as const) {
		const writer = new IsolatingWriter(new AssociationBatch(client, from.object, to.object, action));
		const wanted = pairs.filter((pair) => pair.action === action);
		for (const part of chunks(wanted, ASSOCIATION_BATCH)) {
			for (const { pair, error } of await writer.write(part)) {
				for (const ref of pair.refs) results.set(ref, error ? { ref, ok: false, error } : { ref, ok: true });
			}
		}
	}
	return changes.map(({ ref }) => results.get(ref) as AssociationResult);
}

function lastByPair(changes: AssociationChange[]): Map<string, Pair> {
	const pairs = new Map<string, Pair>();
	for (const { ref, fromId, toId, action } of changes) {
		const key = `${fromId} ${toId}`;
		pairs.set(key, { fromId, toId, action, refs: [...(pairs.get(key)?.refs ?? []), ref] });
	}
	return pairs;
}

class AssociationBatch implements BatchPort<Pair, PairResult> {
	constructor(
		private readonly client: HubSpotClient,
		private readonly from: string,
		private readonly to: string,
		private readonly action: 'add' | 'remove',
	) {}

	async write(pairs: Pair[]): Promise<Written<Pair, PairResult>> {
		const api = await this.client.associations({ purpose: this.purpose(pairs), budget: 'general' });
		if (this.action === 'remove') {
			const inputs = pairs.map((pair) => ({ _from: { id: pair.fromId }, to: [{ id: pair.toId }] }));
			const answer = await api.archiveWithHttpInfo(this.from, this.to, { inputs });
			return this.judge(pairs, answer.httpStatusCode === 204 ? '{}' : await answer.body.text());
		}
		const inputs = pairs.map((pair) => ({ _from: { id: pair.fromId }, to: { id: pair.toId } }));
		const answer = await api.createDefaultWithHttpInfo(this.from, this.to, { inputs });
		return this.judge(pairs, await answer.body.text());
	}

	failed(pair: Pair, error: CrosslinkError): PairResult {
		return { pair, error };
	}

	blamed(error: CrosslinkError, pairs: Pair[]): Map<Pair, CrosslinkError> {
		if (!(error instanceof HubSpotError)) return new Map();
		return this.named(pairs, error.details.errors);
	}

	private judge(pairs: Pair[], text: string): Written<Pair, PairResult> {
		const errors = parseBatchErrors(JSON.parse(text));
		const failed = this.named(pairs, errors);
		if (errors.length > 0 && failed.size === 0) {
			// Errors that name nobody: alone it is this pair, among others each must be asked for again.
			const [only] = pairs;
			if (pairs.length > 1 || !only) return { results: [], unsettled: pairs };
			failed.set(only, recordError(this.purpose(pairs), errors[0] as HubSpotErrorDetail));
		}
		return { results: pairs.map((pair) => ({ pair, error: failed.get(pair) })), unsettled: [] };
	}

	private named(pairs: Pair[], errors: HubSpotErrorDetail[]): Map<Pair, CrosslinkError> {
		const failed = new Map<Pair, CrosslinkError>();
		for (const detail of errors) {
			const fromIds = contextValues(detail, 'fromObjectId', 'fromId');
			const toIds = contextValues(detail, 'toObjectId', 'toId');
			if (fromIds.length === 0 && toIds.length === 0) continue;
			for (const pair of pairs) {
				const fits =
					(fromIds.length === 0 || fromIds.includes(pair.fromId)) && (toIds.length === 0 || toIds.includes(pair.toId));
				if (fits && !failed.has(pair)) failed.set(pair, recordError(this.purpose([pair]), detail));
			}
		}
		return failed;
	}

	private purpose(pairs: Pair[]): string {
		const [only] = pairs;
		const verb = this.action === 'add' ? 'associate' : 'separate';
		if (pairs.length === 1 && only) return `${verb} ${this.from} ${only.fromId} and ${this.to} ${only.toId}`;
		return `${verb} ${pairs.length} pairs of ${this.from} and ${this.to}`;
	}
}
