import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statfsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lock } from 'proper-lockfile';
import { Child } from '../../quickstart/child-process';
import { until } from '../until';
import { accepts } from './accepts';
import { leash } from './leash';
import { requireServer } from './require-server';
import { certificatesFor, type ServerCertificates } from './server-certificates';

const run = promisify(execFile);

const START_TIMEOUT_MS = 60_000;
const LDAP_PORT = 389;
export const REALM = 'CORP.EXAMPLE.TEST';
export const AD_BASE = 'DC=corp,DC=example,DC=test';
export const DC_NAME = 'dc1.corp.example.test';
export const ADMIN_DN = `CN=Administrator,CN=Users,${AD_BASE}`;
export const ADMIN_PASSWORD = 'Only-4-Tests-admin';

/** What a template and some copies of it take, in bytes; containers often have less memory than that to write to. */
const NEEDED_BYTES = 512 * 1024 * 1024;
/** Memory where there is enough: a write to it takes a fifth of the time. */
const PLACE = existsSync('/dev/shm') && freeBytes('/dev/shm') > NEEDED_BYTES ? '/dev/shm' : tmpdir();
const BINARIES = ['/usr/sbin/samba', '/usr/local/samba/sbin/samba'];
const TOOL = ['/usr/bin/samba-tool', '/usr/local/samba/bin/samba-tool'];
const found = (places: string[]): string | undefined => places.find((place) => existsSync(place));

export interface SambaServer {
	/** The domain controller's own loopback address: its ports are fixed. */
	host: string;
	port: 389;
	tlsPort: 636;
	certificates: ServerCertificates;
	/** `samba-tool` on this domain. */
	tool(...args: string[]): Promise<string>;
	restart(): Promise<void>;
	stop(): Promise<void>;
}

/** Root only: the ports are below 1024. */
export function hasSamba(): boolean {
	return found(BINARIES) !== undefined && found(TOOL) !== undefined && process.getuid?.() === 0;
}

export const requireSamba = (what: string): boolean =>
	requireServer(
		what,
		hasSamba(),
		'samba, samba-ad-provision, samba-dsdb-modules, samba-vfs-modules, winbind (and be root)',
	);

/**
 * A real Active Directory domain controller, alone in its domain, on a loopback address of its own.
 * @param options `strict` = as by default, no password is taken in clear text; else tests can look at the wire
 */
export async function startSamba({ strict = false }: { strict?: boolean } = {}): Promise<SambaServer> {
	const template = await provisioned();
	const folder = await mkdtemp(join(PLACE, 'crosslink-samba-'));
	try {
		const domain = join(folder, 'domain');
		await cp(template, domain, { recursive: true, preserveTimestamps: true });
		const host = await freeAddress();
		const certificates = await certificatesFor(`DNS:${DC_NAME},IP:${host}`);
		await chmod(certificates.server.keyFile, 0o600);
		await adopt(domain, template, { host, tls: certificates, strict });
		return await serve(folder, domain, host, certificates);
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}

/** An empty domain to copy, made once for each version of Samba: that takes seconds. */
async function provisioned(): Promise<string> {
	const version = (await run(found(BINARIES) ?? 'samba', ['--version'])).stdout.trim();
	const key = createHash('sha256')
		.update(`${version} ${provisionArguments('D').join(' ')}`)
		.digest('hex')
		.slice(0, 12);
	const root = join(PLACE, 'crosslink-samba-template');
	await mkdir(root, { recursive: true, mode: 0o700 });
	const template = join(root, key);
	const release = await lock(root, { retries: { retries: 200, minTimeout: 250, maxTimeout: 500 }, stale: 60_000 });
	try {
		if (existsSync(join(template, 'etc', 'smb.conf'))) return template;
		const made = await mkdtemp(join(root, 'making-'));
		await run(found(TOOL) ?? 'samba-tool', ['domain', 'provision', ...provisionArguments(made)]);
		// The folder is named in the file; what is copied from it is adopted under its own name.
		const config = join(made, 'etc', 'smb.conf');
		await writeFile(config, (await readFile(config, 'utf8')).replaceAll(made, template));
		await rename(made, template);
		return template;
	} finally {
		await release();
	}
}

function provisionArguments(folder: string): string[] {
	return [
		'-s',
		'/dev/null',
		`--targetdir=${folder}`,
		`--realm=${REALM}`,
		'--domain=CORP',
		'--host-name=dc1',
		'--server-role=dc',
		'--dns-backend=NONE',
		`--adminpass=${ADMIN_PASSWORD}`,
		'--use-rfc2307',
		'--host-ip=127.0.0.79',
		'--option=interfaces=127.0.0.79/8',
		'--option=bind interfaces only=yes',
		'--option=ldb:nosync=yes',
		`--option=pid directory=${folder}/run`,
		`--option=ncalrpc dir=${folder}/ncalrpc`,
		'--option=server services=ldap,kdc',
	];
}

async function adopt(
	domain: string,
	template: string,
	{ host, tls, strict }: { host: string; tls: ServerCertificates; strict: boolean },
): Promise<void> {
	for (const name of ['run', 'ncalrpc']) await mkdir(join(domain, name), { recursive: true, mode: 0o755 });
	const config = join(domain, 'etc', 'smb.conf');
	const text = (await readFile(config, 'utf8')).replaceAll(template, domain).replaceAll('127.0.0.79', host);
	const security = [
		`tls keyfile = ${tls.server.keyFile}`,
		`tls certfile = ${tls.server.certificateFile}`,
		`tls cafile = ${tls.authority.certificateFile}`,
		...(strict ? [] : ['ldap server require strong auth = no']),
	];
	await writeFile(config, text.replace('[global]', ['[global]', ...security.map((line) => `\t${line}`)].join('\n')));
}

async function serve(
	folder: string,
	domain: string,
	host: string,
	certificates: ServerCertificates,
): Promise<SambaServer> {
	const config = join(domain, 'etc', 'smb.conf');
	let server: Child | undefined;
	let unleash = () => {};
	const launch = async () => {
		let log = '';
		const child = new Child(found(BINARIES) ?? 'samba', ['-i', '-M', 'single', '-s', config, '--debug-stdout'], {
			cwd: folder,
			onOutput: (text) => (log = (log + text).slice(-4_000)),
		});
		let ended = false;
		void child.exited.then(() => (ended = true));
		await until(
			async () => {
				if (ended) throw new Error(`Samba ended while starting:\n${log}`);
				return (await accepts(LDAP_PORT, host)) && (await accepts(636, host));
			},
			'Samba',
			START_TIMEOUT_MS,
		);
		server = child;
		unleash();
		unleash = leash([child.pid], [folder]);
	};
	await launch();
	return {
		host,
		port: LDAP_PORT,
		tlsPort: 636,
		certificates,
		tool: async (...args) => (await run(found(TOOL) ?? 'samba-tool', [...args, '-s', config])).stdout,
		async restart() {
			await server?.stop('SIGKILL');
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

function freeBytes(place: string): number {
	const { bavail, bsize } = statfsSync(place);
	return bavail * bsize;
}

/** An address of 127.0.0.0/8 on which nobody speaks LDAP; several test files run at once. */
async function freeAddress(): Promise<string> {
	for (let tries = 0; tries < 50; tries++) {
		const byte = (from: number, to: number) => from + Math.floor(Math.random() * (to - from));
		const host = `127.${byte(50, 250)}.${byte(0, 250)}.${byte(1, 250)}`;
		const free = await new Promise<boolean>((resolve) => {
			const probe = createServer();
			probe.once('error', () => resolve(false));
			probe.listen(LDAP_PORT, host, () => probe.close(() => resolve(true)));
		});
		if (free) return host;
	}
	throw new Error('No loopback address with a free port 389 was found.');
}
