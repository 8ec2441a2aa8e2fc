import type { Alongside, LinkChange, LinkRow, LinkTable, SyncLogEntry } from '../store/store';
import { fieldConflict } from './errors';
import { withLeases } from './leases';
import { newConflict } from './alongside';
import type { RecordPlan } from './plan';
import type { Replication } from './replication';
import { goneChange } from './settlement';

/** What a pull learns that has to be kept although nothing is written anywhere else. */
export type Finding =
	| { link: LinkRow; kind: 'gone' }
	/** The record of an ended link is there again. */
	| { link: LinkRow; kind: 'back' }
	| { link: LinkRow; kind: 'conflict'; plan: RecordPlan };

/** Links noted in one commit. */
const CHUNK = 500;

/** Keeps what was found, under leases; a link another run holds is left to that run and the next look. */
export async function noteFindings(replication: Replication, table: LinkTable, findings: Finding[]): Promise<void> {
	const byLocalId = new Map(findings.map((finding) => [finding.link.localId, finding]));
	await withLeases(replication, table, [...byLocalId.keys()], CHUNK, async (claimed) => {
		const known = claimed.flatMap((link) => {
			const finding = byLocalId.get(link.localId);
			// Somebody may have worked on the link since; what was found then is about another state.
			return finding && finding.link.externalId === link.externalId ? [finding] : [];
		});
		const changes = known.map((finding) => changeOf(replication, finding));
		const { settled } = await table.settle(
			replication.tenant,
			replication.runId,
			changes,
			alongside(replication, known),
		);
		return new Set(settled);
	});
}

function changeOf(replication: Replication, finding: Finding): LinkChange {
	const { link } = finding;
	switch (finding.kind) {
		case 'gone':
			return goneChange(replication, link);
		case 'back':
			return { localId: link.localId, syncStatus: 'synced', lastError: null, errorCode: null };
		case 'conflict': {
			const names = finding.plan.conflicts.map(({ rule }) => rule.local);
			const { message, remedy } = fieldConflict(replication, link.localId, names);
			return {
				localId: link.localId,
				syncStatus: 'conflict',
				lastError: `${message} ${remedy}`,
				errorCode: 'conflict',
			};
		}
	}
}

function alongside(replication: Replication, findings: Finding[]): Alongside {
	const conflicts = findings.flatMap((finding) =>
		finding.kind === 'conflict'
			? finding.plan.conflicts.map((conflict) => newConflict(replication, finding.link, conflict))
			: [],
	);
	return {
		conflicts,
		log: replication.syncLog === 'all' ? findings.flatMap((finding) => logged(replication, finding)) : [],
	};
}

function logged(replication: Replication, { link, kind }: Finding): SyncLogEntry[] {
	if (kind === 'conflict') return [];
	const about = { localId: link.localId, externalId: link.externalId, at: replication.now(), run: replication.runId };
	const [from, to] = kind === 'gone' ? [link.externalId, null] : [null, link.externalId];
	const rule = kind === 'gone' ? 'Deleted on the other side.' : 'Restored on the other side.';
	return [{ ...about, kind: kind === 'gone' ? 'delete' : 'link', field: null, from, to, rule }];
}
