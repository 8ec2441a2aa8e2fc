import { CrosslinkError } from '../../errors';
import type { Egress } from '../../transport/egress';
import { createRedact } from '../../transport/redact';
import type { Transport } from '../../transport/transport';
import { escapeFor } from '../markup';
import type { Notification, NotificationAnswer, RefusedAddressee } from '../notification';
import { checkAddresses } from './addresses';
import type { MailConnection } from './connection';
import { mailError } from './errors';
import { MAX_ADDRESSEES } from './limits';
import { withSender } from './pool';
import { accessToken } from './token';

export interface MailContext {
	connection: MailConnection;
	transport: Transport;
	egress: Egress | undefined;
}

/**
 * Hands a mail to the relay. The same message has the same Message-ID, so that a mail that came twice after all is recognised.
 * @throws CrosslinkError, see `NotificationAdapter`
 */
export async function notify(context: MailContext, message: Notification): Promise<NotificationAnswer> {
	const { connection } = context;
	const to = checkAddresses(message.to);
	const cc = checkAddresses(listOf(message.options['cc']));
	const replyTo = checkAddresses(listOf(message.options['replyTo']));
	if (to.length + cc.length > MAX_ADDRESSEES) throw tooMany(to.length + cc.length);
	const messageId = `<${message.key}@${domainOf(connection.from)}>`;
	const answer = await speak(context, async (sender) =>
		sender.sendMail({
			from: bare(connection.from),
			to: to.map(bare),
			cc: cc.map(bare),
			...(replyTo.length > 0 && { replyTo: replyTo.map(bare) }),
			envelope: { from: connection.from, to: [...to, ...cc] },
			subject: message.subject,
			text: message.text,
			html: htmlOf(message),
			messageId,
			headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
			disableFileAccess: true,
			disableUrlAccess: true,
		}),
	);
	return { outcome: 'accepted', messageId, refused: refusedOf(answer, redactFor(connection)) };
}

/** Connects, logs in and says good-bye. */
export async function tryLogin(context: MailContext): Promise<void> {
	await speak(context, async (sender) => await sender.verify());
}

type Sender = Parameters<Parameters<typeof withSender>[3]>[0];

async function speak<T>(
	{ connection, transport, egress }: MailContext,
	use: (sender: Sender) => Promise<T>,
): Promise<T> {
	const { login } = connection;
	const token = login.by === 'oauth2' ? await accessToken(login, transport) : '';
	try {
		return await withSender(connection, token, egress, use);
	} catch (thrown) {
		throw mailError(thrown, connection.shown, redactFor(connection, token));
	}
}

function redactFor({ login }: MailConnection, token = '') {
	const secrets =
		login.by === 'password' ? [login.password] : login.by === 'oauth2' ? [login.clientSecret, login.refreshToken] : [];
	return createRedact([...secrets, token]);
}

/** As an object, so that nothing in it is read as a list or a name. */
const bare = (address: string) => ({ name: '', address });

function htmlOf({ text, rich }: Notification): string {
	return `<div style="white-space: pre-line">${rich ?? escapeFor('html', text)}</div>`;
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

function listOf(value: unknown): string[] {
	const list: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
	return list.map((one) => String(one).trim()).filter((one) => one !== '');
}

/** The relay has taken it for the others. */
function refusedOf(answer: unknown, redact: (text: string) => string): RefusedAddressee[] {
	const { rejected = [], rejectedErrors = [] } = answer as {
		rejected?: unknown[];
		rejectedErrors?: Array<{ recipient?: string; response?: string; message: string }>;
	};
	return rejected.map((one) => {
		const to = typeof one === 'string' ? one : String((one as { address?: unknown }).address ?? '');
		const error = rejectedErrors.find(({ recipient }) => recipient === to);
		return { to, reason: redact((error?.response ?? error?.message ?? 'refused').replace(/\s+/g, ' ')).slice(0, 300) };
	});
}

function tooMany(count: number): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'addressee_invalid',
		message: `The mail has ${count} addressees; at most ${MAX_ADDRESSEES} are taken.`,
		remedy: 'Split them over several items, or write to a distribution list.',
	});
}
