import type { Transporter } from 'nodemailer';
import type { Egress } from '../../transport/egress';
import { readTls } from '../../transport/tls/read-tls';
import { identityOf, type MailConnection } from './connection';
import { GREETING_TIMEOUT_MS, IDLE_MS, MAILS_A_CONNECTION, POOL_SIZE, SOCKET_TIMEOUT_MS } from './limits';
import { openSocket } from './socket';

interface Pooled {
	transporter: Transporter;
	users: number;
	idle: NodeJS.Timeout | undefined;
}

/** One for each connection and token, for the whole process; closed when nobody has used it for a while. */
const pools = new Map<string, Pooled>();

/** Runs `use` with the pooled sender of a connection. @param token of OAuth2; '' = none */
export async function withSender<T>(
	connection: MailConnection,
	token: string,
	egress: Egress | undefined,
	use: (transporter: Transporter) => Promise<T>,
): Promise<T> {
	const identity = identityOf(connection, token);
	const pooled = pools.get(identity) ?? {
		transporter: await openSender(connection, token, egress),
		users: 0,
		idle: undefined,
	};
	// Another call may have opened one while this one was waiting.
	const shared = pools.get(identity) ?? pooled;
	if (shared !== pooled) pooled.transporter.close();
	pools.set(identity, shared);
	clearTimeout(shared.idle);
	shared.users++;
	try {
		return await use(shared.transporter);
	} finally {
		shared.users--;
		if (shared.users === 0) {
			shared.idle = setTimeout(() => {
				if (shared.users > 0) return;
				shared.transporter.close();
				if (pools.get(identity) === shared) pools.delete(identity);
			}, IDLE_MS);
			shared.idle.unref();
		}
	}
}

/** Nothing here weakens a check: STARTTLS is demanded, and certificates are always looked at. */
async function openSender(connection: MailConnection, token: string, egress: Egress | undefined): Promise<Transporter> {
	const { createTransport } = await import('nodemailer');
	const { host, port, security, login, tls } = connection;
	return createTransport({
		pool: true,
		maxConnections: POOL_SIZE,
		maxMessages: MAILS_A_CONNECTION,
		// It would send a mail again whose connection ended, however far it had come.
		maxRequeues: 0,
		host,
		port,
		secure: security === 'tls',
		requireTLS: security === 'starttls',
		ignoreTLS: security === 'none',
		tls: { ...readTls(tls, 'Email'), rejectUnauthorized: true },
		...(login.by === 'password' && { auth: { user: login.user, pass: login.password } }),
		...(login.by === 'oauth2' && { auth: { type: 'OAuth2' as const, user: login.user, accessToken: token } }),
		greetingTimeout: GREETING_TIMEOUT_MS,
		socketTimeout: SOCKET_TIMEOUT_MS,
		// Content names no file and no address that would be read.
		disableFileAccess: true,
		disableUrlAccess: true,
		getSocket: (_options: unknown, done: (error: Error | null, socket?: { connection: unknown }) => void) => {
			openSocket(connection, egress).then(
				(socket) => done(null, { connection: socket }),
				(thrown: Error) => done(thrown),
			);
		},
	} as Parameters<typeof createTransport>[0]);
}
