import { asCrosslinkError, CrosslinkError } from '../errors';
import type { Base, Conflict, LinkChange, LinkRow, SyncLogEntry } from '../store/store';
import { changeEntry } from './alongside';
import { sameValue } from './fields';
import { withFlip, withReplaced } from './flips';
import { withoutAgreed } from './handed';
import { linkBusy, withLeases } from './leases';
import { failure, outcomeOf, viewOf } from './outcome';
import { readReceipt, type Receipt } from './receipt';
import type { FieldChange, Replication, SyncOutcome } from './replication';
import { findPending } from './run';
import { unsentWithout } from './unsent';

/** Links confirmed in one commit. */
const CONFIRM_CHUNK = 500;

/**
 * Takes note that your system has written what a pull handed out (Confirm Pull): moves the base, so that neither
 * side's next look sees a change. Safe to repeat; a receipt that newer work has overtaken changes nothing.
 * @returns one outcome per receipt, in order
 */
export async function confirm(replication: Replication, receipts: string[]): Promise<SyncOutcome[]> {
	const read = receipts.map((text) => readFor(replication, text));
	const readable = read.filter((receipt): receipt is Receipt => !(receipt instanceof CrosslinkError));
	const confirmed = (await confirmReceipts(replication, readable)).values();
	return read.map((receipt) =>
		receipt instanceof CrosslinkError ? failure(replication, null, receipt) : (confirmed.next().value as SyncOutcome),
	);
}

/** The same for receipts that were read already. */
export async function confirmReceipts(replication: Replication, receipts: Receipt[]): Promise<SyncOutcome[]> {
	if (receipts.length === 0) return [];
	const table = replication.store.links(replication.integration, replication.binding.entity);
	const byLocalId = new Map<string, Receipt[]>();
	for (const receipt of receipts) {
		byLocalId.set(receipt.localId, [...(byLocalId.get(receipt.localId) ?? []), receipt]);
	}

	const outcomes = new Map<string, SyncOutcome>();
	// Only links that exist are claimed: claiming would create the others.
	const known = await table.findByLocalIds(replication.tenant, [...byLocalId.keys()]);
	const linked = known.filter((link) => link.externalId !== null).map((link) => link.localId);
	const busy = await withLeases(replication, table, linked, CONFIRM_CHUNK, async (claimed) => {
		const pending = await findPending(replication, claimed);
		const confirmed = claimed.map((link) =>
			confirmLink(replication, link, byLocalId.get(link.localId) ?? [], pending.get(link.localId)),
		);
		const changes = confirmed.map(({ change }) => change);
		const result = await table.settle(replication.tenant, replication.runId, changes, {
			conflictsDone: confirmed.flatMap(({ done }) => done),
			log: confirmed.flatMap(({ log }) => log),
		});
		for (const { outcome } of confirmed) if (outcome.localId) outcomes.set(outcome.localId, outcome);
		for (const localId of result.lost)
			outcomes.set(localId, failure(replication, localId, linkBusy(localId, replication.binding.entity)));
		return new Set(result.settled);
	});
	for (const localId of busy)
		outcomes.set(localId, failure(replication, localId, linkBusy(localId, replication.binding.entity)));

	return receipts.map(
		(receipt) => outcomes.get(receipt.localId) ?? failure(replication, receipt.localId, unlinked(replication, receipt)),
	);
}

interface Confirmed {
	change: LinkChange;
	outcome: SyncOutcome;
	done: Array<{ localId: string; key: string }>;
	log: SyncLogEntry[];
}

/** Moves the base of one link by its receipts, in the order they were given. */
function confirmLink(
	replication: Replication,
	link: LinkRow,
	receipts: Receipt[],
	pending: ReadonlyMap<string, Conflict> | undefined,
): Confirmed {
	const { localId } = link;
	const base: Base = { local: { ...link.base?.local }, external: { ...link.base?.external } };
	const flips = { ...link.flips };
	let { handed } = link;
	const changes: FieldChange[] = [];
	const overwritten = new Set<string>();
	const done: Confirmed['done'] = [];
	for (const move of receipts.flatMap((receipt) => receipt.moves)) {
		// A person's decision is carried out by this very write, whatever the base says by now.
		if (move.settles && pending?.has(move.key)) done.push({ localId, key: move.key });
		const overtaken = !sameValue(base.external[move.key], move.was);
		if (overtaken) continue;
		overwritten.add(move.field);
		handed = withoutAgreed(handed, move.key, move.external);
		const agreed = sameValue(base.external[move.key], move.external) && sameValue(base.local[move.key], move.local);
		// An edit of yours that was undone counts once, however often its receipt comes.
		const undone = move.over !== undefined && !(flips[move.key] ?? []).some(({ at }) => at >= (move.over?.at ?? 0));
		if (agreed && !undone) continue;
		changes.push({ field: move.field, from: base.local[move.key], to: move.local, direction: 'pull' });
		const { freeze } = replication;
		const replaced = withReplaced(flips[move.key], move.over?.local, base.local[move.key], replication.now(), freeze);
		base.local[move.key] = move.local;
		base.external[move.key] = move.external;
		flips[move.key] = withFlip(replaced, move.external, replication.now(), freeze);
	}
	const moved = {
		base,
		flips,
		lastSyncedAt: replication.now(),
		externalVersion: receipts.at(-1)?.version ?? null,
	};
	const change: LinkChange = {
		localId,
		...(changes.length === 0 ? {} : moved),
		...(handed === link.handed ? {} : { handed }),
		...(link.unsent === null ? {} : { unsent: unsentWithout(replication.binding, link, overwritten) }),
		...statusAfter(link, pending, done),
	};
	const outcome = outcomeOf(replication, {
		outcome: changes.length === 0 ? 'unchanged' : 'updated',
		localId,
		externalId: link.externalId,
		changes,
		link: viewOf(link, change),
	});
	const about = { localId, externalId: link.externalId, at: replication.now(), run: replication.runId };
	const log = replication.syncLog === 'all' ? changes.map((one) => changeEntry(replication, about, one)) : [];
	return { change, outcome, done, log };
}

/** A pull says nothing about a push that failed: its reason stays until the push goes through. */
function statusAfter(
	link: LinkRow,
	pending: ReadonlyMap<string, Conflict> | undefined,
	done: Confirmed['done'],
): Partial<LinkChange> {
	const clean = { syncStatus: 'synced' as const, lastError: null, errorCode: null };
	if (link.syncStatus === 'conflict') return (pending?.size ?? 0) > done.length ? {} : clean;
	const open = link.syncStatus === 'failed' || link.errorCode !== null;
	return open ? {} : { syncStatus: 'synced' };
}

function readFor(replication: Replication, text: string): Receipt | CrosslinkError {
	try {
		const receipt = readReceipt(text);
		const fits =
			receipt.tenant === replication.tenant &&
			receipt.integration === replication.integration &&
			receipt.entity === replication.binding.entity;
		if (fits) return receipt;
		return new CrosslinkError({
			class: 'rejected',
			code: 'receipt_of_another',
			message: `This receipt is for ${receipt.entity} "${receipt.localId}" in ${receipt.integration}, not for what this node is set to.`,
			remedy: 'Set tenant, integration and entity as in the Pull Fields operation that gave the receipt.',
		});
	} catch (thrown) {
		return asCrosslinkError(thrown);
	}
}

function unlinked(replication: Replication, receipt: Receipt): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'not_linked',
		message: `${replication.binding.displayName} "${receipt.localId}" is not linked any more, so there is nothing to confirm.`,
		remedy: 'Link it again, then pull again.',
	});
}
