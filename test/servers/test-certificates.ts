import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files of an authority, and of a certificate it has signed. */
export interface TestCertificates {
	folder: string;
	/** PEM of the authority. */
	ca: string;
	caFile: string;
	certFile: string;
	keyFile: string;
	/** Signs another one, e.g. a client's; paths of certificate and key. */
	sign(name: string, subject: string, alternative?: string): Promise<{ certFile: string; keyFile: string }>;
}

/** An authority of its own in `folder`, and a server certificate for `alternative` (`DNS:localhost,IP:127.0.0.1`). */
export async function makeCertificates(folder: string, alternative: string): Promise<TestCertificates> {
	const file = (name: string, ending: string) => join(folder, `${name}.${ending}`);
	const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(name, 'key')];
	await run('openssl', [
		'req',
		'-x509',
		...key('ca'),
		'-subj',
		'/CN=Authority for tests',
		'-days',
		'2',
		'-out',
		file('ca', 'crt'),
	]);
	const sign: TestCertificates['sign'] = async (name, subject, names) => {
		await run('openssl', ['req', ...key(name), '-subj', subject, '-out', file(name, 'csr')]);
		const extensions = file(name, 'ext');
		await writeFile(extensions, names === undefined ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${names}\n`);
		await run('openssl', [
			'x509',
			'-req',
			'-in',
			file(name, 'csr'),
			'-CA',
			file('ca', 'crt'),
			'-CAkey',
			file('ca', 'key'),
			'-CAcreateserial',
			'-days',
			'2',
			'-extfile',
			extensions,
			'-out',
			file(name, 'crt'),
		]);
		return { certFile: file(name, 'crt'), keyFile: file(name, 'key') };
	};
	const server = await sign('server', '/CN=localhost', alternative);
	return { folder, ca: await readFile(file('ca', 'crt'), 'utf8'), caFile: file('ca', 'crt'), ...server, sign };
}
