import type { CrosslinkError } from '../errors';
import type { InboxEvent, Store, StoredEvent } from '../store/store';

/** One turn of a poll trigger: for whom, and how much. */
export interface Poll {
	store: Store;
	tenant: string;
	integration: string;
	/** The trigger node: workflow id and node id. */
	receiver: string;
	/** Events that come out at most; what more is found waits in the store for the next turn. */
	limit: number;
	/** After how long an event nobody took comes up again. */
	againSeconds: number;
	/** False = no further step may begin: n8n gives up on a poll that takes too long. */
	timeLeft(): boolean;
}

/** Where a poll without a position begins. */
export type Start = 'now' | 'beginning';

/** What a turn has brought. */
export interface Found {
	/** For the workflow, oldest first. */
	events: Array<InboxEvent | StoredEvent>;
	/** What stopped the turn although there is something to hand out. */
	failure?: CrosslinkError;
}

/** How much of n8n's budget may pass before the last step begins: one step can take a call with its retries. */
const SHARE = 0.6;

/**
 * @param budgetMs what n8n grants a poll, in milliseconds
 * @param now milliseconds on any clock that only goes forward
 */
export function timeLeftOf(budgetMs: number, now: () => number = () => performance.now()): () => boolean {
	const end = now() + budgetMs * SHARE;
	return () => now() < end;
}
