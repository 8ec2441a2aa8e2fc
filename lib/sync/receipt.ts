import type { FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { PullMove } from './plan';

/** What a pull read and handed out; comes back in `confirm` once your system has taken it. */
export interface Receipt {
	tenant: string;
	integration: string;
	entity: string;
	localId: string;
	externalId: string;
	/** The other side's version at reading time. */
	version: string | null;
	moves: Array<Pick<PullMove, 'key' | 'field' | 'local' | 'external' | 'was' | 'over' | 'settles'>>;
}

/** Receipts are handed from node to node as text; longer ones are none of ours. In characters. */
const MAX_RECEIPT_LENGTH = 4 * 1024 * 1024;
const FORMAT = 'crosslink-receipt-1.';

/** Text form of a receipt, opaque to flows. It holds field values, no secret. */
export function writeReceipt(receipt: Receipt): string {
	return FORMAT + Buffer.from(JSON.stringify(receipt), 'utf8').toString('base64url');
}

/**
 * Reads a receipt back. A receipt comes through the flow, so its form is checked, and it is only ever used for the
 * tenant and link the run is about.
 * @throws CrosslinkError `rejected`, `receipt_unreadable`
 */
export function readReceipt(text: string): Receipt {
	if (typeof text !== 'string' || !text.startsWith(FORMAT) || text.length > MAX_RECEIPT_LENGTH) throw unreadable();
	let parsed: unknown;
	try {
		parsed = JSON.parse(Buffer.from(text.slice(FORMAT.length), 'base64url').toString('utf8'));
	} catch {
		throw unreadable();
	}
	if (!isReceipt(parsed)) throw unreadable();
	return parsed;
}

function isReceipt(value: unknown): value is Receipt {
	if (!isRecord(value)) return false;
	const named = ['tenant', 'integration', 'entity', 'localId', 'externalId'].every((name) => isText(value[name]));
	return (
		named &&
		checkId('local id', String(value.localId)) === undefined &&
		(value.version === null || isText(value.version)) &&
		Array.isArray(value.moves) &&
		value.moves.every(isMove)
	);
}

function isMove(value: unknown): value is { key: string; field: string; local: FieldValue; external: FieldValue } {
	return isRecord(value) && isText(value.key) && isText(value.field) && 'local' in value && 'external' in value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function unreadable(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'receipt_unreadable',
		message: 'This is not a receipt of a Pull Fields operation.',
		remedy: 'Pass on "receipt" exactly as Pull Fields gave it, for example {{ $("Pull").item.json.receipt }}.',
	});
}
