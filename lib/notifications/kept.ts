import type { Notification } from '../adapters/notification';
import { CrosslinkError } from '../errors';
import { messageField } from '../store/sealed-fields';
import type { Vault } from '../tenants/vault';

/** Longest message that is kept, in characters of JSON: a long mail has its place, a log file has not. */
const MAX_KEPT = 200_000;

/** The message sealed for a later try; null without a key, or where it is too long to be kept. */
export function keep(vault: Vault, message: Notification): string | null {
	if (!vault.hasKey) return null;
	const json = JSON.stringify(message);
	return json.length > MAX_KEPT ? null : vault.seal(messageField(message.key), json);
}

/** @throws CrosslinkError `auth` when it cannot be opened, `message_not_kept` where there is nothing to open */
export function kept(
	vault: Vault,
	{ message, reference }: { message: string | null; reference: string },
): Notification {
	if (message !== null) return JSON.parse(vault.open(messageField(reference), message)) as Notification;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'message_not_kept',
		message: 'The message is not kept, so that it cannot be sent again without the flow that made it.',
		remedy:
			'Run the flow again: a message that has not gone out is sent then. Messages are kept where there is an encryption key.',
	});
}
