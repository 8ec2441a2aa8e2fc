import { connect, createServer, type Socket } from 'node:net';
import {
	BerReader,
	BindRequest,
	ProtocolOperation,
	SearchRequest,
	type Filter,
	OrFilter,
	AndFilter,
	PresenceFilter,
} from 'ldapts';
import { Framing } from '../../lib/adapters/directory/framing';

/** One request as it came over the wire. */
export interface LdapCall {
	operation: 'bind' | 'search' | 'extended' | 'unbind' | 'other';
	/** Of a search. */
	base?: string;
	filter?: Filter;
	/** Seconds the server is given for it, and how aliases are to be followed. */
	timeLimit?: number;
	derefAliases?: string;
	/** Conditions of the largest "any of these" in it. */
	alternatives: number;
	/** Number of the connection it came on, from 1. */
	connection: number;
}

export interface LdapProxy {
	port: number;
	host: string;
	calls: LdapCall[];
	/** Connections that came, those refused included. */
	connections(): number;
	/** All bytes that clients have sent. */
	sent(): Buffer;
	/** Nothing is answered any more: requests arrive and are kept. */
	hang(): void;
	/** Connections are refused, and those that are open cut. */
	down(): void;
	/** Cuts the connection when the nth search from now arrives, before it is passed on. */
	cutAtSearch(nth: number): void;
	/** The same for a login, after it is passed on: it counts there, and its answer is lost. */
	cutAtBind(nth: number): void;
	/** Cuts all connections that are open; new ones are served. */
	cutNow(): void;
	/** Before the nth search from now, the server is made to take the client for nobody, which the client is not told. */
	forgetAtSearch(nth: number): void;
	/** Everything goes through again. */
	mend(): void;
	/** Forgets what was seen. */
	forget(): void;
	stop(): Promise<void>;
}

/** Stands between a client and an LDAP server that speaks clear text, sees what is asked, and can fail in the usual ways. */
export async function startLdapProxy(target: { host: string; port: number }, host = '127.0.0.1'): Promise<LdapProxy> {
	const sockets = new Set<Socket>();
	const calls: LdapCall[] = [];
	const sent: Buffer[] = [];
	let connections = 0;
	let mode: 'through' | 'hang' | 'down' = 'through';
	let cutIn = 0;
	let forgetIn = 0;
	let cutInBinds = 0;

	const server = createServer((client) => {
		const connection = ++connections;
		sockets.add(client);
		client.on('close', () => sockets.delete(client)).on('error', () => undefined);
		if (mode === 'down') {
			client.destroy();
			return;
		}
		const upstream = connect(target.port, target.host);
		sockets.add(upstream);
		const cut = () => {
			client.destroy();
			upstream.destroy();
		};
		upstream.on('close', () => sockets.delete(upstream)).on('error', cut);
		// What was passed on still arrives there.
		client.on('close', () => (losing ? upstream.end() : cut()));
		upstream.on('close', cut);
		const framing = new Framing(1_000_000);
		let readable = true;
		let losing = false;
		client.on('data', (chunk) => {
			sent.push(chunk);
			// After StartTLS nobody in between can read.
			if (readable && chunk[0] !== 0x30 && looksLikeTls(chunk)) readable = false;
			if (readable) {
				for (const message of framing.push(chunk)) {
					const call = toCall(message, connection);
					calls.push(call);
					if (call.operation === 'bind' && cutInBinds > 0 && --cutInBinds === 0) losing = true;
					if (call.operation === 'search' && forgetIn > 0 && --forgetIn === 0) upstream.write(ANONYMOUS_BIND);
					if (call.operation === 'search' && cutIn > 0 && --cutIn === 0) {
						cut();
						return;
					}
				}
			}
			if (mode === 'through') upstream.write(chunk);
			if (losing) client.destroy();
		});
		upstream.on('data', (chunk) => {
			if (mode === 'through') client.write(chunk);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, host, resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
	return {
		port: address.port,
		host,
		calls,
		connections: () => connections,
		sent: () => Buffer.concat(sent),
		hang: () => void (mode = 'hang'),
		down() {
			mode = 'down';
			for (const socket of sockets) socket.destroy();
		},
		cutAtSearch: (nth) => void (cutIn = nth),
		cutAtBind: (nth) => void (cutInBinds = nth),
		cutNow() {
			for (const socket of sockets) socket.destroy();
		},
		forgetAtSearch: (nth) => void (forgetIn = nth),
		mend() {
			mode = 'through';
			cutIn = 0;
			forgetIn = 0;
		},
		forget() {
			calls.length = 0;
			sent.length = 0;
		},
		async stop() {
			for (const socket of sockets) socket.destroy();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}

/** With a message id that no client gets to. */
const ANONYMOUS_BIND = new BindRequest({ messageId: 2_000_000_000, dn: '', password: '' }).write();

const looksLikeTls = (chunk: Buffer): boolean => chunk[0] === 0x16 && chunk[1] === 0x03;

function toCall(bytes: Buffer, connection: number): LdapCall {
	const reader = new BerReader(bytes);
	reader.readSequence();
	reader.readInt();
	const operation = reader.readSequence();
	const plain = (name: LdapCall['operation']): LdapCall => ({ operation: name, alternatives: 0, connection });
	if (operation === ProtocolOperation.LDAP_REQ_BIND) return plain('bind');
	if (operation === ProtocolOperation.LDAP_REQ_EXTENSION) return plain('extended');
	if (operation === ProtocolOperation.LDAP_REQ_UNBIND) return plain('unbind');
	if (operation !== ProtocolOperation.LDAP_REQ_SEARCH) return plain('other');
	const request = new SearchRequest({ messageId: 0, filter: new PresenceFilter({ attribute: 'objectClass' }) });
	request.parseMessage(reader);
	const { baseDN: base, filter, timeLimit } = request;
	return { ...plain('search'), base, filter, timeLimit, derefAliases: derefOf(bytes), alternatives: widest(filter) };
}

/** Read here: the library's reader of requests takes the scope for it. */
function derefOf(bytes: Buffer): string {
	const reader = new BerReader(bytes);
	reader.readSequence();
	reader.readInt();
	reader.readSequence();
	reader.readString();
	reader.readEnumeration();
	return ['never', 'search', 'find', 'always'][reader.readEnumeration() ?? -1] ?? '';
}

function widest(filter: Filter): number {
	if (filter instanceof OrFilter) return Math.max(filter.filters.length, ...filter.filters.map(widest));
	if (filter instanceof AndFilter) return Math.max(0, ...filter.filters.map(widest));
	return 0;
}
