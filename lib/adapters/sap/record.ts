import type { ExternalRecord, Fields, FieldValue } from '../adapter';
import type { ODataEntity } from '../../odata/protocol';
import { stampsOf, type SapObject } from './objects';
import { instantOf, type WallTime } from './wall-clock';

/** `$select` for the wanted fields and what tells the record's version. */
export function selectOf(object: SapObject, fields: string[]): string {
	return `$select=${[...new Set([...stampsOf(object), ...fields])].map(encodeURIComponent).join(',')}`;
}

/** An entity in our words, with the asked fields only. SAP has no "empty": an initial text is null. */
export function toRecord(
	object: SapObject,
	entity: ODataEntity,
	asked: string[],
	timeZone: string,
	requestedId?: string,
): ExternalRecord {
	const modifiedAt = modifiedOf(object, entity, timeZone);
	const fields: Fields = {};
	for (const name of asked) fields[name] = filled(entity.values[name]);
	return {
		...(requestedId === undefined ? {} : { requestedId }),
		externalId: String(entity.values[object.key] ?? ''),
		fields,
		// The ETag keeps seven digits of the second, the JSON only three.
		version: entity.etag ?? modifiedAt?.toISOString() ?? null,
		modifiedAt,
		aliases: [],
		deleted: false,
	};
}

function modifiedOf({ changed }: SapObject, { values }: ODataEntity, timeZone: string): Date | null {
	if (changed.kind === 'instant') {
		const stamp = values[changed.property];
		const time = typeof stamp === 'string' ? new Date(stamp) : undefined;
		return time && !Number.isNaN(time.getTime()) ? time : null;
	}
	const last = wallTimeIn(values, changed.date, changed.time);
	const created = wallTimeIn(values, changed.createdDate, changed.createdTime);
	const either = last ?? created;
	return either ? instantOf(either, timeZone) : null;
}

function wallTimeIn(values: Record<string, FieldValue>, date: string, time: string): WallTime | undefined {
	const day = values[date];
	const clock = values[time];
	if (typeof day !== 'string' || day === '') return undefined;
	return { date: day.slice(0, 10), time: typeof clock === 'string' && clock !== '' ? clock : '00:00:00' };
}

function filled(value: FieldValue | undefined): FieldValue {
	return value === undefined || value === '' ? null : value;
}
