import type { ExternalRecord } from '../adapter';
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
	return {
		requestedId,
		externalId: answer.id,
		fields: fromProperties(properties, asked),
		version: modifiedAt?.toISOString() ?? null,
		modifiedAt,
		aliases: [...aliases],
		deleted: answer.archived === true,
	};
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
