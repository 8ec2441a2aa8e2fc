import { connect, createServer, type Socket } from 'node:net';
import { BerReader, ProtocolOperation, SearchRequest, type Filter, OrFilter, AndFilter, PresenceFilter } from 'ldapts';
import { Framing } from '../../lib/adapters/directory/framing';

/** One request as it came over the wire. */
export interface LdapCall {
	operation: 'bind' | 'search' | 'extended' | 'unbind' | 'other';
	/** Of a search. */
	base?: string;
	filter?: Filter;
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
		client.on('close', cut);
		upstream.on('close', cut);
		const framing = new Framing(1_000_000);
		let readable = true;
		client.on('data', (chunk) => {
			sent.push(chunk);
			// After StartTLS nobody in between can read.
			if (readable && chunk[0] !== 0x30 && looksLikeTls(chunk)) readable = false;
			if (readable) {
				for (const message of framing.push(chunk)) {
					const call = toCall(message, connection);
					calls.push(call);
					if (call.operation === 'search' && cutIn > 0 && --cutIn === 0) {
						cut();
						return;
					}
				}
			}
			if (mode === 'through') upstream.write(chunk);
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
		mend() {
			mode = 'through';
			cutIn = 0;
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
	return { ...plain('search'), base: request.baseDN, filter: request.filter, alternatives: widest(request.filter) };
}

function widest(filter: Filter): number {
	if (filter instanceof OrFilter) return Math.max(filter.filters.length, ...filter.filters.map(widest));
	if (filter instanceof AndFilter) return Math.max(0, ...filter.filters.map(widest));
	return 0;
}
