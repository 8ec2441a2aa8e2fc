import type { FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { Conflict } from '../store/store';
import type { Replication } from './replication';
import { toExternal } from './transform';

export interface ResolveRequest {
	/** One conflict; or all of a record, or one field of it. */
	conflictId?: string;
	localId?: string;
	field?: string;
	/** `local` or `external` = that side's value wins; `value` = the given one, on both sides. */
	choice: 'local' | 'external' | 'value';
	/** In your system's form; where several records match: the external id of the right one. */
	value?: FieldValue;
	/** Who decides, for the record; at most 200 characters. */
	by?: string;
}

/** Conflicts of one record looked at for one decision; a record has far fewer fields. */
const CONFLICTS_OF_RECORD = 500;
/** Longest name kept of whoever decided, in characters. */
const MAX_NAME = 200;

/**
 * Takes down what a person has decided (Resolve); the next sync, push or pull carries it out.
 * @returns the conflicts decided
 * @throws CrosslinkError `rejected` when there is nothing to decide, or the value does not fit
 */
export async function resolveConflicts(replication: Replication, request: ResolveRequest): Promise<Conflict[]> {
	const { store, tenant } = replication;
	const conflicts = await conflictsMeant(replication, request);
	if (conflicts.length === 0) throw nothingToResolve(replication, request);
	if (request.choice === 'value' && request.value === undefined) throw valueMissing();
	for (const conflict of conflicts) checkChoice(replication, conflict, request);

	const whole = conflicts.find((conflict) => conflict.reason === 'several_matches');
	if (whole) await linkTo(replication, whole, String(request.value));
	return await store.conflicts.resolve(
		tenant,
		conflicts.map((conflict) => conflict.id),
		{ choice: request.choice, value: request.value, by: request.by?.slice(0, MAX_NAME) },
	);
}

async function conflictsMeant(replication: Replication, request: ResolveRequest): Promise<Conflict[]> {
	const { store, tenant, integration, binding } = replication;
	if (request.conflictId) {
		const one = await store.conflicts.get(tenant, request.conflictId);
		const fits = one?.integration === integration && one.entity === binding.entity && one.status !== 'done';
		return one && fits ? [one] : [];
	}
	if (!request.localId) throw idMissing();
	const filter = { integration, entity: binding.entity, localId: request.localId };
	const all = await store.conflicts.page(tenant, filter, { limit: CONFLICTS_OF_RECORD });
	return all.filter(
		(conflict) => conflict.status !== 'done' && (request.field === undefined || conflict.field === request.field),
	);
}

function checkChoice({ binding }: Replication, conflict: Conflict, { choice, value }: ResolveRequest): void {
	if (conflict.reason === 'several_matches') {
		if (choice === 'value' && conflict.candidates.includes(String(value))) return;
		throw new CrosslinkError({
			class: 'rejected',
			code: 'candidate_missing',
			message: `"${conflict.localId}" matches several records: ${conflict.candidates.join(', ')}. The choice names none of them.`,
			remedy: 'Choose "A Value" and give the external id of the right record.',
		});
	}
	const rule = binding.fields.find((one) => one.local === conflict.field);
	// Throws what the value is not, before anything is taken down.
	if (rule && choice === 'value' && value !== undefined) toExternal(rule, value);
}

async function linkTo(
	{ store, tenant, integration, binding }: Replication,
	conflict: Conflict,
	externalId: string,
): Promise<void> {
	const problem = checkId('external id', externalId);
	if (problem) throw problem;
	const [outcome] = await store
		.links(integration, binding.entity)
		.upsert(tenant, [{ localId: conflict.localId, externalId }]);
	if (outcome?.outcome !== 'conflict') return;
	throw new CrosslinkError({
		class: 'conflict',
		code: 'external_id_taken',
		message: `Record ${externalId} is linked to "${outcome.heldBy}" already.`,
		remedy: 'Choose another one, or unlink that record first.',
	});
}

function nothingToResolve({ binding }: Replication, { conflictId, localId, field }: ResolveRequest): CrosslinkError {
	const what = conflictId
		? `a conflict with id ${conflictId}`
		: `an open conflict of ${binding.entity} "${localId}"${field ? ` in field "${field}"` : ''}`;
	return new CrosslinkError({
		class: 'rejected',
		code: 'conflict_unknown',
		message: `There is no such conflict: ${what}.`,
		remedy: 'List the open ones with Link → Get Conflicts; it may be settled already.',
	});
}

function valueMissing(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'value_missing',
		message: 'The choice is "A Value", but no value is given.',
		remedy: 'Give the value, or choose a side.',
	});
}

function idMissing(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'conflict_not_named',
		message: 'Neither a conflict id nor a local id is given.',
		remedy: 'Name the conflict, or the record whose conflicts are meant.',
	});
}
