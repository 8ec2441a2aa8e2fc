import { CrosslinkError } from '../../errors';
import type { Transport, TransportResponse } from '../../transport/transport';
import type { Notification, NotificationAnswer } from '../notification';
import { teamsMessage } from './card';

/**
 * Hands a card to a workflow. It answers before it runs, so that a yes only means: taken.
 * @throws CrosslinkError, see `NotificationAdapter`
 */
export async function notify(url: URL, transport: Transport, message: Notification): Promise<NotificationAnswer> {
	await transport.request({
		method: 'POST',
		url: url.href,
		headers: { 'content-type': 'application/json; charset=utf-8' },
		body: teamsMessage(message),
		budget: 'general',
		purpose: 'post to Teams by a workflow',
		idempotent: false,
		classify,
	});
	return { outcome: 'accepted', messageId: null, refused: [] };
}

function classify({ status }: TransportResponse): CrosslinkError | undefined {
	if (status === 401 || status === 403) {
		return gone(
			'does not take the signature in the webhook URL',
			'Copy the whole address of the workflow again, with everything behind the question mark.',
		);
	}
	if (status === 404 || status === 410) {
		return gone(
			'says that there is no such workflow',
			'It was deleted, or its owner has left: make it anew, or switch it on again, and store its address.',
		);
	}
	if (status === 400 || status === 413) {
		return new CrosslinkError({
			class: 'rejected',
			code: 'card_invalid',
			message: `The workflow does not take the message (${status}).`,
			remedy:
				'Check that it is the workflow "Post to a channel when a webhook request is received", and the card, if you gave one.',
			httpStatus: status,
		});
	}
	return undefined;
}

function gone(what: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: 'auth', code: 'credentials_refused', message: `Teams ${what}.`, remedy });
}
