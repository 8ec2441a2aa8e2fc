import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificates';

/** A mail as the relay has taken it. */
export interface TakenMail {
	from: string;
	to: string[];
	/** Headers and body as they came. */
	raw: string;
	/** Over TLS; logged in as. */
	secure: boolean;
	user: string | undefined;
}

export interface SmtpOptions {
	/** Speaks STARTTLS with it; with `implicit` TLS from the first byte. Left out = no TLS at all. */
	certificate?: Certificate;
	implicit?: boolean;
	/** Login it demands; left out = none. */
	login?: { user: string; password: string };
	/** Access token it takes for XOAUTH2. */
	token?: string;
}

/** A real SMTP server on a free loopback port. */
export interface MailServer {
	port: number;
	taken: TakenMail[];
	/** Meets the next mail: refused or put off at the address, refused after DATA, or the connection cut once all is there. */
	faults: Array<{ at: 'address' | 'data'; code: number } | { at: 'cut'; taken: boolean }>;
	/** Addresses refused for good. */
	unknown: Set<string>;
	connections: number;
	stop(): Promise<void>;
}

interface MailRefusal extends Error {
	responseCode: number;
}

const refusal = (code: number, words: string): MailRefusal => Object.assign(new Error(words), { responseCode: code });

export async function startSmtp(options: SmtpOptions = {}): Promise<MailServer> {
	const { certificate, implicit = false, login, token } = options;
	const site: Omit<MailServer, 'port' | 'stop'> = { taken: [], faults: [], unknown: new Set(), connections: 0 };
	const server = new SMTPServer({
		secure: implicit,
		...(certificate && { cert: certificate.certificate, key: certificate.key }),
		disabledCommands: [...(certificate ? [] : ['STARTTLS']), ...(login || token ? [] : ['AUTH'])],
		authMethods: token ? ['XOAUTH2'] : ['PLAIN', 'LOGIN'],
		authOptional: login === undefined && token === undefined,
		onConnect(_session, done) {
			site.connections += 1;
			done();
		},
		onAuth(auth, _session, done) {
			const taken =
				token === undefined
					? auth.username === login?.user && auth.password === login?.password
					: auth.accessToken === token;
			if (taken) return done(null, { user: auth.username });
			return done(refusal(535, 'Authentication failed'));
		},
		onRcptTo({ address }, _session, done) {
			const [fault] = site.faults;
			if (site.unknown.has(address)) return done(refusal(550, 'No such user here'));
			if (fault?.at !== 'address') return done();
			site.faults.shift();
			return done(refusal(fault.code, 'Not now'));
		},
		onData(stream, session, done) {
			const parts: Buffer[] = [];
			stream.on('data', (part: Buffer) => parts.push(part));
			stream.on('end', () => {
				const fault = site.faults.shift();
				if (fault?.at === 'data') return done(refusal(fault.code, 'Not this mail'));
				const { mailFrom, rcptTo } = session.envelope;
				const mail: TakenMail = {
					from: mailFrom === false ? '' : mailFrom.address,
					to: rcptTo.map(({ address }) => address),
					raw: Buffer.concat(parts).toString('utf8'),
					secure: session.secure,
					user: typeof session.user === 'string' ? session.user : undefined,
				};
				if (fault?.at !== 'cut' || fault.taken) site.taken.push(mail);
				if (fault?.at !== 'cut') return done();
				for (const connection of server.connections) connection.close();
				return undefined;
			});
		},
	});
	// Clients that hang up in the middle are what some tests are about.
	server.on('error', () => undefined);
	server.listen(0, '127.0.0.1');
	await once(server.server, 'listening');
	const { port } = server.server.address() as AddressInfo;
	return Object.assign(site, {
		port,
		stop: async () => await new Promise<void>((resolve) => server.close(() => resolve())),
	});
}
