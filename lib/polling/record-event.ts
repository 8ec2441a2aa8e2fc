import type { EntityBinding, ExternalRecord, Fields, FieldValue } from '../adapters/adapter';
import { hashOf } from '../canonical-json';
import { isEchoOfRecord } from '../inbox/echo';
import { MAX_ID_LENGTH } from '../store/ids';
import type { InboxEvent, LinkRow } from '../store/store';

/** What is kept of a polled record's fields, in characters of JSON; longer ones go without their longest values. */
export const MAX_KEPT_CHARACTERS = 16_000;
/** Hexadecimal digits of a hash in an event's id: 96 bits. */
const HASH_DIGITS = 24;

/** Whose record it is, and how it is linked. */
export interface RecordOrigin {
	tenant: string;
	integration: string;
	binding: EntityBinding;
	/** Undefined = not linked. */
	link: LinkRow | undefined;
	/** When it was found; stands in where the system does not say when the record changed. */
	foundAt: Date;
}

/**
 * A record that polling has found, as an event of the inbox. Its id is the record in this version with these values, so
 * that a record which comes again because polling reaches back is the same event. Pure.
 */
export function recordEvent(record: ExternalRecord, origin: RecordOrigin): InboxEvent {
	const { tenant, integration, binding, link, foundAt } = origin;
	const { externalId, version, fields, deleted, modifiedAt } = record;
	const echo = isEchoOfRecord(record, binding, link);
	return {
		tenant,
		integration,
		externalEventId: eventId(binding.entity, externalId, hashOf([version, fields, deleted])),
		entity: binding.entity,
		externalId,
		event: deleted ? 'deleted' : 'updated',
		occurredAt: modifiedAt ?? foundAt,
		payload: { version, modifiedAt: modifiedAt?.toISOString() ?? null, deleted, ...kept(fields) },
		account: null,
		status: echo ? 'echo' : 'received',
		deliver: !echo,
	};
}

function eventId(entity: string, externalId: string, hash: string): string {
	const named = `poll:${entity}:${externalId}:${hash.slice(0, HASH_DIGITS)}`;
	return named.length <= MAX_ID_LENGTH ? named : `poll:${hashOf([entity, externalId, hash])}`;
}

function kept(fields: Fields): { fields: Fields; leftOut?: string[] } {
	const bySize = Object.entries(fields)
		.map(([name, value]) => ({ name, size: JSON.stringify([name, value]).length }))
		.sort((left, right) => right.size - left.size);
	let size = bySize.reduce((sum, field) => sum + field.size, 0);
	const leftOut: string[] = [];
	for (const field of bySize) {
		if (size <= MAX_KEPT_CHARACTERS) break;
		leftOut.push(field.name);
		size -= field.size;
	}
	if (leftOut.length === 0) return { fields };
	const entries = Object.entries(fields).filter(([name]) => !leftOut.includes(name));
	return { fields: Object.fromEntries<FieldValue>(entries), leftOut };
}
