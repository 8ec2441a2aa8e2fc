import type { Fields } from '../adapters/adapter';
import type { PollKey } from '../store/store';
import type { Found, Poll, Start } from './poll';
import { attentionEvent, type AttentionItem } from './trouble';

/** Rows looked at in one step. */
export const PAGE = 500;
/**
 * How far a position stays behind the time, in milliseconds: two rows can become troubled in the same millisecond, and the
 * one whose id comes first be written last.
 */
const LOOKBACK_MS = 2_000;

/** A log that has troubled rows: of an integration as a whole, of no entity. */
export interface Troubled<Row> {
	/** Names the position: `commands`. */
	name: string;
	/** By when they became so, starting behind this place. */
	page(after: { updatedAt: Date; key: string } | undefined, limit: number): Promise<Row[]>;
	placeOf(row: Row): { updatedAt: Date; key: string };
	/** undefined = it is no trouble after all. */
	itemOf(row: Row): AttentionItem | undefined;
}

/** Goes on from the position of this poll to the end, page by page; each troubled row becomes an event of the inbox. */
export async function lookAtRows<Row>(
	poll: Poll & { start: Start },
	startedAt: Date,
	troubled: Troubled<Row>,
): Promise<Found['events']> {
	const { store, tenant, integration, receiver, againSeconds } = poll;
	const events: Found['events'] = [];
	const key: PollKey = { tenant, integration, entity: '*', poll: `${receiver}/attention/${troubled.name}` };
	for (let goesOn = true; goesOn && events.length < poll.limit && poll.timeLeft();) {
		const position = await store.cursors.get(key);
		if (position === undefined && poll.start === 'now') {
			const cursor = { key, cursor: placeAt(startedAt), expected: undefined };
			await store.inbox.receive(receiver, [], { againSeconds, cursor });
			return [];
		}
		const after = position && placeOf(position.cursor);
		const rows = await troubled.page(after, PAGE);
		const last = rows.at(-1);
		if (last === undefined) break;
		goesOn = rows.length === PAGE;
		const place = troubled.placeOf(last);
		const next = goesOn ? placeAt(place.updatedAt, place.key) : placeBehind(place.updatedAt, startedAt);
		const cursor = hasMoved(after, next) ? { key, cursor: next, expected: position?.version } : undefined;
		const found = itemsOf(troubled, rows).map(attentionEvent);
		const fresh = await store.inbox.receive(receiver, found, { againSeconds, cursor });
		// Somebody else has looked at the same rows.
		if (fresh === undefined) break;
		events.push(...fresh);
	}
	return events;
}

/** Some that are troubled now, without telling them for good. */
export async function sampleOfRows<Row>(troubled: Troubled<Row>, limit: number): Promise<AttentionItem[]> {
	return itemsOf(troubled, await troubled.page(undefined, limit));
}

function itemsOf<Row>(troubled: Troubled<Row>, rows: Row[]): AttentionItem[] {
	return rows.map((row) => troubled.itemOf(row)).filter((item) => item !== undefined);
}

/** A place as the store keeps it. */
export const placeAt = (time: Date, id = '') => ({ at: time.toISOString(), id });

/** Where the next poll begins after the last page. */
export function placeBehind(last: Date, startedAt: Date) {
	return placeAt(new Date(Math.min(last.getTime(), startedAt.getTime()) - LOOKBACK_MS));
}

/** undefined where nothing of ours is kept. */
export function placeOf(cursor: Fields): { updatedAt: Date; key: string } | undefined {
	const updatedAt = new Date(String(cursor.at));
	return Number.isNaN(updatedAt.getTime()) ? undefined : { updatedAt, key: String(cursor.id ?? '') };
}

/** Whether a position has to be written. */
export function hasMoved(
	after: { updatedAt: Date; key: string } | undefined,
	next: { at: string; id: string },
): boolean {
	return after === undefined || next.at !== after.updatedAt.toISOString() || next.id !== after.key;
}
