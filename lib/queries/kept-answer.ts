import type { Fields } from '../adapters/field-value';
import type { QueryAnswer, QueryDescription } from '../adapters/query';
import { hashOf } from '../canonical-json';
import { CrosslinkError } from '../errors';
import { answerField } from '../store/sealed-fields';
import type { QueryAnswerTable } from '../store/store';
import type { Vault } from '../tenants/vault';

/** Largest answer that is kept, in characters of JSON; a larger one is given out and not kept. */
export const MAX_KEPT_CHARACTERS = 256 * 1024;
/** Answers kept for one tenant and integration; above it the oldest go. */
export const MAX_KEPT_ANSWERS = 5_000;
/** Answers deleted in one go, and one in so many runs that does it, so that nobody has to set anything up. */
const PRUNE_LIMIT = 500;
const PRUNE_EVERY = 20;

/** Where the last known answers of one connection are kept. */
export interface AnswerKeeper {
	tenant: string;
	integration: string;
	/** The account that is asked: the same question to another one is another question. */
	account: string;
	table: QueryAnswerTable;
	vault: Vault;
}

/**
 * Says beforehand that no answer could be kept, rather than when the other side is away.
 * @throws CrosslinkError `rejected`: `answer_never_kept`, `encryption_key_missing`
 */
export function checkKeepable(keeper: AnswerKeeper, { query, neverKept, files, sensitive }: QueryDescription): void {
	if (neverKept === true || files === true) {
		const why = neverKept === true ? 'it must be true now, or not at all' : 'it has documents';
		throw new CrosslinkError({
			class: 'rejected',
			code: 'answer_never_kept',
			message: `No answer of the query "${query}" is ever kept: ${why}.`,
			remedy:
				'Take the option "Accept an Old Answer" away, and let the flow decide what follows when there is no answer.',
		});
	}
	// Throws with the remedy where there is no key.
	if (sensitive === true && !keeper.vault.hasKey) keeper.vault.seal(answerField(query), '');
}

/** Keeps an answer; too large a one takes its predecessor's place nowhere, so that the older one stays. */
export async function keepAnswer(
	keeper: AnswerKeeper,
	description: QueryDescription,
	parameters: Fields,
	answer: QueryAnswer,
	keepSeconds: number,
): Promise<void> {
	const text = JSON.stringify(answer.rows);
	if (text.length > MAX_KEPT_CHARACTERS || answer.files?.some((file) => file !== undefined)) return;
	const { tenant, integration, table, vault } = keeper;
	const { query, sensitive } = description;
	const question = questionOf(keeper, query, parameters);
	const kept = sensitive === true ? vault.seal(answerField(query), text) : text;
	await table.save(tenant, integration, { question, query, answer: kept, keepSeconds });
	if (Math.random() * PRUNE_EVERY < 1) await table.prune(tenant, { most: MAX_KEPT_ANSWERS, limit: PRUNE_LIMIT });
}

/** The last known answer, unless it is older than this; undefined = there is none. */
export async function knownAnswer(
	keeper: AnswerKeeper,
	{ query, sensitive }: QueryDescription,
	parameters: Fields,
	maxAgeSeconds: number,
	now: Date,
): Promise<{ rows: Fields[]; asOf: Date } | undefined> {
	const { tenant, integration, table, vault } = keeper;
	const known = await table.get(tenant, integration, questionOf(keeper, query, parameters));
	if (known === undefined || now.getTime() - known.asOf.getTime() > maxAgeSeconds * 1000) return undefined;
	const text = sensitive === true ? vault.open(answerField(query), known.answer) : known.answer;
	return { rows: JSON.parse(text) as Fields[], asOf: known.asOf };
}

/** A hash: the parameters themselves may be what nobody should read in the store. */
function questionOf({ account }: AnswerKeeper, query: string, parameters: Fields): string {
	return hashOf([account, query, parameters]);
}
