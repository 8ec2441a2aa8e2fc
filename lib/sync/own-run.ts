import { setTimeout as sleep } from 'node:timers/promises';
import { CrosslinkError } from '../errors';
import { confirmReceipts } from './confirm';
import { valueAt } from './fields';
import { lastInStep, noteOwnFailures, type LastInStep } from './own-failures';
import {
	readOwn,
	requireConditionalWrites,
	writeOwn,
	type OwnRecord,
	type OwnRecords,
	type OwnWrite,
} from './own-records';
import { failure, outcomeOf, withoutPatch } from './outcome';
import { preview } from './preview';
import { pull } from './pull';
import { push } from './push';
import { readReceipt, type Receipt } from './receipt';
import type { PlanSummary, PullItem, PullOutcome, PushItem, Replication, SyncOutcome } from './replication';
import { sync } from './sync';

/** How often a record is looked at that somebody changes here between the look and the write. */
const LOOKS = 5;
/** Wait before looking again, in milliseconds, times the number of looks. */
const PAUSE_MS = 100;

/** A record of your system whose values the run reads itself. */
export type OwnItem = Pick<PushItem, 'localId' | 'deleted'>;

/**
 * Sync Both Ways with your own system on this side: reads the records, carries out the same plan, writes the patch on condition
 * that nobody was faster, and confirms what was written, as your side has it then.
 *
 * What is handed out is noted with the link before it is written, so that a run that dies in between leaves nothing wrong:
 * the next one finds what was noted on this side, and takes both sides for agreed.
 * @returns one outcome per item, in order; `patch` is what was written, `receipt` is null where it was confirmed
 */
export async function syncOwn(replication: Replication, own: OwnRecords, items: OwnItem[]): Promise<PullOutcome[]> {
	return await lookAndWrite(replication, own, items, sync);
}

/** Pull Fields with your own system on this side: what is new over there is written here and confirmed. */
export async function pullOwn(replication: Replication, own: OwnRecords, items: PullItem[]): Promise<PullOutcome[]> {
	requireConditionalWrites(own);
	let open = items.map((item, index) => ({ item, index }));
	const outcomes: PullOutcome[] = [];
	for (let look = 1; open.length > 0; look++) {
		let seen = new Map<string, OwnRecord>();
		const pulled = await pull(
			replication,
			open.map(({ item }) => item),
			async (localIds) => (seen = await readOwn(own, localIds)),
		);
		const moved = await write(replication, own, seen, pulled, { look, before: new Map() });
		open.forEach(({ index }, at) => (outcomes[index] = pulled[at] as PullOutcome));
		open = open.filter((_, at) => moved.has(pulled[at]?.localId ?? ''));
		if (open.length > 0) await pause(replication, look);
	}
	return outcomes;
}

/** Push Fields with your own system on this side: only read here. */
export async function pushOwn(replication: Replication, own: OwnRecords, items: OwnItem[]): Promise<SyncOutcome[]> {
	const { present, absent } = await pushItems(replication, own, items);
	const pushed = await push(
		replication,
		[...present.values()].map(({ item }) => item),
	);
	const outcomes = new Map<OwnItem, SyncOutcome>(
		[...present.keys()].map((item, at) => [item, pushed[at] as SyncOutcome]),
	);
	return items.map((item) => outcomes.get(item) ?? (absent.get(item) as SyncOutcome));
}

/** Preview with your own system on this side: what a push or a sync would do with the records as they are here now. */
export async function previewOwn(
	replication: Replication,
	own: OwnRecords,
	items: OwnItem[],
	direction: 'push' | 'sync',
): Promise<{ outcomes: SyncOutcome[]; summary: PlanSummary }> {
	const { present, absent } = await pushItems(replication, own, items);
	const records = [...present.values()].map(({ item }) => item);
	const { outcomes: shown, summary } = await preview(replication, records, direction);
	const outcomes = new Map<OwnItem, SyncOutcome>(
		[...present.keys()].map((item, at) => [item, shown[at] as SyncOutcome]),
	);
	return {
		outcomes: items.map((item) => outcomes.get(item) ?? (absent.get(item) as SyncOutcome)),
		summary: { ...summary, skipped: summary.skipped + absent.size },
	};
}

async function lookAndWrite(
	replication: Replication,
	own: OwnRecords,
	items: OwnItem[],
	run: (replication: Replication, items: PushItem[]) => Promise<PullOutcome[]>,
): Promise<PullOutcome[]> {
	requireConditionalWrites(own);
	const outcomes = new Map<OwnItem, PullOutcome>();
	const ids = items.map(({ localId }) => localId.trim()).filter((localId) => localId !== '');
	const before = await lastInStep(replication, [...new Set(ids)]);
	let open = items;
	for (let look = 1; open.length > 0; look++) {
		const { present, absent, seen } = await pushItems(replication, own, open);
		for (const [item, outcome] of absent) outcomes.set(item, withoutPatch(outcome));
		const ran = await run(
			replication,
			[...present.values()].map(({ item }) => item),
		);
		const moved = await write(replication, own, seen, ran, { look, before });
		const again: OwnItem[] = [];
		[...present.keys()].forEach((item, at) => {
			const now = ran[at] as PullOutcome;
			outcomes.set(item, withEarlier(outcomes.get(item), now));
			if (moved.has(item.localId.trim())) again.push(item);
		});
		open = again;
		if (open.length > 0) await pause(replication, look);
	}
	return items.map((item) => outcomes.get(item) as PullOutcome);
}

/** What an earlier look of this run has brought over there belongs to the same outcome. */
function withEarlier(before: PullOutcome | undefined, now: PullOutcome): PullOutcome {
	const pushed = before?.changes.filter((change) => change.direction === 'push') ?? [];
	if (before === undefined || pushed.length === 0) return now;
	const outcome = before.outcome === 'created' ? 'created' : 'updated';
	return {
		...now,
		...(now.outcome === 'unchanged' || now.outcome === 'updated' ? { outcome } : {}),
		changes: [...pushed, ...now.changes],
	};
}

interface Seen {
	/** What the engine gets to see, and the item it stands for. */
	present: Map<OwnItem, { item: PushItem }>;
	absent: Map<OwnItem, SyncOutcome>;
	seen: Map<string, OwnRecord>;
}

async function pushItems(replication: Replication, own: OwnRecords, items: OwnItem[]): Promise<Seen> {
	const wanted = items.filter((item) => !item.deleted).map((item) => item.localId.trim());
	const seen = await readOwn(
		own,
		wanted.filter((localId) => localId !== ''),
	);
	const found: Seen = { present: new Map(), absent: new Map(), seen };
	for (const item of items) {
		const record = seen.get(item.localId.trim());
		if (item.deleted || item.localId.trim() === '') found.present.set(item, { item: { ...item, fields: {} } });
		else if (record === undefined) found.absent.set(item, notThere(replication, own, item.localId));
		else {
			const { fields, modifiedAt } = record;
			found.present.set(item, { item: { localId: item.localId, fields, ...(modifiedAt && { modifiedAt }) } });
		}
	}
	return found;
}

/** Writes what the outcomes hand out, and confirms it; the outcomes are completed. Returns the records that have moved. */
async function write(
	replication: Replication,
	own: OwnRecords,
	seen: ReadonlyMap<string, OwnRecord>,
	outcomes: PullOutcome[],
	{ look, before }: { look: number; before: LastInStep },
): Promise<Set<string>> {
	const writes = new Map<string, OwnWrite & { outcome: PullOutcome }>();
	for (const outcome of outcomes) {
		if (outcome.localId === null || Object.keys(outcome.patch).length === 0) continue;
		const record = seen.get(outcome.localId);
		if (record === undefined) fail(replication, outcome, gone(replication, own, outcome.localId));
		else writes.set(outcome.localId, { record, patch: outcome.patch, paths: pathsOf(replication, outcome), outcome });
	}
	const results = await writeOwn(own, [...writes.values()]);
	const moved = new Set<string>();
	const receipts: Receipt[] = [];
	const failures: Array<{ localId: string; error: CrosslinkError }> = [];
	for (const [localId, { outcome }] of writes) {
		const result = results.get(localId);
		if (result?.outcome === 'written') {
			if (outcome.receipt !== null) receipts.push(asWritten(readReceipt(outcome.receipt), result.fields));
		} else if (result?.outcome === 'moved' && look < LOOKS) moved.add(localId);
		else {
			const error = result?.outcome === 'failed' ? result.error : neverStill(replication, own, localId);
			fail(replication, outcome, error);
			failures.push({ localId, error });
		}
	}
	await noteOwnFailures(replication, failures, before);
	for (const confirmed of await confirmReceipts(replication, receipts)) {
		const outcome = writes.get(confirmed.localId ?? '')?.outcome;
		if (outcome === undefined) continue;
		// Unconfirmed, it is offered again: the next run finds this side written already.
		if (confirmed.error) fail(replication, outcome, new CrosslinkError(confirmed.error));
		else Object.assign(outcome, { receipt: null, link: confirmed.link });
	}
	return moved;
}

/** The base moves to what your side has, not to what was sent: a column may round, cut or pad. */
function asWritten(receipt: Receipt, fields: OwnRecord['fields']): Receipt {
	const moves = receipt.moves.map((move) => {
		const local = valueAt(fields, move.field);
		return local === undefined ? move : { ...move, local };
	});
	return { ...receipt, moves };
}

function pathsOf({ binding }: Replication, { patch }: PullOutcome): string[] {
	return binding.fields.map((rule) => rule.local).filter((local) => valueAt(patch, local) !== undefined);
}

function fail(replication: Replication, outcome: PullOutcome, error: CrosslinkError): void {
	Object.assign(outcome, { outcome: failure(replication, outcome.localId, error).outcome, error: error.toPlain() });
}

async function pause({ signal }: Replication, look: number): Promise<void> {
	await sleep(PAUSE_MS * look * (0.5 + Math.random()), undefined, { signal });
}

function notThere(replication: Replication, own: OwnRecords, localId: string): SyncOutcome {
	return outcomeOf(replication, {
		outcome: 'skipped',
		localId,
		reason:
			`${replication.binding.displayName} "${localId}" has no row in ${own.binding.object} that this connection can see. ` +
			'If it was deleted, say so with the option "Deleted"; what follows is set per entity (On Delete).',
	});
}

function gone(replication: Replication, own: OwnRecords, localId: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'record_gone',
		message: `${replication.binding.displayName} "${localId}" has no row in ${own.binding.object} to write to.`,
		remedy: 'Unlink the record if it was deleted here, or look whether the connection may see the row.',
	});
}

function neverStill(replication: Replication, own: OwnRecords, localId: string): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: 'record_moved',
		message:
			`${replication.binding.displayName} "${localId}" was changed in ${own.binding.object} each of ${LOOKS} times between ` +
			'the look and the write.',
		remedy: 'Run it again when the record is at rest. Nothing is lost: what was to be written is not agreed on yet.',
	});
}
