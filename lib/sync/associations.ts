import type { AssociationChange, EntityBinding } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { CrosslinkError } from '../errors';
import { inChunks } from './leases';
import { associationKey, type AssociationMove } from './plan-associations';
import type { Replication } from './replication';

/** A record whose references are to be brought to the other side. */
export interface AssociationSubject {
	localId: string;
	externalId: string;
	moves: AssociationMove[];
}

export interface AssociationReport {
	/** Moves the other side has taken; `to` is null for a reference that was emptied. */
	done: Array<{ field: string; key: string; to: { localId: string; externalId: string } | null }>;
	/** Moves whose other record has no counterpart yet. */
	waiting: AssociationMove[];
	error?: CrosslinkError;
}

/** A move with the other side's ids filled in. */
interface ResolvedMove {
	subject: AssociationSubject;
	move: AssociationMove;
	to: { localId: string; externalId: string } | null;
}

/**
 * Carries out all moves of a batch: one lookup per entity, then new associations before old ones are taken away,
 * so that a crash in between leaves a record with one too many and never with none.
 */
export async function associateAll(
	replication: Replication,
	subjects: AssociationSubject[],
): Promise<Map<string, AssociationReport>> {
	const reports = new Map<string, AssociationReport>(
		subjects.map((subject) => [subject.localId, { done: [], waiting: [] }]),
	);
	const entities = new Set(subjects.flatMap((subject) => subject.moves.map((move) => move.entity)));
	for (const entity of entities) {
		const moves = await resolve(replication, entity, subjects, reports);
		await carryOut(replication, entity, moves, reports);
	}
	return reports;
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
	const localIds = [...new Set(wanted.flatMap(({ move }) => (move.to === null ? [] : [move.to])))];
	const table = replication.store.links(replication.integration, entity);
	const links = localIds.length === 0 ? [] : await table.findByLocalIds(replication.tenant, localIds);
	const externalIds = new Map(links.map((link) => [link.localId, link.externalId]));
	return wanted.flatMap(({ subject, move }): ResolvedMove[] => {
		if (move.to === null) return [{ subject, move, to: null }];
		const externalId = externalIds.get(move.to);
		if (externalId) return [{ subject, move, to: { localId: move.to, externalId } }];
		reports.get(subject.localId)?.waiting.push(move);
		return [];
	});
}

async function carryOut(
	replication: Replication,
	entity: string,
	moves: ResolvedMove[],
	reports: Map<string, AssociationReport>,
): Promise<void> {
	const failed = new Set<string>();
	await send(replication, entity, additions(moves), reports, failed);
	const stillGood = moves.filter(({ subject }) => !failed.has(subject.localId));
	await send(replication, entity, removals(stillGood), reports, failed);
	for (const { subject, move, to } of moves) {
		if (failed.has(subject.localId)) continue;
		reports.get(subject.localId)?.done.push({ field: move.field, key: associationKey(move.field), to });
	}
}

function additions(moves: ResolvedMove[]): AssociationChange[] {
	return moves.flatMap(({ subject, to }) =>
		to === null
			? []
			: [{ ref: subject.localId, fromId: subject.externalId, toId: to.externalId, action: 'add' as const }],
	);
}

function removals(moves: ResolvedMove[]): AssociationChange[] {
	return moves.flatMap(({ subject, move, to }) =>
		move.from === null || move.from.externalId === to?.externalId
			? []
			: [{ ref: subject.localId, fromId: subject.externalId, toId: move.from.externalId, action: 'remove' as const }],
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
			report.error = result.error;
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
