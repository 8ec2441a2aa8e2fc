import type { Adapter, ExternalRecord, Fields, FieldValue, UpsertRecord, UpsertResult } from '../lib/adapters/adapter';

/**
 * Another side that costs nothing, to measure the engine alone. It answers each write at once with the values as text,
 * as HubSpot does, and names each new record after its ref. It leaves out what an adapter spends of its own: building and
 * parsing JSON, HTTP, the pace of the account, errors of single records. It keeps nothing, so that it does not grow.
 */
export function instantAdapter(): Adapter {
	const answer = ({ ref, externalId, fields }: UpsertRecord): UpsertResult => {
		const record: ExternalRecord = {
			externalId: externalId ?? `x${ref}`,
			fields: asText(fields),
			version: VERSION,
			modifiedAt: MODIFIED_AT,
			aliases: [],
			deleted: false,
		};
		return { ref, ok: true, created: externalId === undefined, record };
	};
	return { upsert: async (_binding, records) => records.map(answer) };
}

const MODIFIED_AT = new Date('2026-01-01T00:00:00.000Z');
const VERSION = MODIFIED_AT.toISOString();

/** A deal answers its pipeline and stage besides what was asked for. */
function asText(fields: Fields): Fields {
	const text: Record<string, FieldValue> = { pipeline: 'default', dealstage: 'appointmentscheduled' };
	for (const [name, value] of Object.entries(fields)) text[name] = value === null ? null : String(value);
	return text;
}
