import type { Client } from 'ldapts';
import type { ExternalRecord, UpsertRecord } from '../../../lib/adapters/adapter';
import type { Harness } from '../harness';
import { startLdapProxy } from '../../servers/ldap-proxy';
import { adapterOf, bindingOf } from './directory-site';

/** One server of the tests, for harnesses that each get a place of their own below it. */
export interface DirectoryUnderTest {
	host: string;
	port: number;
	admin: Client;
	bindDn: string;
	bindPassword: string;
	/** Where places are made. */
	suffix: string;
	/** Attributes of a new user, told apart by the number. */
	user(n: number): Record<string, string | string[]>;
	/** What the adapter names an entry by, read with the library's own client. */
	idOf(dn: string): Promise<string>;
}

let places = 0;

/** A harness with an organizational unit of its own as its base, over clear text, so that the proxy can see what is asked. */
export async function startDirectoryHarness(server: DirectoryUnderTest): Promise<Harness> {
	const { admin, bindDn, bindPassword } = server;
	const base = `OU=kit ${process.pid} ${++places},${server.suffix}`;
	await admin.add(base, { objectClass: 'organizationalUnit', ou: `kit ${process.pid} ${places}` });
	const proxy = await startLdapProxy(server);
	const dns = new Map<string, string>();
	const connection = { host: proxy.host, port: String(proxy.port), security: 'none', baseDn: base, bindDn };
	const onlyWrites = (): never => {
		throw new Error('nothing is written to a directory');
	};
	const searches = () => proxy.calls.filter(({ operation, base: of }) => operation === 'search' && of !== '');

	return {
		connect: ({ signal, refused } = {}) =>
			adapterOf({ ...connection, bindPassword: refused ? 'not-the-password' : bindPassword }, signal),
		secrets: [bindPassword, 'not-the-password'],
		binding: bindingOf('user'),
		related: bindingOf('group'),
		sample: (n) => ({ cn: `Kit ${n}` }),
		textField: 'description',
		normalised: { field: '', sent: '', stored: '' },
		refusedValue: {},
		async create(records: UpsertRecord[]): Promise<ExternalRecord[]> {
			const made: ExternalRecord[] = [];
			for (const { ref, key } of records) {
				const n = Number(ref.replace(/\D/g, ''));
				const dn = `CN=Kit ${n},${base}`;
				await admin.add(dn, { ...server.user(n), [key.field]: key.value });
				const externalId = await server.idOf(dn);
				dns.set(externalId, dn);
				made.push({ externalId, fields: {}, version: null, modifiedAt: null, aliases: [], deleted: false });
			}
			return made;
		},
		remote: {
			count: onlyWrites,
			get: onlyWrites,
			merge: onlyWrites,
			associated: onlyWrites,
			edit: async (externalId, fields) => {
				const { Attribute, Change } = await import('ldapts');
				for (const [type, value] of Object.entries(fields)) {
					const modification = new Attribute({ type, values: [value] });
					await admin.modify(dns.get(externalId) ?? '', new Change({ operation: 'replace', modification }));
				}
			},
			remove: async (externalId) => await admin.del(dns.get(externalId) ?? ''),
		},
		wire: {
			// What opens a session is no call of its own, unless nothing comes of it.
			calls: () => searches().length || proxy.calls.filter(({ operation }) => operation === 'bind').length,
			largestBatch: () => Math.max(0, ...searches().map(({ alternatives }) => alternatives)),
			clear: () => proxy.forget(),
		},
		faults: {
			loseNextWrite: onlyWrites,
			down: () => proxy.down(),
			hang: () => proxy.hang(),
			clear: () => proxy.mend(),
		},
		advance: () => undefined,
		setIndexingDelay: () => undefined,
		async stop() {
			await proxy.stop();
			for (const dn of dns.values()) await admin.del(dn).catch(() => undefined);
			await admin.del(base);
		},
	};
}
