import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { LinkChange, LinkRow } from '../store/store';
import { checkBrake } from './brakes';
import { inChunks, linkBusy, withLeases } from './leases';
import { lookUp } from './look-up';
import { failure, failureChange, outcomeOf, viewOf, withoutPatch } from './outcome';
import type { PullOutcome } from './replication';
import type { RecordRun } from './run';

/**
 * Follows deletions in your system by the entity's policy: `ignore` leaves link and record alone, `unlink` ends the
 * link, `archive` takes the other side's record out of use and ends the link. Many at once stop at the brakes before
 * the first of them.
 */
export async function removeRecords(run: RecordRun, localIds: string[]): Promise<void> {
	const { replication, table } = run;
	const { onDelete } = replication.binding;
	const linked: string[] = [];
	for (const localId of localIds) {
		const link = run.known.get(localId);
		const reason = reasonToLeave(run, link);
		if (reason !== undefined) run.outcomes.set(localId, left(run, localId, link, reason));
		else linked.push(localId);
	}
	if (linked.length === 0) return;
	await checkBrake(replication, 'deletes', linked.length);
	const chunk = replication.promises.batchSize.upsert;
	const busy = await withLeases(replication, table, linked, chunk, async (claimed) => {
		const failures = onDelete === 'archive' ? await archive(run, claimed) : new Map<string, CrosslinkError>();
		const changes = claimed.map((link) => changeAfter(run, link, failures.get(link.localId)));
		const result = await table.settle(replication.tenant, replication.runId, changes, {
			log:
				replication.syncLog === 'all'
					? claimed.flatMap((link) => (failures.has(link.localId) ? [] : [logged(run, link)]))
					: [],
		});
		claimed.forEach((link, index) => {
			const error = failures.get(link.localId);
			const change = changes[index] as LinkChange;
			run.outcomes.set(
				link.localId,
				error ? withoutPatch(failure(replication, link.localId, error, link)) : removed(run, link, change),
			);
		});
		return new Set(result.settled);
	});
	for (const localId of busy) {
		run.outcomes.set(
			localId,
			withoutPatch(failure(replication, localId, linkBusy(localId, replication.binding.entity))),
		);
	}
}

function reasonToLeave({ replication }: RecordRun, link: LinkRow | undefined): string | undefined {
	const { onDelete, entity } = replication.binding;
	if (link === undefined) return 'It was never linked, so there is nothing to follow.';
	if (link.syncStatus === 'deleted') return 'Its link has ended already.';
	if (onDelete === 'ignore') {
		return `Deletions of ${entity} are not followed (setting "onDelete": ignore). Set it to unlink or archive to follow them.`;
	}
	return undefined;
}

/**
 * External ids to archive, by local id. A link without one may have had its record created by a run that did not live to
 * see the answer. It is looked for by our own key only: what a key of the tenant's own names may have been there before.
 */
async function recordsOf({ replication }: RecordRun, links: LinkRow[]): Promise<Map<string, string | CrosslinkError>> {
	const records = new Map<string, string | CrosslinkError>();
	for (const { localId, externalId } of links) if (externalId !== null) records.set(localId, externalId);
	const unanswered = links.filter((link) => link.externalId === null);
	if (unanswered.length === 0 || replication.binding.matchOn !== undefined) return records;
	try {
		const found = await lookUp(
			replication,
			unanswered.map((link) => ({ link, fields: {} })),
		);
		for (const [localId, record] of found) {
			records.set(localId, record instanceof CrosslinkError ? record : record.externalId);
		}
	} catch (thrown) {
		replication.signal?.throwIfAborted();
		for (const { localId } of unanswered) records.set(localId, asCrosslinkError(thrown));
	}
	return records;
}

async function archive(run: RecordRun, links: LinkRow[]): Promise<Map<string, CrosslinkError>> {
	const { replication } = run;
	const failures = new Map<string, CrosslinkError>();
	const records: Array<{ ref: string; externalId: string }> = [];
	for (const [ref, externalId] of await recordsOf(run, links)) {
		if (externalId instanceof CrosslinkError) failures.set(ref, externalId);
		else records.push({ ref, externalId });
	}
	for (const chunk of inChunks(records, replication.promises.batchSize.upsert)) {
		try {
			const remove = requireCapability(replication.integration, replication.adapter, 'remove');
			for (const result of await remove(replication.binding, chunk)) {
				if (!result.ok) failures.set(result.ref, result.error);
			}
		} catch (thrown) {
			replication.signal?.throwIfAborted();
			for (const { ref } of chunk) failures.set(ref, asCrosslinkError(thrown));
		}
	}
	return failures;
}

function changeAfter({ replication }: RecordRun, link: LinkRow, error: CrosslinkError | undefined): LinkChange {
	if (error) return failureChange(replication, link, error);
	return {
		localId: link.localId,
		syncStatus: 'deleted',
		lastSyncedAt: replication.now(),
		lastError: null,
		errorCode: null,
	};
}

function removed({ replication }: RecordRun, link: LinkRow, change: LinkChange): PullOutcome {
	return withoutPatch(
		outcomeOf(replication, {
			outcome: 'updated',
			localId: link.localId,
			externalId: link.externalId,
			link: viewOf(link, change),
			reason:
				replication.binding.onDelete === 'archive'
					? 'Archived on the other side; the link has ended.'
					: 'The link has ended.',
		}),
	);
}

function left({ replication }: RecordRun, localId: string, link: LinkRow | undefined, reason: string): PullOutcome {
	const view = link ? viewOf(link) : null;
	return withoutPatch(
		outcomeOf(replication, { outcome: 'skipped', localId, externalId: link?.externalId, link: view, reason }),
	);
}

function logged({ replication }: RecordRun, link: LinkRow) {
	const { localId, externalId } = link;
	const rule = `Deleted in your system; policy ${replication.binding.onDelete}.`;
	const about = { localId, externalId, at: replication.now(), run: replication.runId };
	return { ...about, kind: 'delete' as const, field: null, from: externalId, to: null, rule };
}
