import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child } from '../../quickstart/child-process';
import { freePort } from '../../quickstart/ports';
import { until } from '../until';
import { accepts } from './accepts';
import { leash } from './leash';
import { requireServer } from './require-server';
import { certificatesFor, type ServerCertificates } from './server-certificates';

const run = promisify(execFile);

const START_TIMEOUT_MS = 15_000;
/** Another process may take a free port between the look and the start. */
const START_TRIES = 3;
export const SUFFIX = 'dc=example,dc=test';
export const ROOT_DN = `cn=admin,${SUFFIX}`;
export const ROOT_PASSWORD = 'only-for-tests-admin';

/** Where distributions keep slapd, its modules and its schemas. */
const BINARIES = [
	'/usr/sbin/slapd',
	'/usr/libexec/slapd',
	'/usr/local/libexec/slapd',
	'/opt/homebrew/opt/openldap/libexec/slapd',
];
const SLAPADD = ['/usr/sbin/slapadd', '/usr/local/sbin/slapadd', '/opt/homebrew/opt/openldap/sbin/slapadd'];
const MODULES = ['/usr/lib/ldap', '/usr/lib64/openldap', '/usr/libexec/openldap', '/usr/local/libexec/openldap'];
const SCHEMAS = ['/etc/ldap/schema', '/etc/openldap/schema', '/usr/local/etc/openldap/schema'];

export interface OpenLdapServer {
	port: number;
	tlsPort: number;
	certificates: ServerCertificates;
	/** Ends it as a crash does and starts it again on the same ports and data. */
	restart(): Promise<void>;
	/** Takes the server away and loads entries with everything in them, operational attributes too. */
	load(ldif: string): Promise<void>;
	stop(): Promise<void>;
}

export interface OpenLdapOptions {
	/** Lines for the end of slapd.conf's main database, e.g. limits. */
	more?: string;
	/** No syncprov: nobody then keeps contextCSN. */
	withoutSyncprov?: boolean;
	/** No accesslog. */
	withoutAccesslog?: boolean;
	/** Lines of the `access` rules, instead of all that is read by everybody who has logged in. */
	access?: string;
	/** Names in the certificate; left out = localhost and 127.0.0.1. */
	names?: string;
	/** Entries to begin with, beside the suffix. */
	ldif?: string;
}

const found = (places: string[]): string | undefined => places.find((place) => existsSync(place));

export function hasOpenLdap(): boolean {
	return [BINARIES, SLAPADD, MODULES, SCHEMAS].every((places) => found(places) !== undefined);
}

export const requireOpenLdap = (what: string): boolean =>
	requireServer(what, hasOpenLdap(), 'slapd, ldap-utils, openssl');

/** A real slapd on free loopback ports with its data in a temporary folder, TLS and StartTLS included. */
export async function startOpenLdap(options: OpenLdapOptions = {}): Promise<OpenLdapServer> {
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-slapd-'));
	try {
		const certificates = await certificatesFor(options.names ?? 'DNS:localhost,IP:127.0.0.1');
		await Promise.all(['db', 'log'].map((name) => mkdir(join(folder, name))));
		await writeFile(join(folder, 'slapd.conf'), configuration(folder, certificates, options));
		await load(folder, `${BASE}\n${options.ldif ?? ''}`);
		return await serve(folder, certificates);
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}

async function serve(folder: string, certificates: ServerCertificates): Promise<OpenLdapServer> {
	let server: Child | undefined;
	let ports = { port: 0, tlsPort: 0 };
	let unleash = () => {};
	const launch = async () => {
		const { port, tlsPort } = ports;
		let log = '';
		const child = new Child(
			found(BINARIES) ?? 'slapd',
			['-d', '0', '-f', join(folder, 'slapd.conf'), '-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`],
			{ cwd: folder, onOutput: (text) => (log = (log + text).slice(-4_000)) },
		);
		let ended = false;
		void child.exited.then(() => (ended = true));
		await until(
			async () => {
				if (ended) throw new Error(`slapd ended while starting:\n${log}`);
				return (await accepts(port)) && (await accepts(tlsPort));
			},
			'slapd',
			START_TIMEOUT_MS,
		);
		server = child;
		unleash();
		unleash = leash([child.pid], [folder]);
	};
	for (let tries = 1; server === undefined; tries++) {
		ports = { port: await freePort(), tlsPort: await freePort() };
		await launch().catch((error: unknown) => {
			if (tries >= START_TRIES) throw error;
		});
	}
	return {
		...ports,
		certificates,
		async restart() {
			await server?.stop('SIGKILL');
			await launch();
		},
		async load(ldif) {
			await server?.stop();
			await load(folder, ldif);
			await launch();
		},
		async stop() {
			await server?.stop();
			unleash();
			await certificates.workshop.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function load(folder: string, ldif: string): Promise<void> {
	const file = join(folder, 'load.ldif');
	await writeFile(file, ldif);
	// -q: no checks that tests have no need of; the entries are ours.
	await run(found(SLAPADD) ?? 'slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-b', SUFFIX, '-l', file]);
}

function configuration(folder: string, tls: ServerCertificates, options: OpenLdapOptions): string {
	const modules = ['back_mdb', 'memberof', 'refint', 'ppolicy', 'syncprov', 'accesslog'];
	const accesslog = options.withoutAccesslog !== true;
	return [
		...['core', 'cosine', 'nis', 'inetorgperson'].map((name) => `include ${found(SCHEMAS)}/${name}.schema`),
		`pidfile ${join(folder, 'slapd.pid')}`,
		`modulepath ${found(MODULES)}`,
		...modules.map((name) => `moduleload ${name}`),
		`TLSCACertificateFile ${tls.authority.certificateFile}`,
		`TLSCertificateFile ${tls.server.certificateFile}`,
		`TLSCertificateKeyFile ${tls.server.keyFile}`,
		'TLSVerifyClient try',
		'authz-regexp "^cn=([^,]+),o=clients$" "uid=$1,ou=services,dc=example,dc=test"',
		'sizelimit unlimited',
		...(accesslog
			? [
					'database mdb',
					'suffix cn=accesslog',
					`rootdn ${ROOT_DN}`,
					`directory ${join(folder, 'log')}`,
					'maxsize 268435456',
					'dbnosync',
					'index entryCSN,objectClass,reqStart,reqResult eq',
					'limits users size=unlimited time=unlimited',
					'access to * by users read',
				]
			: []),
		'database mdb',
		`suffix ${SUFFIX}`,
		`rootdn ${ROOT_DN}`,
		`rootpw ${ROOT_PASSWORD}`,
		`directory ${join(folder, 'db')}`,
		'maxsize 268435456',
		'dbnosync',
		'index objectClass,entryCSN,entryUUID,uid,member eq',
		options.access ??
			['access to attrs=userPassword by anonymous auth by * none', 'access to * by users read by anonymous auth'].join(
				'\n',
			),
		options.more ?? '',
		'overlay memberof',
		'overlay refint',
		'refint_attributes member',
		...(accesslog
			? ['overlay accesslog', 'logdb cn=accesslog', 'logops writes', 'logold (objectClass=*)', 'logsuccess TRUE']
			: []),
		'overlay ppolicy',
		`ppolicy_default cn=default,ou=policies,${SUFFIX}`,
		'ppolicy_use_lockout',
		...(options.withoutSyncprov === true ? [] : ['overlay syncprov']),
		'',
	].join('\n');
}

/** The suffix, places for people, groups, services and policies, and the service account of the adapter. */
export const SERVICE_DN = `uid=crosslink,ou=services,${SUFFIX}`;
export const SERVICE_PASSWORD = 'only-for-tests-service';
const unit = (name: string) => `dn: ou=${name},${SUFFIX}\nobjectClass: organizationalUnit\nou: ${name}\n`;
const BASE = [
	`dn: ${SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n`,
	...['people', 'groups', 'services', 'policies'].map(unit),
	`dn: ${SERVICE_DN}\nobjectClass: account\nobjectClass: simpleSecurityObject\nuid: crosslink\nuserPassword: ${SERVICE_PASSWORD}\n` +
		// Tests log it in with wrong passwords, too.
		`pwdPolicySubentry: cn=expiring,ou=policies,${SUFFIX}\n`,
	`dn: cn=default,ou=policies,${SUFFIX}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\n` +
		'pwdLockout: TRUE\npwdMaxFailure: 3\npwdLockoutDuration: 600\npwdMustChange: TRUE\n',
	`dn: cn=expiring,ou=policies,${SUFFIX}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: expiring\npwdAttribute: userPassword\npwdMaxAge: 3600\n`,
].join('\n');
