import { CrosslinkError } from '../errors';

/**
 * The address of an incoming webhook. It is a secret as a whole: whoever has it can post.
 * @throws CrosslinkError `auth` `connection_value_invalid`, never quoting it
 */
export function readWebhookUrl(value: string | undefined, of: string): URL {
	const text = value?.trim() ?? '';
	if (URL.canParse(text)) {
		const url = new URL(text);
		if ((url.protocol === 'https:' || url.protocol === 'http:') && url.username === '') return url;
	}
	throw new CrosslinkError({
		class: 'auth',
		code: 'connection_value_invalid',
		message: `The webhook URL of ${of} is no http or https address.`,
		remedy: 'Copy the whole address from where the webhook was made.',
	});
}
