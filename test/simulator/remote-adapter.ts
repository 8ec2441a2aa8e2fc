import type {
	Adapter,
	AdapterModule,
	ChangePage,
	Cursor,
	EntityBinding,
	ExternalRecord,
	Promises,
	UpsertRecord,
	UpsertResult,
} from '../../lib/adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../../lib/errors';
import { RefusedValue, type Remote, type RemoteRecord } from './remote';
import type { CallKind, Wire } from './wire';

export const KEY_FIELD = 'crosslink_id';
/** As long as a change stays invisible to polling, and how far windows overlap. In milliseconds. */
const INDEXING_DELAY_MS = 10_000;
const OVERLAP_MS = 5_000;
const SEARCH_PAGE = 200;

/** What HubSpot promises, with a batch size of choice. */
export function remotePromises(batch: number): Promises {
	return {
		batchSize: { read: batch, upsert: batch, associate: batch },
		upsertByKey: true,
		sortedCursor: true,
		timestampResolutionMs: 1,
		indexingDelayMs: INDEXING_DELAY_MS,
		normalisesValues: true,
		partialBatchFailure: true,
		merges: true,
		clearsFields: true,
	};
}

/** The simulated vendor as the registry would know it. */
export function remoteModule(batch: number, create: AdapterModule['create']): AdapterModule {
	return {
		integration: 'simulated',
		displayName: 'Simulated',
		mode: 'cloud',
		entities: [],
		keyField: KEY_FIELD,
		promises: remotePromises(batch),
		connectionFields: [],
		limits: {},
		accountKey: () => 'simulated',
		create,
	};
}

/** What a run's calls look at and write, for whoever keeps the history. */
export interface Witness {
	read(record: RemoteRecord): void;
	/** Before the values are written. */
	writing(ref: string, record: RemoteRecord, fields: UpsertRecord['fields']): void;
	created(ref: string, record: RemoteRecord): void;
}

/** The adapter in front of the simulated vendor; keeps the promises HubSpot's adapter makes. */
export function remoteAdapter(
	remote: Remote,
	wire: Wire,
	batch: number,
	now: () => number,
	witness?: Witness,
): Adapter {
	/** One result per input; a failure of a whole call is that of what it and its followers left undone. */
	async function inBatches<I extends { ref: string }, R extends { ref: string }>(
		kind: CallKind,
		inputs: I[],
		work: (input: I) => R,
	): Promise<Array<R | { ref: string; ok: false; error: CrosslinkError }>> {
		const results: Array<R | { ref: string; ok: false; error: CrosslinkError }> = [];
		let halted: CrosslinkError | undefined;
		for (const chunk of chunks(inputs, batch)) {
			try {
				if (halted) throw halted;
				results.push(...(await wire.call(kind, chunk.length, () => chunk.map(work))));
			} catch (thrown) {
				const error = asCrosslinkError(thrown);
				if (error.class !== 'rejected') halted = error;
				results.push(...chunk.map(({ ref }) => ({ ref, ok: false as const, error })));
			}
		}
		return results;
	}

	function write(binding: EntityBinding, input: UpsertRecord): UpsertResult {
		const values = Object.fromEntries(
			Object.entries(input.fields).map(([field, value]) => [field, value === null ? '' : String(value)]),
		);
		try {
			const { ref, externalId, key } = input;
			if (externalId !== undefined) {
				const record = remote.live(binding.object, externalId);
				if (record === undefined) return { ref, ok: false, error: recordGone(externalId) };
				for (const [field, value] of Object.entries(values)) remote.stored(field, value);
				witness?.writing(ref, record, input.fields);
				remote.update(record, values, 'app');
				return { ref, ok: true, created: false, record: shown(record, Object.keys(values), externalId) };
			}
			const found = remote.byKey(binding.object, key.value);
			if (found) {
				for (const [field, value] of Object.entries(values)) remote.stored(field, value);
				witness?.writing(ref, found, input.fields);
				remote.update(found, values, 'app');
			}
			const record = found ?? remote.create(binding.object, { ...values, [key.field]: key.value }, 'app');
			if (!found) witness?.created(ref, record);
			return { ref, ok: true, created: !found, record: shown(record, Object.keys(values)) };
		} catch (thrown) {
			if (thrown instanceof RefusedValue) return { ref: input.ref, ok: false, error: refused(input.ref, thrown) };
			throw thrown;
		}
	}

	return {
		async read(binding, externalIds, fields) {
			const found: ExternalRecord[] = [];
			for (const chunk of chunks([...new Set(externalIds)], batch)) {
				found.push(
					...(await wire.call('read', chunk.length, () =>
						chunk.flatMap((id) => {
							const record = remote.live(binding.object, id);
							if (record) witness?.read(record);
							return record ? [shown(record, fields, id)] : [];
						}),
					)),
				);
			}
			return found;
		},
		async match(binding, keyField, values, fields) {
			const found: ExternalRecord[] = [];
			for (const chunk of chunks([...new Set(values)], batch)) {
				found.push(
					...(await wire.call('match', chunk.length, () =>
						remote
							.list(binding.object)
							.filter((record) => chunk.includes(record.fields.get(keyField) ?? '\0'))
							.map((record) => {
								witness?.read(record);
								return shown(record, [...fields, keyField]);
							}),
					)),
				);
			}
			return found;
		},
		async changesSince(binding, cursor, fields): Promise<ChangePage> {
			if (cursor === 'now') return { records: [], cursor: { since: now() }, more: false };
			const at = cursor === 'beginning' ? { since: 0 } : readCursor(cursor);
			const to = at.to ?? now() - INDEXING_DELAY_MS;
			if (to <= at.since - OVERLAP_MS) return { records: [], cursor: { since: at.since }, more: false };
			const hits = await wire.call('search', 1, () =>
				remote
					.list(binding.object)
					.filter((one) => one.modifiedAt >= at.since - OVERLAP_MS && one.modifiedAt <= to && one.indexedAt <= now())
					.filter((one) => Number(one.id) > Number(at.after ?? 0))
					.sort((a, b) => Number(a.id) - Number(b.id))
					.slice(0, SEARCH_PAGE)
					.map((one) => shown(one, fields)),
			);
			const last = hits.length < SEARCH_PAGE ? undefined : hits.at(-1)?.externalId;
			if (last === undefined) return { records: hits, cursor: { since: Math.max(at.since, to) }, more: false };
			return { records: hits, cursor: { since: at.since, to, after: last as string }, more: true };
		},
		upsert: (binding, records) => inBatches('upsert', records, (record) => write(binding, record)),
		remove: (binding, records) => {
			const taken = new Set<string>();
			return inBatches('remove', records, ({ ref, externalId }) => {
				const survivor = remote.survivorOf(externalId);
				if (survivor !== externalId && remote.live(binding.object, survivor)) {
					return { ref, ok: false as const, error: recordMerged(externalId, survivor) };
				}
				const record = remote.live(binding.object, externalId);
				if (record) {
					remote.archive(record);
					taken.add(externalId);
				}
				return { ref, ok: true as const, gone: !taken.has(externalId) };
			}).then((results) =>
				results.map((one) => (one.ok && taken.has(idOf(records, one.ref)) ? { ...one, gone: false } : one)),
			);
		},
		associate: (from, to, changes) =>
			inBatches('associate', changes, ({ ref, fromId, toId, action }) => {
				const [one, other] = [remote.live(from.object, fromId), remote.live(to.object, toId)];
				if (!one || !other) return { ref, ok: false as const, error: recordGone(one ? toId : fromId) };
				remote.associate(one.id, other.id, action === 'add');
				return { ref, ok: true as const };
			}),
		async test() {
			return await wire.call('test', 0, () => ({ accountId: 'simulated', message: 'Connected.' }));
		},
	};
}

const idOf = (records: Array<{ ref: string; externalId: string }>, ref: string): string =>
	records.find((record) => record.ref === ref)?.externalId ?? '';

function shown(record: RemoteRecord, fields: string[], requestedId?: string): ExternalRecord {
	return {
		...(requestedId === undefined ? {} : { requestedId }),
		externalId: record.id,
		fields: Object.fromEntries(fields.map((field) => [field, record.fields.get(field) ?? null])),
		version: String(record.version),
		modifiedAt: new Date(record.modifiedAt),
		aliases: [...record.mergedIds],
		deleted: false,
	};
}

function chunks<T>(values: T[], size: number): T[][] {
	const found: T[][] = [];
	for (let start = 0; start < values.length; start += size) found.push(values.slice(start, start + size));
	return found;
}

function readCursor(cursor: Cursor): { since: number; to?: number; after?: string } {
	const { since, to, after } = cursor;
	const valid = typeof since === 'number' && ['number', 'undefined'].includes(typeof to);
	if (valid && ['string', 'undefined'].includes(typeof after))
		return { since, to, after } as { since: number; to?: number; after?: string };
	throw new CrosslinkError({
		class: 'rejected',
		code: 'cursor_unreadable',
		message: 'The polling position is none of the simulated vendor.',
		remedy: 'Clear it.',
	});
}

function recordGone(id: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'record_gone',
		message: `Record ${id} is not there any more.`,
		remedy: 'Restore it, or unlink it.',
	});
}

function recordMerged(id: string, survivor: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'record_merged',
		message: `Record ${id} was merged into ${survivor}.`,
		remedy: 'Pull it first; the link then leads to the survivor.',
	});
}

function refused(ref: string, thrown: RefusedValue): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'value_refused',
		message: `The simulated vendor refuses record ${ref}: ${thrown.message}.`,
		remedy: 'Correct the value.',
	});
}
