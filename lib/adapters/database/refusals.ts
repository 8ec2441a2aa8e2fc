import { CrosslinkError } from '../../errors';
import { refusedWrite, type Refusal } from './write-errors';

/** SQLSTATE, longest match first: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_STATE: Array<[string, Refusal]> = [
	['23505', 'unique'],
	['23503', 'reference'],
	['23001', 'reference'],
	['23502', 'empty'],
	['23', 'check'],
	['44000', 'check'],
	['22', 'value'],
	['428C9', 'readOnlyColumn'],
	['42501', 'permission'],
	['25006', 'readOnlyServer'],
	['55000', 'readOnlyTable'],
	['42809', 'readOnlyTable'],
	['0A000', 'readOnlyTable'],
	['55P03', 'locked'],
	['40P01', 'deadlock'],
	['P0001', 'trigger'],
];

/**
 * What the server has against a write, with table, row, column and constraint named; anything else stays what it is, for
 * the reader to explain.
 */
export function explainWrite(
	thrown: unknown,
	about: { table: string; id?: string; reasonOf: (thrown: unknown) => string },
	culprit?: string,
): unknown {
	if (thrown instanceof CrosslinkError) return thrown;
	const { code, column, constraint } = (thrown ?? {}) as { code?: unknown; column?: unknown; constraint?: unknown };
	const state = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : '';
	const refusal = state === '' ? undefined : BY_STATE.find(([start]) => state.startsWith(start))?.[1];
	if (refusal === undefined) return thrown;
	const { table, id, reasonOf } = about;
	const named = culprit ?? (typeof column === 'string' ? column : undefined);
	return refusedWrite(refusal, {
		table,
		...(id !== undefined && { id }),
		...(named !== undefined && { column: named }),
		...(typeof constraint === 'string' && { constraint }),
		reason: reasonOf(thrown),
		code: state,
	});
}
