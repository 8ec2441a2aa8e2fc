import type { Notification } from '../adapters/notification';
import { CrosslinkError } from '../errors';
import type { MessageVault } from './run';

/** Longest message that is kept, in characters of JSON: what can be sealed. */
const MAX_KEPT = 15_000;

/** The message sealed for a later try; null without a key, or where it is too long to be kept. */
export function keep(vault: MessageVault | undefined, message: Notification): string | null {
	if (vault === undefined) return null;
	const json = JSON.stringify(message);
	return json.length > MAX_KEPT ? null : vault.seal(json);
}

/** @throws CrosslinkError `auth` when it cannot be opened */
export function kept(vault: MessageVault | undefined, sealed: string | null): Notification {
	if (sealed !== null && vault !== undefined) return JSON.parse(vault.open(sealed)) as Notification;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'message_not_kept',
		message: 'The message is not kept, so that it cannot be sent again without the flow that made it.',
		remedy:
			'Run the flow again: a message that has not gone out is sent then. Messages are kept where there is an encryption key.',
	});
}
