import type { Promises } from './adapter';

/** For systems that keep no records of ours: channels to people. */
export const NOTHING_REPLICATED: Promises = {
	batchSize: { read: 1, upsert: 1, associate: 1 },
	upsertByKey: false,
	sortedCursor: false,
	timestampResolutionMs: 1,
	indexingDelayMs: 0,
	normalisesValues: false,
	partialBatchFailure: false,
	merges: false,
	clearsFields: false,
};
