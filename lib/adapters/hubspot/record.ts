import type { ExternalRecord, Fields } from '../adapter';
import { modifiedProperty } from './objects';
import { fromProperties } from './values';

/** The parts of HubSpot's object answers that all batch, single and search calls share. */
export interface HubSpotObject {
	id: string;
	properties: Record<string, string | null>;
	updatedAt?: Date;
	archived?: boolean;
}

const MERGED_IDS = 'hs_merged_object_ids';

/** Properties that every read asks for besides the wanted ones. */
export function propertiesToRead(object: string, fields: string[]): string[] {
	return [...new Set([...fields, modifiedProperty(object), MERGED_IDS])];
}

/** A HubSpot object in our words, with the asked fields only. */
export function toRecord(object: string, answer: HubSpotObject, asked: string[], requestedId?: string): ExternalRecord {
	const properties = answer.properties ?? {};
	const modifiedAt = readTime(properties[modifiedProperty(object)]) ?? validTime(answer.updatedAt);
	const aliases = new Set((properties[MERGED_IDS] ?? '').split(';').filter((id) => id !== ''));
	if (requestedId !== undefined) aliases.add(requestedId);
	aliases.delete(answer.id);
	return new FoundRecord(
		requestedId,
		answer.id,
		fromProperties(properties, asked),
		modifiedAt?.toISOString() ?? null,
		modifiedAt,
		[...aliases],
		answer.archived === true,
	);
}

/**
 * A class, because V8 keeps statistics of literals: the 100 records of an answer are all in use when it looks, so it
 * would lay all later ones where only a full collection finds them, with what they hold (100,000 records: 50 MB more).
 */
class FoundRecord implements ExternalRecord {
	constructor(
		readonly requestedId: string | undefined,
		readonly externalId: string,
		readonly fields: Fields,
		readonly version: string | null,
		readonly modifiedAt: Date | null,
		readonly aliases: string[],
		readonly deleted: boolean,
	) {}
}

function readTime(value: string | null | undefined): Date | null {
	if (!value) return null;
	return validTime(new Date(/^\d+$/.test(value) ? Number(value) : value));
}

function validTime(time: Date | undefined): Date | null {
	return time && !Number.isNaN(time.getTime()) ? time : null;
}

const RECORD_ID = /^\d{1,20}$/;

/** HubSpot's record ids are digits; anything else would make it refuse the whole batch. */
export function isRecordId(id: string): boolean {
	return RECORD_ID.test(id);
}
