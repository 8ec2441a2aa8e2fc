import type { Conflict } from '../../../../lib/store/store';
import { asJson, type ItemResult } from '../operation';

/** A conflict as an output item; its id goes into Resolve Conflict. */
export function conflictResult(index: number, conflict: Conflict): ItemResult {
	const { id, key: _key, run, ...shown } = conflict;
	return { index, json: asJson({ conflictId: id, ...shown, foundBy: run }) };
}
