import { hashOf } from '../../canonical-json';
import { CrosslinkError } from '../../errors';
import type { FieldValue, WebhookEvent, WebhookRequest } from '../adapter';
import { readEventList, type EventListBounds } from '../bounded-event-list';
import type { EventPaths } from './connection';
import { readEventType } from './event-type';
import { timeOfDigits } from './headers';
import { ENTITY_CHARACTERS, WEBHOOK_BYTES, WEBHOOK_DEPTH, WEBHOOK_EVENTS } from './limits';

const BOUNDS: EventListBounds = {
	sender: 'your own system',
	bytes: WEBHOOK_BYTES,
	depth: WEBHOOK_DEPTH,
	events: WEBHOOK_EVENTS,
	single: true,
};

/** Characters of an id that the inbox can keep, see `checkId` of the store. */
const ID_CHARACTERS = 512;
/** A NUL or half of a surrogate pair, which PostgreSQL does not keep. */
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

type RawEvent = Record<string, unknown>;

/**
 * The events of a verified body: one `{ type, timestamp, data: { id } }`, or a list of at most 100, read at `paths`.
 * An event that names no record makes the whole body unreadable: left out in silence, nobody would ever miss it.
 * @param messageId the signed id of the message, equal when it is sent again; '' = it has none
 * @throws CrosslinkError `rejected`, `webhook_unreadable`
 */
export function parseEvents(request: WebhookRequest, paths: EventPaths, messageId: string): WebhookEvent[] {
	return readEventList(request.rawBody, BOUNDS).map((raw, index) => {
		const { entity, event } = readEventType(requiredText(raw, paths.type, index, ENTITY_CHARACTERS));
		const externalId = requiredText(raw, paths.id, index, ID_CHARACTERS);
		return {
			eventId: messageId === '' ? hashedId(raw, paths, request) : numberedId(messageId, index),
			accountId: paths.account === '' ? '' : requiredText(raw, paths.account, index, ID_CHARACTERS),
			object: entity,
			externalId,
			event,
			occurredAt: timeOf(at(raw, paths.time)) ?? request.receivedAt,
			raw: raw as FieldValue,
		};
	});
}

/** A message id of any length and spelling becomes one the inbox can keep. */
function numberedId(messageId: string, index: number): string {
	const id = /^[\x21-\x7e]{1,200}$/.test(messageId) ? messageId : hashOf(messageId);
	return `${id}/${index}`;
}

/**
 * Without a signed message id the event itself is the id. Where it bears no time, that of its arrival counts: the next
 * change of the same record would otherwise look like this one sent again, and be lost. A look too many does no harm.
 */
function hashedId(raw: RawEvent, paths: EventPaths, request: WebhookRequest): string {
	const time = textOf(at(raw, paths.time)) ?? request.receivedAt.toISOString();
	return hashOf([time, raw as FieldValue]);
}

function requiredText(raw: RawEvent, path: string, index: number, maxCharacters: number): string {
	const found = at(raw, path);
	const text = textOf(found);
	if (text === undefined) {
		const numeric = typeof found === 'number' ? ', and the number there is not exact: send it as text' : '';
		throw unreadable(index, `it has no text at "${path}"${numeric}`);
	}
	if (text.length > maxCharacters)
		throw unreadable(index, `its text at "${path}" is longer than ${maxCharacters} characters`);
	if (UNSTORABLE.test(text)) throw unreadable(index, `its text at "${path}" holds a NUL or half of a surrogate pair`);
	return text;
}

/** What lies at a dotted path; own keys only, so that no path leads to a prototype. */
function at(raw: RawEvent, path: string): unknown {
	let value: unknown = raw;
	for (const key of path.split('.')) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
		value = (value as RawEvent)[key];
	}
	return value;
}

/** A number is taken as it was sent only if JavaScript can hold it exactly. */
function textOf(value: unknown): string | undefined {
	if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
	const text = typeof value === 'string' ? value.trim() : '';
	return text === '' ? undefined : text;
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** ISO 8601 (without an offset: UTC, whatever the zone of this machine), or seconds or milliseconds since 1970. */
function timeOf(value: unknown): Date | undefined {
	const text = textOf(value) ?? '';
	const [, day, clock = '00:00', zone = 'Z'] = ISO.exec(text) ?? [];
	const read = day === undefined ? timeOfDigits(text) : new Date(`${day}T${clock}${fullZone(zone)}`);
	if (read === undefined || Number.isNaN(read.getTime())) return undefined;
	// Databases and ISO 8601 write years of four digits.
	return read.getUTCFullYear() >= 1 && read.getUTCFullYear() <= 9_999 ? read : undefined;
}

/** `+02` and `+0200` as JavaScript wants them. */
function fullZone(zone: string): string {
	const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? [];
	return hours === undefined ? 'Z' : `${hours}:${minutes}`;
}

function unreadable(index: number, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'webhook_unreadable',
		message: `The webhook body cannot be taken: event ${index} names no record, because ${reason}.`,
		remedy:
			'Send events as { "type": "order.updated", "timestamp": "...", "data": { "id": "..." } }, or set the paths of the ' +
			'connection to where type and id are.',
	});
}
