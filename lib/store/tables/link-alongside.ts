import type { Session } from '../dialect';
import type { Alongside } from '../store';
import type { LinkContext } from './link-context';
import { assertFieldKeys, finishConflicts, openConflicts } from './sync-conflict-write';
import { appendLog } from './sync-log-write';

/** Called before the transaction, so that nothing is half done when a key cannot be stored. */
export function assertAlongside({ conflicts = [], conflictsDone = [] }: Alongside): void {
	assertFieldKeys(conflicts);
	assertFieldKeys(conflictsDone);
}

/** Conflicts that are done make room before new ones open: one key may be in both. */
export async function writeAlongside(
	context: LinkContext,
	session: Session,
	tenant: string,
	settled: ReadonlySet<string>,
	{ conflicts = [], conflictsDone = [], log = [] }: Alongside,
): Promise<void> {
	const ofSettled = <T extends { localId: string }>(all: T[]): T[] => all.filter(({ localId }) => settled.has(localId));
	await finishConflicts(context, session, tenant, ofSettled(conflictsDone));
	await openConflicts(context, session, tenant, ofSettled(conflicts));
	await appendLog(context, session, tenant, ofSettled(log));
}
