import type { Batch, Dialect, Parameter, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertIds, assertTenant } from '../ids';
import { jsonOf, textOf, textOrNull, timeOf } from '../row-values';
import type { EventKey, InboxStatus, StoredEvent } from '../store';

/** The columns of an event's key, in the order in which everybody takes row locks. */
export const KEY = 'tenant, integration, external_event_id';

/** The key's columns in a batch: called otherwise, because SQLite takes no table's name in RETURNING. */
export const KEY_COLUMNS = { of_tenant: 'text', of_integration: 'text', of_event: 'text' } as const;

/** They, as written in a select from a batch. */
export const BATCH_KEY = Object.keys(KEY_COLUMNS).join(', ');

/** They, under the key's own names. */
export const SELECTED_KEY = 'of_tenant AS tenant, of_integration AS integration, of_event AS external_event_id';

/** The condition that a row of `table` has the key of a row of the batch `b`. */
export function hasKey(table: string): string {
	return `${table}.tenant = b.of_tenant AND ${table}.integration = b.of_integration
		AND ${table}.external_event_id = b.of_event`;
}

/** An event's key as one text, for maps. */
export function keyText({ tenant, integration, externalEventId }: EventKey): string {
	return JSON.stringify([tenant, integration, externalEventId]);
}

/** Without repetitions: the last one counts, in the place of the first. */
export function byKey<T extends EventKey>(events: readonly T[]): Map<string, T> {
	return new Map(events.map((event) => [keyText(event), event]));
}

/** Without repetitions and sorted by key, so that two processes never wait for each other. */
export function inKeyOrder<T extends EventKey>(events: readonly T[]): T[] {
	return [...byKey(events).values()].sort(
		(left, right) =>
			compare(left.tenant, right.tenant) ||
			compare(left.integration, right.integration) ||
			compare(left.externalEventId, right.externalEventId),
	);
}

function compare(left: string, right: string): number {
	return left < right ? -1 : left > right ? 1 : 0;
}

/** @throws CrosslinkError `rejected` `id_invalid` or `name_invalid` */
export function assertKeys(keys: readonly EventKey[]): void {
	for (const tenant of new Set(keys.map((key) => key.tenant))) assertTenant(tenant);
	for (const integration of new Set(keys.map((key) => key.integration))) assertName('integration', integration);
	assertIds(
		'event id',
		keys.map((key) => key.externalEventId),
	);
}

export function keyBatch(dialect: Dialect, keys: readonly EventKey[], first: number): Batch {
	return dialect.batch(KEY_COLUMNS, keys.map(keyParameters), first);
}

export function keyParameters({ tenant, integration, externalEventId }: EventKey): Parameter[] {
	return [tenant, integration, externalEventId];
}

export function keyOf(row: Row): EventKey {
	return {
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		externalEventId: textOf(row, 'external_event_id'),
	};
}

/** A row of `processed_webhook`. */
export function storedEventOf(row: Row): StoredEvent {
	return {
		...keyOf(row),
		entity: textOf(row, 'entity'),
		externalId: textOf(row, 'external_id'),
		event: textOf(row, 'event'),
		occurredAt: timeOf(row, 'occurred_at'),
		payload: jsonOf(row, 'payload'),
		account: textOrNull(row, 'account'),
		status: textOf(row, 'status') as InboxStatus,
		receivedAt: timeOf(row, 'received_at'),
	};
}
