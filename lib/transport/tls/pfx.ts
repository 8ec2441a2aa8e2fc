import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type PeerCertificate, type SecureContext } from 'node:tls';
import type { CrosslinkError } from '../../errors';
import type { TlsMaterial } from './read-tls';
import { unusable } from './unusable';
import { outOfDate } from './validity';

const BASE64 = /^[A-Za-z0-9+/=\s]+$/;
const PEM_INSTEAD = 'Give it in base64 (base64 -w0 client.pfx), or as PEM in the fields for certificate and key.';

/** A PKCS #12 file in base64: certificate, key and what is between it and its authority, behind one passphrase. */
export function readPfx(base64: string, passphrase: string | undefined, of: string, now: Date): TlsMaterial {
	if (!BASE64.test(base64)) throw unusable('pfx', of, 'is not base64', PEM_INSTEAD);
	const pfx = Buffer.from(base64, 'base64');
	const fault = dateFault(open(pfx, passphrase, of), now);
	if (fault !== undefined) {
		throw unusable('pfx', of, `holds a certificate that ${fault}`, 'Export the certificate that is in force today.');
	}
	// Without any passphrase OpenSSL expects none, which is another thing than an empty one.
	return { pfx, ...(passphrase !== undefined && { passphrase }) };
}

function open(pfx: Buffer, passphrase: string | undefined, of: string): SecureContext {
	try {
		return createSecureContext({ pfx, ...(passphrase !== undefined && { passphrase }) });
	} catch (thrown) {
		throw explain(thrown, passphrase, of);
	}
}

/** OpenSSL's words; some have no code (seen with Node.js 24 and OpenSSL 3.5). */
function explain(thrown: unknown, passphrase: string | undefined, of: string): CrosslinkError {
	const { code = '', message = '' } = thrown as { code?: string; message?: string };
	if (/mac verify failure/i.test(message)) {
		return passphrase
			? unusable('clientKeyPassphrase', of, 'does not open the PFX', 'Correct the passphrase.')
			: unusable('clientKeyPassphrase', of, 'is missing: the PFX needs one', 'Give the one it was exported with.');
	}
	if (code === 'ERR_CRYPTO_UNSUPPORTED_OPERATION') {
		return unusable(
			'pfx',
			of,
			'is encrypted in an outdated way (RC2 or the like), which today’s OpenSSL refuses',
			'Export it anew with AES256-SHA256, or convert it: openssl pkcs12 -legacy -in old.pfx -nodes -out both.pem, then ' +
				'openssl pkcs12 -export -in both.pem -out new.pfx, and delete both.pem, which holds the bare key.',
		);
	}
	if (/unable to load private key/i.test(message)) {
		return unusable('pfx', of, 'holds no private key', 'Export the certificate again together with its key.');
	}
	return unusable('pfx', of, 'is no PFX (PKCS #12) file', PEM_INSTEAD);
}

/** Node.js gives the certificate of a context only through a socket that has it; this one is connected to nothing. */
function dateFault(secureContext: SecureContext, now: Date): string | undefined {
	const nowhere = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
	const socket = new TLSSocket(nowhere, { secureContext });
	try {
		const { valid_from: from, valid_to: to } = (socket.getCertificate() ?? {}) as Partial<PeerCertificate>;
		return from === undefined || to === undefined ? undefined : outOfDate(new Date(from), new Date(to), now);
	} finally {
		socket.destroy();
		nowhere.destroy();
	}
}
