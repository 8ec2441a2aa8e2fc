import { CrosslinkError } from '../../errors';
import type { Cursor } from '../adapter';

/** Up to where a server has written: a number or a change stamp, per server that writes. */
export type Points = Record<string, string>;

/** Where polling is. Between windows only what the next one begins with is set. */
export interface DirectoryCursor {
	/** Whose numbers these are; of another server they mean nothing. */
	server: string;
	since: Points;
	/** When the window was opened by the server's clock, ISO 8601; where deletions are found by time. */
	time?: string;
	/** Inside a window: its frozen end. */
	to?: Points;
	/** Everything is read again, because the server has changed; deletions since this time are told with it. */
	again?: string;
	/** The last key seen. */
	at?: string;
	id?: string;
	/** Ends of the next pages, as the last listing found them. */
	cuts?: string[];
}

const POINT = /^\d{1,20}$|^\d{14}(\.\d{1,9})?Z(#[0-9a-f]{6}#[0-9a-f]{3}#[0-9a-f]{6})?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** @throws CrosslinkError `rejected`, `cursor_unreadable` */
export function readCursor(cursor: Cursor): DirectoryCursor {
	const { server, since, time, to, again, at, id, cuts, ...rest } = cursor;
	const valid =
		typeof server === 'string' &&
		isPoints(since) &&
		(to === undefined || isPoints(to)) &&
		[time, again].every((one) => one === undefined || (typeof one === 'string' && TIME.test(one))) &&
		(at === undefined ? id === undefined : isPoint(at) && typeof id === 'string' && to !== undefined) &&
		(cuts === undefined || (Array.isArray(cuts) && cuts.every(isPoint))) &&
		Object.keys(rest).length === 0;
	if (valid) return cursor as unknown as DirectoryCursor;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'cursor_unreadable',
		message: `The polling position is none of a directory's: ${JSON.stringify(cursor).slice(0, 200)}.`,
		remedy: 'Clear the stored position of this poll and begin anew, from now on or from the beginning.',
	});
}

const isPoint = (value: unknown): boolean => typeof value === 'string' && POINT.test(value);

function isPoints(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isPoint);
}

/** As the store keeps it: what is not set is not there. */
export function toCursor(cursor: DirectoryCursor): Cursor {
	return JSON.parse(JSON.stringify(cursor)) as Cursor;
}

/** Numbers by their size, stamps by their text. */
export function comparePoints(a: string, b: string): number {
	const [left, right] = /^\d+$/.test(a) && /^\d+$/.test(b) ? [a.padStart(20, '0'), b.padStart(20, '0')] : [a, b];
	return left < right ? -1 : left > right ? 1 : 0;
}

export function largest(points: Iterable<string>): string | undefined {
	let found: string | undefined;
	for (const point of points) if (found === undefined || comparePoints(point, found) > 0) found = point;
	return found;
}
