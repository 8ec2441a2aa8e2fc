import type { FoundCommand } from '../adapters/command';
import type { CommandDescription } from '../adapters/command';
import type { ErrorClass } from '../errors';
import type { CommandChange, CommandRow } from '../store/command-log';

/** How long the other side may go on working unless its description says so: longer than any gateway waits. */
export const DEFAULT_SETTLE_SECONDS = 120;
/** Longest wait between two look-ups, and how many there are before only a person goes on. */
const MAX_LOOK_UP_SECONDS = 3_600;
export const MAX_LOOK_UPS = 48;

type WhenUnknown = CommandDescription['whenUnknown'];
/** What decides; the rest of a row is about people and payloads. */
type Known = Pick<CommandRow, 'status' | 'held' | 'payloadHash' | 'failure'>;

/**
 * What a run that asks for a command does with what the log has. `wait`: another run is at it. `call`: nothing was done,
 * so it may be done. `lookUp`: something may have been done, and before anything is repeated the other side is asked.
 */
export type Decision = 'refuse' | 'replay' | 'wait' | 'call' | 'lookUp';

/**
 * The other side said no and nothing was done: that is an answer, and stays one until somebody asks for another try.
 * A failure of another kind (down, login refused, given up) is none: the next run calls again.
 */
export function isAnswered({ status, failure }: Pick<Known, 'status' | 'failure'>): boolean {
	return status === 'succeeded' || (status === 'failed' && isFinal(failure?.class));
}

const isFinal = (errorClass: ErrorClass | undefined): boolean => errorClass === 'rejected' || errorClass === 'conflict';

/** @param tryAgain a failed command is done anew, also with another payload: nothing of it was ever done */
export function decide(
	row: Known,
	{ payloadHash, tryAgain, whenUnknown }: { payloadHash: string; tryAgain: boolean; whenUnknown: WhenUnknown },
): Decision {
	const again = row.status === 'failed' && tryAgain && !row.held;
	if (row.payloadHash !== payloadHash && !again) return 'refuse';
	if (isAnswered(row) && !again) return 'replay';
	if (row.held) return 'wait';
	if (row.status === 'waiting' || row.status === 'failed') return 'call';
	return whenUnknown === 'repeat' ? 'call' : 'lookUp';
}

export interface CallFacts {
	/** Calls made, this one included. */
	attempts: number;
	maxAttempts: number;
	delaySeconds: number;
	whenUnknown: WhenUnknown;
	settleSeconds: number;
	/** Only cancelled before it was sent: that is no attempt. */
	cancelled: boolean;
}

/** What a failed call leaves behind. */
export function afterFailure(
	failure: { class: ErrorClass; retryAfterMs?: number },
	facts: CallFacts,
): Pick<CommandChange, 'status' | 'nextAttemptInSeconds' | 'attempts'> {
	const { attempts, maxAttempts, delaySeconds, whenUnknown, settleSeconds, cancelled } = facts;
	const lost = failure.class === 'unknown' || failure.class === 'bug';
	// A bug may have come after the call as well as before it.
	if (lost && whenUnknown !== 'repeat') return { status: 'unknown', nextAttemptInSeconds: settleSeconds };
	if (!lost && (isFinal(failure.class) || failure.class === 'auth')) {
		return { status: 'failed', nextAttemptInSeconds: null };
	}
	if (cancelled) return { status: 'waiting', nextAttemptInSeconds: 0, attempts: attempts - 1 };
	if (attempts >= maxAttempts) {
		// Done twice is as good as once, but whether it was done at all is not known.
		return { status: lost ? 'unknown' : 'failed', nextAttemptInSeconds: null };
	}
	const asked = (failure.retryAfterMs ?? 0) / 1000;
	return { status: 'waiting', nextAttemptInSeconds: Math.max(delaySeconds, asked) };
}

/**
 * What a look-up allows. `found`: done, that is the outcome. `absent`: proven that nothing was done. `unproven`: nothing may
 * be repeated; `nextSeconds` = when to look again, null = only a person goes on.
 */
export type LookUpVerdict = { proof: 'found' | 'absent' } | { proof: 'unproven'; nextSeconds: number | null };

export function judgeLookUp(
	found: FoundCommand['found'],
	facts: {
		sentMsAgo: number;
		settleSeconds: number;
		lookUps: number;
		delaySeconds: number;
		whenUnknown: WhenUnknown;
	},
): LookUpVerdict {
	if (found === 'done') return { proof: 'found' };
	const leftSeconds = facts.settleSeconds - facts.sentMsAgo / 1000;
	if (found === 'nothing' && leftSeconds <= 0 && facts.whenUnknown !== 'never') return { proof: 'absent' };
	// Too early to mean anything: it is looked at again as soon as it does.
	if (found === 'nothing' && leftSeconds > 0) return { proof: 'unproven', nextSeconds: leftSeconds };
	if (facts.lookUps + 1 >= MAX_LOOK_UPS) return { proof: 'unproven', nextSeconds: null };
	const nextSeconds = Math.min(facts.delaySeconds * 2 ** Math.min(facts.lookUps, 12), MAX_LOOK_UP_SECONDS);
	return { proof: 'unproven', nextSeconds };
}
