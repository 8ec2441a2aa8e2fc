import type { FieldRule, FieldValue } from '../adapters/adapter';
import type { Alongside, LinkRow, NewConflict, SyncLogEntry } from '../store/store';
import { associationChanges } from './associations';
import { SeveralMatches } from './look-up';
import type { PlannedConflict } from './plan';
import { baseKey, baseOf } from './plan-field';
import type { FieldChange, Replication } from './replication';
import type { RecordRun } from './run';
import type { Progress } from './settlement';

/** What a batch leaves besides its links, in the same transaction: conflicts opened and done, and the log. */
export function alongsideOf(run: RecordRun, entries: Progress[]): Alongside {
	return {
		conflicts: entries.flatMap((entry) => conflictsOf(run, entry)),
		conflictsDone: entries.flatMap((entry) => doneOf(run, entry)),
		log: entries.flatMap((entry) => logOf(run.replication, entry)),
	};
}

function conflictsOf({ replication }: RecordRun, { link, plan, externalId, error }: Progress): NewConflict[] {
	const about = { localId: link.localId, externalId, run: replication.runId };
	if (error instanceof SeveralMatches) {
		const nothing = { local: null, external: null, baseLocal: null, baseExternal: null, rule: null };
		return [{ ...about, ...nothing, key: '', field: '', reason: 'several_matches', candidates: error.candidates }];
	}
	if (error) return [];
	return plan.conflicts.map((conflict) => newConflict(replication, { ...link, externalId }, conflict));
}

/** A field in conflict as it is kept for a person. */
export function newConflict(
	replication: Replication,
	link: LinkRow,
	{ rule, reason, local, external }: PlannedConflict,
): NewConflict {
	const base = baseOf(link.base, rule);
	return {
		localId: link.localId,
		externalId: link.externalId,
		run: replication.runId,
		key: baseKey(rule),
		field: rule.local,
		reason,
		local: local ?? null,
		external: external ?? null,
		baseLocal: base?.local ?? null,
		baseExternal: base?.external ?? null,
		rule: ruleAsData(rule),
		candidates: [],
	};
}

function doneOf(run: RecordRun, { link, plan, error, gone }: Progress): Array<{ localId: string; key: string }> {
	if (error || gone) return [];
	// The record as a whole is settled once any run gets through with it.
	const whole = run.pending.get(link.localId)?.has('') ? [''] : [];
	return [...plan.settles, ...whole].map((key) => ({ localId: link.localId, key }));
}

function logOf(replication: Replication, entry: Progress): SyncLogEntry[] {
	const { link, plan, record, error, gone } = entry;
	if (replication.syncLog === 'off' || entry.cancelled) return [];
	const about = { localId: link.localId, externalId: entry.externalId, at: replication.now(), run: replication.runId };
	if (error) {
		const reason = `${error.message} ${error.remedy}`;
		return [{ ...about, kind: 'error', field: null, from: null, to: null, rule: reason }];
	}
	if (replication.syncLog === 'errors') return [];
	if (gone) return [{ ...about, kind: 'delete', field: null, from: link.externalId, to: null, rule: null }];
	const pushes = record === undefined ? [] : plan.changes.filter((change) => change.direction === 'push');
	return [
		...pushes.map((change) => changeEntry(replication, about, change)),
		...associationChanges(entry.associations).map(({ field, from = null, to = null }) => ({
			...about,
			kind: 'link' as const,
			field,
			from,
			to,
			rule: null,
		})),
	];
}

/** The log line of one field that was carried over. */
export function changeEntry(
	{ binding }: Replication,
	about: Pick<SyncLogEntry, 'localId' | 'externalId' | 'at' | 'run'>,
	{ field, from, to, direction }: FieldChange,
): SyncLogEntry {
	const rule = binding.fields.find((one) => one.local === field);
	return { ...about, kind: direction, field, from: from ?? null, to: to ?? null, rule: rule ? ruleAsData(rule) : null };
}

function ruleAsData(rule: FieldRule): FieldValue {
	return JSON.parse(JSON.stringify(rule)) as FieldValue;
}
