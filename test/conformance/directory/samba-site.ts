import { Attribute, Change, Client } from 'ldapts';
import type { Adapter } from '../../../lib/adapters/adapter';
import { guidToText } from '../../../lib/adapters/directory/guid';
import { startLdapProxy, type LdapProxy } from '../../servers/ldap-proxy';
import { AD_BASE, ADMIN_DN, ADMIN_PASSWORD, DC_NAME, startSamba, type SambaServer } from '../../servers/samba';
import type { DirectoryUnderTest } from './directory-harness';
import { adapterOf } from './directory-site';

export const PASSWORD = 'Only-4-Tests-user';

export interface SambaSite extends DirectoryUnderTest {
	server: SambaServer;
	/** Connection values over TLS, as an administrator. */
	values: Record<string, string>;
	adapter(changes?: Record<string, string>, signal?: AbortSignal): Adapter;
	proxy(): Promise<LdapProxy>;
	/** An enabled account with {@link PASSWORD}, or what else the flags say. */
	addUser(name: string, more?: Record<string, string | string[]>): Promise<string>;
	addGroup(name: string, members?: string[]): Promise<string>;
	replace(dn: string, attributes: Record<string, string | string[] | Buffer>): Promise<void>;
	stop(): Promise<void>;
}

export async function startSambaSite(): Promise<SambaSite> {
	const server = await startSamba();
	// Over TLS: Samba takes new passwords no other way.
	const admin = new Client({
		url: `ldaps://${server.host}`,
		tlsOptions: { ca: server.certificates.authority.certificate },
	});
	await admin.bind(ADMIN_DN, ADMIN_PASSWORD);
	const values = {
		host: server.host,
		port: '636',
		security: 'tls',
		tlsServerName: DC_NAME,
		bindDn: ADMIN_DN,
		bindPassword: ADMIN_PASSWORD,
		ca: server.certificates.authority.certificate,
	};
	const proxies: LdapProxy[] = [];
	const replace: SambaSite['replace'] = async (dn, attributes) => {
		const changes = Object.entries(attributes).map(([type, value]) => {
			const list = Array.isArray(value) ? value : [value];
			return new Change({ operation: 'replace', modification: new Attribute({ type, values: list as string[] }) });
		});
		await admin.modify(dn, changes);
	};
	return {
		server,
		admin,
		values,
		host: server.host,
		port: 389,
		bindDn: ADMIN_DN,
		bindPassword: ADMIN_PASSWORD,
		suffix: AD_BASE,
		user: (n) => ({ objectClass: 'user', cn: `Kit ${n}`, sAMAccountName: `kit${n}` }),
		idOf: async (dn) => {
			const { searchEntries } = await admin.search(dn, {
				scope: 'base',
				attributes: ['objectGUID'],
				explicitBufferAttributes: ['objectGUID'],
			});
			return guidToText(searchEntries[0]?.['objectGUID'] as Buffer);
		},
		adapter: (changes, signal) => adapterOf({ ...values, ...changes }, signal),
		async proxy() {
			const proxy = await startLdapProxy({ host: server.host, port: 389 });
			proxies.push(proxy);
			return proxy;
		},
		replace,
		async addUser(name, more = {}) {
			const dn = `CN=${name},CN=Users,${AD_BASE}`;
			await admin.add(dn, {
				objectClass: 'user',
				cn: name,
				sAMAccountName: name,
				userPrincipalName: `${name}@corp.example.test`,
				...more,
			});
			await replace(dn, { unicodePwd: Buffer.from(`"${PASSWORD}"`, 'utf16le') });
			if (more['userAccountControl'] === undefined) await replace(dn, { userAccountControl: '512' });
			return dn;
		},
		async addGroup(name, members = []) {
			const dn = `CN=${name},CN=Users,${AD_BASE}`;
			const more: Record<string, string[]> = members.length === 0 ? {} : { member: members };
			await admin.add(dn, { objectClass: 'group', cn: name, sAMAccountName: name, ...more });
			return dn;
		},
		async stop() {
			for (const proxy of proxies) await proxy.stop();
			await admin.unbind().catch(() => undefined);
			await server.stop();
		},
	};
}
