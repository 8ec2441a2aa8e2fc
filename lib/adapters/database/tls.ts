import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { CrosslinkError } from '../../errors';
import type { DatabaseConnection } from './connection';

/** Largest file of certificate authorities, in bytes; the whole Mozilla list has 220 kB. */
const MAX_CA_BYTES = 512 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;

/**
 * What the driver gets for each mode; `false` = no TLS. Only `require` without a CA looks at no certificate, as in libpq,
 * where a CA turns `require` into `verify-ca`.
 * @throws CrosslinkError `auth`, `ca_unusable`
 */
export async function tlsOptions({ sslMode, ca }: DatabaseConnection): Promise<ConnectionOptions | false> {
	if (sslMode === 'disable') return false;
	const authority = ca === undefined ? {} : { ca: await readAuthority(ca) };
	if (sslMode === 'verify-full') return { ...authority, rejectUnauthorized: true };
	if (sslMode === 'verify-ca' || ca !== undefined) {
		return { ...authority, rejectUnauthorized: true, checkServerIdentity: () => undefined };
	}
	return { rejectUnauthorized: false };
}

async function readAuthority(ca: string): Promise<string> {
	const text = ca.startsWith('-----BEGIN') ? unfolded(ca) : await readFileOf(ca);
	if (CERTIFICATE.test(text)) return text;
	throw unusable();
}

/** One-line input fields turn line breaks into blanks or into `\n`; PEM needs them. */
function unfolded(pem: string): string {
	return pem
		.replaceAll('\\n', '\n')
		.replace(/(-----BEGIN CERTIFICATE-----)([^-]+)(-----END CERTIFICATE-----)\s*/g, (_all, begin, body: string, end) =>
			[begin, ...body.trim().split(/\s+/), end, ''].join('\n'),
		);
}

async function readFileOf(path: string): Promise<string> {
	try {
		// Without O_NONBLOCK, a named pipe that nobody writes to would wait for ever.
		const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			if (!(await file.stat()).isFile()) throw unusable();
			const buffer = Buffer.alloc(MAX_CA_BYTES + 1);
			const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
			if (bytesRead > MAX_CA_BYTES) throw unusable();
			return buffer.toString('utf8', 0, bytesRead);
		} finally {
			await file.close();
		}
	} catch {
		// One answer for every fault: what lies on this machine is no business of whoever types a path.
		throw unusable();
	}
}

function unusable(): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'ca_unusable',
		message: 'The CA certificate of the database connection is neither PEM nor a readable file of PEM certificates.',
		remedy:
			'Paste the certificate of the authority that signed the server’s ("-----BEGIN CERTIFICATE-----…"), or give the ' +
			`path of a file that n8n may read, of at most ${MAX_CA_BYTES / 1024} kB.`,
	});
}
