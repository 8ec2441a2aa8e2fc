import type { Database, Row } from '../dialect';
import { assertIds } from '../ids';
import { numberOf, timeOf, timeOrNull } from '../row-values';
import type { DeliveryTable, EventKey, StoredEvent, Taking } from '../store';
import { assertReceiver } from './delivery-row';
import {
	assertKeys,
	BATCH_KEY,
	hasKey,
	inKeyOrder,
	KEY,
	KEY_COLUMNS,
	keyBatch,
	keyOf,
	keyParameters,
	keyText,
	storedEventOf,
} from './event-row';
import { replayEvents } from './event-replay';
import { boundedLimit, slices } from './link-context';

/** Events in one answer at most. */
const MAX_DUE = 2_500;
/** Longest wait between two emissions of one event, in seconds. */
const MAX_PUT_OFF = 3_600;

/** Who has to get which event, and who has it in hand; what is made in it is in `inbox-receive.ts` and `-advance.ts`. */
export function deliveryTable(database: Database): DeliveryTable {
	const { dialect } = database;
	const table = dialect.table('event_delivery');

	/** Writes to everything the takers have in hand. */
	async function ofTakers(takings: Taking[], change: string, value?: number): Promise<void> {
		const rows = sortedTakings(takings);
		for (const slice of slices(rows, dialect.sliceRows)) {
			const bound = value === undefined ? [] : [value];
			const batch = dialect.batch({ receiver: 'text', taker: 'text' }, slice, bound.length + 1);
			await database.statement(
				`UPDATE ${table} AS delivery SET ${change} FROM ${batch.source}
				WHERE delivery.receiver = b.receiver AND delivery.taken_by = b.taker AND delivery.done_at IS NULL`,
				[...bound, ...batch.parameters],
			);
		}
	}

	return {
		async due(receiver, { limit, againSeconds }) {
			assertReceiver(receiver);
			const rows = await database.statement(
				// The clock as a sub-select: bare, PostgreSQL would read all that is not done instead of what is due.
				`WITH b AS MATERIALIZED (
					SELECT tenant AS of_tenant, integration AS of_integration, external_event_id AS of_event FROM ${table}
					WHERE receiver = $1 AND done_at IS NULL AND due_at <= (SELECT ${dialect.now})
					ORDER BY due_at, turn LIMIT ${boundedLimit(limit, MAX_DUE)} ${dialect.forUpdateSkipLocked}
				)
				UPDATE ${table} AS delivery
				SET taken_by = NULL, put_off = ${NEXT_PUT_OFF}, due_at = ${dialect.later(`(${NEXT_PUT_OFF})`)}
				FROM b WHERE ${hasKey('delivery')} AND delivery.receiver = $1
				RETURNING ${KEY}, since, turn`,
				[receiver, Math.min(againSeconds, MAX_PUT_OFF)],
			);
			return await eventsOf(database, receiver, inTurn(rows));
		},
		async take({ receiver, taker }, keys, leaseSeconds) {
			assertReceiver(receiver);
			assertIds('taker', [taker]);
			assertKeys(keys);
			const taken: EventKey[] = [];
			for (const slice of slices(inKeyOrder(keys), dialect.sliceRows)) {
				// The receiver in each row, for the reason given at linkBatch.
				const batch = dialect.batch(
					{ ...KEY_COLUMNS, of_receiver: 'text' },
					slice.map((key) => [...keyParameters(key), receiver]),
					3,
				);
				const rows = await database.statement(
					// As a CASE, so that no index of all that is not done comes into question: the key finds it.
					`UPDATE ${table} AS delivery SET taken_by = $1, due_at = ${dialect.later('$2')}
					FROM ${batch.source}
					WHERE ${hasKey('delivery')} AND delivery.receiver = b.of_receiver AND CASE
						WHEN delivery.done_at IS NOT NULL THEN 0
						WHEN delivery.taken_by IS NULL OR delivery.taken_by = $1 OR delivery.due_at <= ${dialect.now} THEN 1
						ELSE 0 END = 1
					RETURNING ${KEY}`,
					[taker, leaseSeconds, ...batch.parameters],
				);
				taken.push(...rows.map(keyOf));
			}
			return taken;
		},
		async renew(takings, leaseSeconds) {
			await ofTakers(takings, `due_at = ${dialect.later('$1')}`, leaseSeconds);
		},
		async done(takings) {
			await ofTakers(takings, `done_at = ${dialect.now}`);
		},
		replay: (tenant, integration, ids, receiver) => replayEvents(database, tenant, integration, ids, receiver),
		async backlog(receiver) {
			assertReceiver(receiver);
			const inHand = `taken_by IS NOT NULL AND due_at > ${dialect.now}`;
			const [row] = await database.statement(
				`SELECT count(*) AS events, count(CASE WHEN ${inHand} THEN 1 END) AS taken,
					min(CASE WHEN ${inHand} THEN NULL ELSE since END) AS oldest
				FROM ${table} WHERE receiver = $1 AND done_at IS NULL`,
				[receiver],
			);
			if (!row) throw new TypeError('A count returned no row.');
			const taken = numberOf(row, 'taken');
			return { waiting: numberOf(row, 'events') - taken, taken, oldest: timeOrNull(row, 'oldest') };
		},
	};
}

/** Doubled each time: $2 is what it begins with. */
const NEXT_PUT_OFF = `CASE
	WHEN put_off * 2 > ${MAX_PUT_OFF} THEN ${MAX_PUT_OFF} WHEN put_off * 2 > $2 THEN put_off * 2 ELSE $2 END`;

function inTurn(rows: Row[]): EventKey[] {
	return [...rows]
		.sort(
			(left, right) =>
				timeOf(left, 'since').getTime() - timeOf(right, 'since').getTime() ||
				numberOf(left, 'turn') - numberOf(right, 'turn'),
		)
		.map(keyOf);
}

/** The events of deliveries that have just come up, in their order. */
async function eventsOf(database: Database, receiver: string, keys: EventKey[]): Promise<StoredEvent[]> {
	const { dialect } = database;
	const found = new Map<string, StoredEvent>();
	for (const slice of slices(inKeyOrder(keys), dialect.sliceRows)) {
		const batch = keyBatch(dialect, slice, 1);
		const rows = await database.statement(
			`SELECT seen.* FROM ${batch.source} JOIN ${dialect.table('processed_webhook')} AS seen ON ${hasKey('seen')}`,
			batch.parameters,
		);
		for (const event of rows.map(storedEventOf)) found.set(keyText(event), event);
	}
	const gone = keys.filter((key) => !found.has(keyText(key)));
	if (gone.length > 0) await forgetGone(database, receiver, gone);
	return keys.map((key) => found.get(keyText(key))).filter((event) => event !== undefined);
}

/** An old event that is delivered again in the very moment it is pruned leaves a delivery of nothing. */
async function forgetGone(database: Database, receiver: string, keys: EventKey[]): Promise<void> {
	const { dialect } = database;
	for (const slice of slices(inKeyOrder(keys), dialect.sliceRows)) {
		const batch = keyBatch(dialect, slice, 2);
		await database.statement(
			`DELETE FROM ${dialect.table('event_delivery')}
			WHERE receiver = $1 AND (${KEY}) IN (SELECT ${BATCH_KEY} FROM ${batch.source})`,
			[receiver, ...batch.parameters],
		);
	}
}

function sortedTakings(takings: Taking[]): string[][] {
	const distinct = new Map(
		takings.map(({ receiver, taker }) => [JSON.stringify([receiver, taker]), [receiver, taker]]),
	);
	return [...distinct].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
}
