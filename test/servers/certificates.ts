import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { leftOut } from './left-out';

const run = promisify(execFile);

const KEYS = { rsa: ['rsa:2048'], ec: ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] };
export type KeyKind = keyof typeof KEYS;

/** Whether certificates can be made here; with CI set a missing openssl is a failure of the tests that need it. */
export function canMakeCertificates(what: string): boolean {
	const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'openssl')));
	if (!found && !process.env['CI']) leftOut(what, 'there is no openssl to make certificates with');
	return found || Boolean(process.env['CI']);
}

/** A certificate and its key as PEM, and where both lie. */
export interface Certificate {
	certificate: string;
	key: string;
	certificateFile: string;
	keyFile: string;
}

export interface Workshop {
	folder: string;
	/** Signed by itself. */
	authority(name: string, kind?: KeyKind): Promise<Certificate>;
	/** Signed by `issuer`; with negative days it has expired. */
	issue(
		name: string,
		issuer: Certificate,
		more?: { kind?: KeyKind; days?: number; names?: string },
	): Promise<Certificate>;
	/** The key again, encrypted: as PKCS #8, or as OpenSSL did before. */
	encryptedKey(of: Certificate, passphrase: string, form?: 'pkcs8' | 'traditional'): Promise<string>;
	/** A PKCS #12 file in base64; `legacy` = with RC2, as exports were made for decades. */
	pfx(of: Certificate, passphrase: string, form?: 'modern' | 'legacy' | 'withoutKey'): Promise<string>;
	close(): Promise<void>;
}

/** Makes real certificates with openssl in a temporary folder. */
export async function openWorkshop(): Promise<Workshop> {
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-pki-'));
	const path = (name: string) => join(folder, name);
	const openssl = async (...parameters: string[]) => await run('openssl', parameters);
	const newKey = (kind: KeyKind, name: string) => ['-newkey', ...KEYS[kind], '-nodes', '-keyout', path(`${name}.key`)];
	const read = async (name: string): Promise<Certificate> => {
		const [certificateFile, keyFile] = [path(`${name}.crt`), path(`${name}.key`)];
		const [certificate, key] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
		return { certificate, key, certificateFile, keyFile };
	};
	return {
		folder,
		async authority(name, kind = 'ec') {
			await openssl(
				...['req', '-x509', ...newKey(kind, name), '-subj', `/CN=${name}`],
				...['-days', '2', '-out', path(`${name}.crt`)],
			);
			return await read(name);
		},
		async issue(name, issuer, { kind = 'ec', days = 2, names = '' } = {}) {
			await openssl('req', ...newKey(kind, name), '-subj', `/CN=${name}`, '-out', path(`${name}.csr`));
			await writeFile(path(`${name}.ext`), names === '' ? '' : `subjectAltName=${names}`);
			await openssl(
				...['x509', '-req', '-in', path(`${name}.csr`), '-CA', issuer.certificateFile, '-CAkey', issuer.keyFile],
				...['-CAcreateserial', '-extfile', path(`${name}.ext`), '-days', String(days), '-out', path(`${name}.crt`)],
			);
			return await read(name);
		},
		async encryptedKey({ keyFile }, passphrase, form = 'pkcs8') {
			const out = `${keyFile}.${form}`;
			const how = form === 'pkcs8' ? ['pkcs8', '-topk8', '-v2', 'aes-256-cbc'] : ['rsa', '-traditional', '-aes256'];
			await openssl(...how, '-in', keyFile, '-out', out, '-passout', `pass:${passphrase}`);
			return await readFile(out, 'utf8');
		},
		async pfx({ certificateFile, keyFile }, passphrase, form = 'modern') {
			const out = `${certificateFile}.${form}.pfx`;
			const key = form === 'withoutKey' ? ['-nokeys'] : ['-inkey', keyFile];
			await openssl(
				...['pkcs12', '-export', ...(form === 'legacy' ? ['-legacy'] : []), ...key, '-in', certificateFile],
				...['-out', out, '-passout', `pass:${passphrase}`],
			);
			return (await readFile(out)).toString('base64');
		},
		close: async () => await rm(folder, { recursive: true, force: true }),
	};
}
