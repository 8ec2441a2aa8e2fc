import type { Adapter, AdapterModule } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import type { Fields } from '../adapters/field-value';
import type { QueryAnswer, QueryFile } from '../adapters/query';
import { asCrosslinkError, CrosslinkError, type ErrorClass } from '../errors';
import { checkParameters } from '../parameters/check';
import { findQueryDescription } from '../parameters/find-described';
import { isCancelled } from '../transport/cancelled';
import { checkKeepable, keepAnswer, knownAnswer, type AnswerKeeper } from './kept-answer';

/** The way to one system, and where its last known answers are. */
export interface QueryRun {
	integration: string;
	module: Pick<AdapterModule, 'displayName' | 'queries'>;
	adapter: Adapter;
	keeper: AnswerKeeper;
	now(): Date;
}

export interface QueryAsked {
	query: string;
	/** An object or JSON text. */
	parameters: unknown;
	/** How old an answer may be that steps in while the other side is away; left out = none does, and none is kept. */
	oldAnswerSeconds?: number;
}

export interface QueryOutcome {
	rows: Fields[];
	files: Array<QueryFile | undefined>;
	/** Set = this is the last known answer. */
	stale?: { asOf: Date; reason: CrosslinkError };
	/** Why the answer was not kept, though it should have been. */
	notKept?: CrosslinkError;
}

/**
 * The other side is away or has no time: what it said last may stand in. A refused login is no reason: an old answer would
 * hide for as long as it may be used that a person has to act.
 */
const AWAY: ReadonlySet<ErrorClass> = new Set(['transient', 'throttled', 'unknown']);

/**
 * Asks the other side; nothing changes there. The transport repeats what fails in passing; when it stays away, the last
 * known answer steps in, where that is allowed and there is one.
 * @throws CrosslinkError `query_unknown`, `capability_missing`, `parameters_invalid`, `answer_never_kept`, or what the other
 * side said
 */
export async function runQuery(run: QueryRun, asked: QueryAsked): Promise<QueryOutcome> {
	const { integration, module, adapter, keeper } = run;
	const { oldAnswerSeconds } = asked;
	const description = findQueryDescription(module, asked.query);
	const parameters = await checkParameters(`query "${description.query}"`, description.parameters, asked.parameters);
	if (oldAnswerSeconds !== undefined) checkKeepable(keeper, description);
	const query = requireCapability(integration, adapter, 'query');
	let answer: QueryAnswer;
	try {
		answer = await query({ query: description.query, parameters });
	} catch (thrown) {
		const reason = asCrosslinkError(thrown);
		if (oldAnswerSeconds === undefined || !AWAY.has(reason.class) || isCancelled(reason)) throw reason;
		const known = await knownAnswer(keeper, description, parameters, oldAnswerSeconds, run.now());
		if (known === undefined) throw withoutKnownAnswer(reason);
		return { rows: known.rows, files: [], stale: { asOf: known.asOf, reason } };
	}
	const outcome: QueryOutcome = { rows: answer.rows, files: answer.files ?? [] };
	if (oldAnswerSeconds === undefined) return outcome;
	try {
		await keepAnswer(keeper, description, parameters, answer, oldAnswerSeconds);
		return outcome;
	} catch (thrown) {
		// The answer itself is as good as any.
		return { ...outcome, notKept: asCrosslinkError(thrown) };
	}
}

function withoutKnownAnswer(reason: CrosslinkError): CrosslinkError {
	return new CrosslinkError({
		class: reason.class,
		code: reason.code,
		message: `${reason.message} No earlier answer to this question is known that is young enough.`,
		remedy: reason.remedy,
		retryAfterMs: reason.retryAfterMs,
		httpStatus: reason.httpStatus,
		cause: reason,
	});
}
