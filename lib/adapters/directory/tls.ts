import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { CrosslinkError } from '../../errors';
import type { DirectoryConnection } from './connection';

/** Largest file of certificates, in bytes; the whole Mozilla list has 220 kB. */
const MAX_PEM_BYTES = 512 * 1024;

/**
 * What TLS is opened with. The certificate is always checked, against the name given or the host: nothing turns that off.
 * @throws CrosslinkError `auth`, `certificate_unusable`, naming the field
 */
export async function tlsOptions({ host, tls }: DirectoryConnection): Promise<ConnectionOptions> {
	const pem = async (value: string | undefined, field: string) =>
		value === undefined ? undefined : await readPem(value, field);
	const ca = await pem(tls.ca, 'CA Certificate');
	const cert = await pem(tls.certificate, 'Client Certificate');
	const key = await pem(tls.key, 'Client Key');
	return {
		// Named even where a socket is given: without it, the certificate would be checked against "localhost".
		host,
		...(tls.serverName !== undefined ? { servername: tls.serverName } : isIP(host) === 0 && { servername: host }),
		...(ca !== undefined && { ca }),
		...(cert !== undefined && { cert, key }),
		...(tls.passphrase !== undefined && { passphrase: tls.passphrase }),
		minVersion: 'TLSv1.2',
		rejectUnauthorized: true,
	};
}

async function readPem(value: string, field: string): Promise<string> {
	const text = value.startsWith('-----BEGIN') ? unfolded(value) : await readFileOf(value, field);
	if (/-----BEGIN [A-Z0-9 ]+-----[^]+-----END [A-Z0-9 ]+-----/.test(text)) return text;
	throw unusable(field);
}

/** One-line input fields turn line breaks into blanks or into `\n`; PEM needs them. */
function unfolded(pem: string): string {
	return pem
		.replaceAll('\\n', '\n')
		.replace(/(-----BEGIN [A-Z0-9 ]+-----)([^-]+)(-----END [A-Z0-9 ]+-----)\s*/g, (all, begin, body: string, end) =>
			// An encrypted key has header lines, which blanks do not separate.
			body.includes(':') ? all : [begin, ...body.trim().split(/\s+/), end, ''].join('\n'),
		);
}

async function readFileOf(path: string, field: string): Promise<string> {
	try {
		// Without O_NONBLOCK, a named pipe that nobody writes to would wait for ever.
		const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			if (!(await file.stat()).isFile()) throw unusable(field);
			const buffer = Buffer.alloc(MAX_PEM_BYTES + 1);
			const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
			if (bytesRead > MAX_PEM_BYTES) throw unusable(field);
			return buffer.toString('utf8', 0, bytesRead);
		} finally {
			await file.close();
		}
	} catch {
		// One answer for every fault: what lies on this machine is no business of whoever types a path.
		throw unusable(field);
	}
}

function unusable(field: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'certificate_unusable',
		message: `"${field}" of the directory connection is neither PEM nor a readable file of PEM.`,
		remedy: `Paste the text that begins with "-----BEGIN", or give the path of a file that n8n may read, of at most ${MAX_PEM_BYTES / 1024} kB.`,
	});
}
