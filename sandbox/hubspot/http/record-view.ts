import { alwaysReturned, type ObjectType } from '../account/object-types';
import type { CrmRecord, HistoryEntry, IndexedRecord } from '../account/record';

/** A record as the vendor's answers show it. */
export interface RecordView {
	id: string;
	properties: Record<string, string | null>;
	createdAt: string;
	updatedAt: string;
	archived: boolean;
	archivedAt?: string;
	propertiesWithHistory?: Record<string, HistoryEntry[]>;
	objectWriteTraceId?: string;
	associations?: Record<string, unknown>;
	new?: boolean;
}

const iso = (time: number) => new Date(time).toISOString();

/** The named properties (or the object's defaults) and those that are always there; what has no value is null. */
export function readView(type: ObjectType, record: IndexedRecord, wanted: string[] = []): RecordView {
	const names = new Set([...(wanted.length > 0 ? wanted : type.defaultProperties), ...alwaysReturned(type)]);
	const properties = Object.fromEntries([...names].sort().map((name) => [name, record.properties.get(name) ?? null]));
	const { id, archived } = record;
	return { id, properties, createdAt: iso(record.createdAt), updatedAt: iso(record.updatedAt), archived };
}

/** As {@link readView}, with histories and the time of archiving. */
export function fullView(record: CrmRecord, wanted: string[], withHistory: string[]): RecordView {
	const view = readView(record.type, record, wanted);
	if (record.archivedAt !== undefined) view.archivedAt = iso(record.archivedAt);
	if (withHistory.length > 0) {
		view.propertiesWithHistory = Object.fromEntries(withHistory.map((name) => [name, record.history.get(name) ?? []]));
	}
	return view;
}

/** What a write answers: the values written as they are stored now ('' for a cleared one) and the automatic ones. */
export function writtenView(record: CrmRecord, written: ReadonlyMap<string, string>): RecordView {
	const view = readView(record.type, record, ['hs_object_id']);
	for (const name of written.keys()) view.properties[name] = record.properties.get(name) ?? '';
	if (record.type.name === 'deals') {
		for (const name of ['hs_is_closed', 'hs_is_closed_won', 'hs_deal_stage_probability', 'hs_projected_amount']) {
			view.properties[name] = record.properties.get(name) ?? null;
		}
	}
	return view;
}
