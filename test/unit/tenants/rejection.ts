import { CrosslinkError } from '../../../lib/errors';

/** The CrosslinkError that `act` throws or rejects with; anything else fails the test. */
export async function rejection(act: () => unknown): Promise<CrosslinkError> {
	try {
		await act();
	} catch (thrown) {
		if (thrown instanceof CrosslinkError) return thrown;
		throw thrown;
	}
	throw new Error('nothing was thrown');
}

/** Everything a reader could get to see of an error, its causes included. */
export function everythingIn(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const cause = error.cause === undefined ? '' : everythingIn(error.cause);
	return `${JSON.stringify(Object.entries(error))} ${error.message} ${error.stack ?? ''} ${cause}`;
}
