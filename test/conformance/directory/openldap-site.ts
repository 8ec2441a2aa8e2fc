import type { Client } from 'ldapts';
import {
	ROOT_DN,
	ROOT_PASSWORD,
	SERVICE_DN,
	SERVICE_PASSWORD,
	startOpenLdap,
	SUFFIX,
	type OpenLdapOptions,
	type OpenLdapServer,
} from '../../servers/openldap';
import { startLdapProxy, type LdapProxy } from '../../servers/ldap-proxy';
import type { Adapter } from '../../../lib/adapters/adapter';
import type { DirectoryUnderTest } from './directory-harness';
import { adapterOf, adminOf } from './directory-site';

export const PEOPLE = `ou=people,${SUFFIX}`;
export const GROUPS = `ou=groups,${SUFFIX}`;

export interface OpenLdapSite extends DirectoryUnderTest {
	server: OpenLdapServer;
	/** Connection values over TLS, as the service account. */
	values: Record<string, string>;
	adapter(changes?: Record<string, string>, signal?: AbortSignal): Adapter;
	/** In clear text, so that a proxy can look at it. */
	proxy(): Promise<LdapProxy>;
	addUser(uid: string, more?: Record<string, string | string[]>): Promise<string>;
	addGroup(name: string, members: string[]): Promise<string>;
	stop(): Promise<void>;
}

export async function startOpenLdapSite(options: OpenLdapOptions = {}): Promise<OpenLdapSite> {
	const server = await startOpenLdap(options);
	const admin: Client = await adminOf(`ldap://127.0.0.1:${server.port}`, ROOT_DN, ROOT_PASSWORD);
	const values = {
		host: 'localhost',
		port: String(server.tlsPort),
		security: 'tls',
		bindDn: SERVICE_DN,
		bindPassword: SERVICE_PASSWORD,
		ca: server.certificates.authority.certificate,
	};
	const proxies: LdapProxy[] = [];
	return {
		server,
		admin,
		values,
		host: '127.0.0.1',
		port: server.port,
		bindDn: SERVICE_DN,
		bindPassword: SERVICE_PASSWORD,
		suffix: SUFFIX,
		user: (n) => ({ objectClass: 'inetOrgPerson', cn: `Kit ${n}`, sn: `${n}`, uid: `kit${n}` }),
		idOf: async (dn) => {
			const { searchEntries } = await admin.search(dn, { scope: 'base', attributes: ['entryUUID'] });
			return String(searchEntries[0]?.['entryUUID']);
		},
		adapter: (changes, signal) => adapterOf({ ...values, ...changes }, signal),
		async proxy() {
			const proxy = await startLdapProxy({ host: '127.0.0.1', port: server.port });
			proxies.push(proxy);
			return proxy;
		},
		async addUser(uid, more = {}) {
			const dn = `uid=${uid},${PEOPLE}`;
			await admin.add(dn, { objectClass: 'inetOrgPerson', cn: uid, sn: uid, uid, ...more });
			return dn;
		},
		async addGroup(name, members) {
			const dn = `cn=${name},${GROUPS}`;
			await admin.add(dn, { objectClass: 'groupOfNames', cn: name, member: members });
			return dn;
		},
		async stop() {
			for (const proxy of proxies) await proxy.stop();
			await admin.unbind().catch(() => undefined);
			await server.stop();
		},
	};
}
