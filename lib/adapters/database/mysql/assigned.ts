import type { FieldValue } from '../../adapter';
import type { Column } from '../table';
import { literal } from './literal';
import { readMoment, toInstant, toWall, writeMoment } from './wall-time';

/** Types whose empty text is a value; of every other one it means "nothing". */
const TEXTS = new Set(['text', 'varchar', 'bpchar']);
const SERVER_ZONE = '@@global.time_zone';

/**
 * What a column is set to, as an expression; the session is in the server's own zone then, so that triggers and defaults do
 * what they do for the application. Times without a zone are those of `timeZone`, or the server's where that is not set.
 */
export function assigned(column: Column, value: FieldValue, timeZone: string | undefined): string {
	if (value === null || (value === '' && !TEXTS.has(column.type))) return 'NULL';
	if (column.type === 'json') return literal(JSON.stringify(value));
	if (column.type === 'bool' || column.type === 'bit1') return truth(value);
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	const moment = ['timestamptz', 'timestamp', 'date'].includes(column.type) ? readMoment(text) : undefined;
	if (moment === undefined || (column.type === 'date' && (moment.dateOnly || !moment.zoned))) return literal(text);

	if (column.type === 'timestamptz') {
		// The server turns what the session's zone shows into an instant by itself.
		if (!moment.zoned && timeZone === undefined) return literal(writeMoment(moment.at));
		const instant = moment.zoned ? moment.at : toInstant(moment.at, timeZone ?? 'UTC');
		return `CONVERT_TZ(${literal(writeMoment(instant))}, '+00:00', ${SERVER_ZONE})`;
	}
	if (!moment.zoned) return literal(writeMoment(moment.at));
	const wall =
		timeZone === undefined
			? `CONVERT_TZ(${literal(writeMoment(moment.at))}, '+00:00', ${SERVER_ZONE})`
			: literal(writeMoment(toWall(moment.at, timeZone)));
	return column.type === 'date' ? `DATE(${wall})` : wall;
}

/** The time of a write in the form of the column that tells of changes. */
export function changedNow(column: Column, timeZone: string | undefined): string {
	if (column.type !== 'timestamptz' && timeZone !== undefined) {
		const now = BigInt(Date.now()) * 1_000n;
		const seconds = (toWall(now, timeZone) - now) / 1_000_000n;
		return `UTC_TIMESTAMP(6) + INTERVAL ${seconds} SECOND`;
	}
	return 'CURRENT_TIMESTAMP(6)';
}

function truth(value: FieldValue): string {
	const text = String(value).toLowerCase();
	if (['true', 't', '1', 'yes'].includes(text)) return '1';
	if (['false', 'f', '0', 'no'].includes(text)) return '0';
	return literal(String(value));
}
