import { CrosslinkError } from '../../errors';
import type { Cursor } from '../adapter';

/** Where polling is: instants (or transaction numbers) as the database writes them. Between windows only `since` is set. */
export type DatabaseCursor =
	| { since: string; to?: undefined }
	/** Inside one: its frozen end, where the following one begins, and the last row seen. */
	| { since: string; to: string; next: string; at: string; id: string };

/** Longer values do not fit the small position; no id that people use is as long. */
export const MAX_POSITION_CHARACTERS = 200;
const INSTANT = /^(-?infinity|\d{1,20}|\d{4,6}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?(\+00)?)?( BC)?)$/;

/** @throws CrosslinkError `rejected`, `cursor_unreadable` */
export function readCursor(cursor: Cursor): DatabaseCursor {
	const { since, to, next, at, id, ...rest } = cursor;
	const instants = to === undefined ? [since] : [since, to, next, at];
	const valid =
		instants.every((one) => typeof one === 'string' && INSTANT.test(one)) &&
		(to === undefined
			? next === undefined && at === undefined && id === undefined
			: typeof id === 'string' && id.length <= MAX_POSITION_CHARACTERS) &&
		Object.keys(rest).length === 0;
	if (valid) return cursor as DatabaseCursor;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'cursor_unreadable',
		message: `The polling position is none of a database table's: ${JSON.stringify(cursor).slice(0, 200)}.`,
		remedy: 'Clear the stored position of this poll and begin anew, from now on or from the beginning.',
	});
}
