import type { Dialect } from '../dialect';
import { assertIds } from '../ids';
import { hasKey, SELECTED_KEY } from './event-row';

/** What a new row of `event_delivery` is given; nobody has it in hand, and it is not done. */
export const DELIVERY_COLUMNS = [
	'tenant',
	'integration',
	'external_event_id',
	'receiver',
	/** Which call made it: that call finds it again when the answer was lost. */
	'receipt',
	/** Since when it waits. */
	'since',
	/** When it comes up (again): the next emission of a waiting one, the end of the lease of one that is taken. */
	'due_at',
	/** Order among those that came at one moment. */
	'turn',
	/** Seconds by which its next emission was put off last. */
	'put_off',
] as const;

/** @throws CrosslinkError `rejected` `id_invalid` */
export function assertReceiver(receiver: string): void {
	assertIds('receiver', [receiver]);
}

/**
 * Keys of the batch whose delivery was made with the receipt: $1 receiver, $2 receipt. As a sub-select, so that each is
 * looked up by its key also where PostgreSQL has not analysed the table yet and takes a receipt for reason to read it.
 */
export function ownDeliveries({ table }: Dialect, source: string): string {
	return `SELECT ${SELECTED_KEY} FROM ${source} WHERE (
			SELECT own.receipt FROM ${table('event_delivery')} AS own WHERE ${hasKey('own')} AND own.receiver = $1
		) = $2`;
}
