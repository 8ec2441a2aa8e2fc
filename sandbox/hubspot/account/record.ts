import type { ObjectType } from './object-types';

/** Who changed something, as webhooks and histories name it. */
export interface Actor {
	/** `INTEGRATION` for a write through the API, `CRM_UI` for a person. */
	source: 'INTEGRATION' | 'CRM_UI';
	/** The app's id, or `userId:<id>`. */
	sourceId: string;
	userId?: number;
}

export interface HistoryEntry {
	value: string;
	timestamp: string;
	sourceType: string;
	sourceId: string;
	updatedByUserId?: number;
}

/** A record as search sees it: a copy made when it was written. */
export interface IndexedRecord {
	id: string;
	properties: ReadonlyMap<string, string>;
	archived: boolean;
	createdAt: number;
	updatedAt: number;
}

export interface CrmRecord extends IndexedRecord {
	type: ObjectType;
	/** Set values only; a cleared property is not in it. */
	properties: Map<string, string>;
	/** Newest first, per property. */
	history: Map<string, HistoryEntry[]>;
	archivedAt?: number;
	/** Ids merged into this one, oldest first. */
	mergedIds: string[];
	/** Versions waiting for, or present in, the search index; oldest first. */
	index: Array<{ visibleAt: number; version: IndexedRecord }>;
}

/** Adds the record's present state to the search index, visible after the delay. */
export function indexRecord(record: CrmRecord, now: number, delayMs: number): void {
	const { id, archived, createdAt, updatedAt } = record;
	const version = { id, properties: new Map(record.properties), archived, createdAt, updatedAt };
	indexedVersion(record, now);
	record.index.push({ visibleAt: now + delayMs, version });
}

/** What search sees of the record now; undefined while its creation is not indexed yet. Forgets older versions. */
export function indexedVersion(record: CrmRecord, now: number): IndexedRecord | undefined {
	const newest = record.index.findLastIndex((entry) => entry.visibleAt <= now);
	if (newest > 0) record.index.splice(0, newest);
	return newest < 0 ? undefined : record.index[0]?.version;
}
