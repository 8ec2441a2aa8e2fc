import { type CrosslinkError } from '../errors';
import type { LinkChange, LinkRow } from '../store/store';
import type { FieldChange, LinkView, Outcome, PullOutcome, Replication, SyncOutcome } from './replication';

/** The part of a link that leaves the house, after `change` was written to it. */
export function viewOf(link: LinkRow, change: Partial<LinkChange> = {}): LinkView {
	const {
		syncStatus = link.syncStatus,
		lastSyncedAt = link.lastSyncedAt,
		attempts = link.attempts,
		nextAttemptAt = link.nextAttemptAt,
		lastError = link.lastError,
	} = change;
	return {
		syncStatus,
		lastSyncedAt: lastSyncedAt?.toISOString() ?? null,
		attempts,
		nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
		lastError,
		...link.columns,
		...change.columns,
	};
}

interface OutcomeParts {
	outcome: Outcome;
	localId: string | null;
	externalId?: string | null;
	changes?: FieldChange[];
	link?: LinkView | null;
	reason?: string;
	error?: CrosslinkError;
}

/** One output item, with nothing left out that the contract promises. */
export function outcomeOf(replication: Replication, parts: OutcomeParts): SyncOutcome {
	return {
		outcome: parts.outcome,
		tenant: replication.tenant,
		integration: replication.integration,
		entity: replication.binding.entity,
		localId: parts.localId,
		externalId: parts.externalId ?? null,
		changes: parts.changes ?? [],
		link: parts.link ?? null,
		...(parts.reason === undefined ? {} : { reason: parts.reason }),
		...(parts.error === undefined ? {} : { error: parts.error.toPlain() }),
	};
}

/** An outcome with nothing to write here. */
export function withoutPatch(outcome: SyncOutcome): PullOutcome {
	return { ...outcome, patch: {}, receipt: null };
}

/** A record that was not taken; `conflict` errors have their own outcome. */
export function failure(
	replication: Replication,
	localId: string | null,
	error: CrosslinkError,
	link?: LinkRow,
): SyncOutcome {
	return outcomeOf(replication, {
		outcome: error.class === 'conflict' ? 'conflict' : 'failed',
		localId,
		externalId: link?.externalId,
		link: link ? viewOf(link) : null,
		error,
	});
}

/** What was deleted or unlinked is not brought back by a push; a person links it again. */
export function tombstone(replication: Replication, link: LinkRow): SyncOutcome {
	return outcomeOf(replication, {
		outcome: 'skipped',
		localId: link.localId,
		externalId: link.externalId,
		link: viewOf(link),
		reason: `${replication.binding.displayName} "${link.localId}" was deleted on the other side or unlinked; link it again to push it.`,
	});
}

/** Both sides agree already. */
export function unchanged(replication: Replication, link: LinkRow): SyncOutcome {
	return outcomeOf(replication, {
		outcome: 'unchanged',
		localId: link.localId,
		externalId: link.externalId,
		link: viewOf(link),
	});
}

/** How much sooner or later than asked a retry may come, so that many failures do not return at once. */
const RETRY_JITTER = 0.25;

/**
 * What a failed attempt leaves in the link. What may pass by itself is tried again later, up to
 * `retry.attempts` times; what will not is `failed` (or `conflict`) at once, with the reason.
 */
export function failureChange(
	replication: Replication,
	link: LinkRow,
	error: CrosslinkError,
	untried = false,
): LinkChange {
	const attempts = error.class === 'auth' || untried ? link.attempts : link.attempts + 1;
	const passing = error.class === 'transient' || error.class === 'throttled' || error.class === 'unknown';
	const again = error.class === 'auth' || (passing && attempts < replication.retry.attempts);
	const delayMs = Math.max(
		replication.retry.delaySeconds * 1000 * (1 - RETRY_JITTER + 2 * RETRY_JITTER * Math.random()),
		error.retryAfterMs ?? 0,
	);
	return {
		localId: link.localId,
		syncStatus: error.class === 'conflict' ? 'conflict' : again ? 'pending' : 'failed',
		attempts,
		nextAttemptAt: again ? new Date(replication.now().getTime() + delayMs) : null,
		lastError: `${error.message} ${error.remedy}`,
		errorCode: error.code,
	};
}
