import type { AssociationChange, EntityBinding } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { CrosslinkError, namedFor } from '../errors';
import { inChunks } from './leases';
import {
	additionsOf,
	associationKey,
	changeOfMove,
	removalsOf,
	type AssociationMove,
	type Referred,
} from './plan-associations';
import type { FieldChange, Replication } from './replication';

/** A record whose references are to be brought to the other side. */
export interface AssociationSubject {
	localId: string;
	externalId: string;
	moves: AssociationMove[];
}

/** A reference whose record has no counterpart yet. */
export interface WaitingReference {
	field: string;
	entity: string;
	to: string;
}

export interface AssociationReport {
	/** Per field what the other side holds now. */
	done: Array<{ move: AssociationMove; key: string; held: Referred[] }>;
	waiting: WaitingReference[];
	error?: CrosslinkError;
}

/** What changed for whoever looks at it; references that were only made sure of are no change. */
export function associationChanges({ done }: AssociationReport): FieldChange[] {
	return done.flatMap(({ move, held }): FieldChange[] => {
		const change = changeOfMove(
			move,
			held.map((one) => one.localId),
		);
		return change ? [{ ...change, direction: 'push' }] : [];
	});
}

/** A move with the other side's ids filled in, as far as there are any. */
interface ResolvedMove {
	subject: AssociationSubject;
	move: AssociationMove;
	add: Referred[];
	remove: Referred[];
}

/** What is about to be added or taken away, by local id and base key. */
export type TouchedReferences = ReadonlyMap<string, ReadonlyMap<string, Referred[]>>;

/**
 * Carries out all moves of a batch: one lookup per entity, then new associations before old ones are taken away,
 * so that a crash in between leaves a record with one too many and never with none.
 * @param note keeps with the links what is about to be touched, before the first call, and returns the local ids of links
 * that are another run's by now: for these nothing is called
 */
export async function associateAll(
	replication: Replication,
	subjects: AssociationSubject[],
	note: (touched: TouchedReferences) => Promise<ReadonlySet<string>>,
): Promise<Map<string, AssociationReport>> {
	const reports = new Map<string, AssociationReport>(
		subjects.map((subject) => [subject.localId, { done: [], waiting: [] }]),
	);
	const entities = new Set(subjects.flatMap((subject) => subject.moves.map((move) => move.entity)));
	const resolved: Array<[entity: string, moves: ResolvedMove[]]> = [];
	for (const entity of entities) resolved.push([entity, await resolve(replication, entity, subjects, reports)]);
	const lost = await note(touchedBy(resolved.flatMap(([, moves]) => moves)));
	for (const [entity, moves] of resolved) {
		const ours = moves.filter(({ subject }) => !lost.has(subject.localId));
		await carryOut(replication, entity, ours, reports);
	}
	return reports;
}

function touchedBy(moves: ResolvedMove[]): TouchedReferences {
	const touched = new Map<string, Map<string, Referred[]>>();
	for (const { subject, move, add, remove } of moves) {
		if (add.length + remove.length === 0) continue;
		const ofSubject = touched.get(subject.localId) ?? new Map<string, Referred[]>();
		touched.set(subject.localId, ofSubject.set(associationKey(move.field), [...add, ...remove]));
	}
	return touched;
}

async function resolve(
	replication: Replication,
	entity: string,
	subjects: AssociationSubject[],
	reports: Map<string, AssociationReport>,
): Promise<ResolvedMove[]> {
	const wanted = subjects.flatMap((subject) =>
		subject.moves.filter((move) => move.entity === entity).map((move) => ({ subject, move })),
	);
	const localIds = [...new Set(wanted.flatMap(({ move }) => additionsOf(move)))];
	const table = replication.store.links(replication.integration, entity);
	const links = localIds.length === 0 ? [] : await table.findByLocalIds(replication.tenant, localIds);
	const live = links.filter((link) => link.syncStatus !== 'deleted');
	const externalIds = new Map(live.map((link) => [link.localId, link.externalId]));
	return wanted.map(({ subject, move }): ResolvedMove => {
		const add: Referred[] = [];
		for (const localId of additionsOf(move)) {
			const externalId = externalIds.get(localId);
			if (externalId) add.push({ localId, externalId });
			else reports.get(subject.localId)?.waiting.push({ field: move.field, entity, to: localId });
		}
		// A single reference keeps its old record until the new one is there.
		const keepsOld = !move.many && add.length < additionsOf(move).length;
		const staying = new Set(add.map((one) => one.externalId));
		const remove = keepsOld ? [] : removalsOf(move).filter((one) => !staying.has(one.externalId));
		return { subject, move, add, remove };
	});
}

async function carryOut(
	replication: Replication,
	entity: string,
	moves: ResolvedMove[],
	reports: Map<string, AssociationReport>,
): Promise<void> {
	const failed = new Set<string>();
	await send(replication, entity, changesOf(moves, 'add'), reports, failed);
	const stillGood = moves.filter(({ subject }) => !failed.has(subject.localId));
	await send(replication, entity, changesOf(stillGood, 'remove'), reports, failed);
	for (const { subject, move, add, remove } of moves) {
		if (failed.has(subject.localId) || add.length + remove.length === 0) continue;
		const gone = new Set([...remove, ...add].map((one) => one.localId));
		const held = [...move.held.filter((one) => !gone.has(one.localId)), ...add];
		// Of two local records behind one external record only the name changes: the old one goes here, the record stays.
		const named = move.many ? held : held.filter((one) => move.wanted.includes(one.localId));
		reports.get(subject.localId)?.done.push({ move, key: associationKey(move.field), held: named });
	}
}

function changesOf(moves: ResolvedMove[], action: AssociationChange['action']): AssociationChange[] {
	return moves.flatMap(({ subject, ...move }) =>
		move[action].map(({ externalId }) => ({
			ref: subject.localId,
			fromId: subject.externalId,
			toId: externalId,
			action,
		})),
	);
}

async function send(
	replication: Replication,
	entity: string,
	changes: AssociationChange[],
	reports: Map<string, AssociationReport>,
	failed: Set<string>,
): Promise<void> {
	if (changes.length === 0) return;
	const to = bindingOf(replication, entity);
	const associate = requireCapability(replication.integration, replication.adapter, 'associate');
	for (const chunk of inChunks(changes, replication.promises.batchSize.associate)) {
		for (const result of await associate(replication.binding, to, chunk)) {
			const report = reports.get(result.ref);
			if (result.ok || report === undefined) continue;
			failed.add(result.ref);
			report.error = namedFor(`${replication.binding.displayName} "${result.ref}"`, result.error);
		}
	}
}

function bindingOf(replication: Replication, entity: string): EntityBinding {
	const binding = replication.bindings.get(entity);
	if (binding) return binding;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'association_entity_unknown',
		message: `${replication.binding.displayName} refers to "${entity}", which ${replication.integration} is not set up for.`,
		remedy: `Add the entity "${entity}" to the integration's settings, or take the association out.`,
	});
}
