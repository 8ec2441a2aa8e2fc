import { X509Certificate } from 'node:crypto';
import { isCertificate, isPrivateKey, readPem } from './pem';
import type { TlsMaterial, TlsValues } from './read-tls';
import { unusable } from './unusable';
import { outOfDate } from './validity';

const REMEDY =
	'Give the certificate of the authority that signed the server’s, as PEM: it begins with "-----BEGIN CERTIFICATE-----". ' +
	'A file in the DER format becomes PEM with: openssl x509 -inform der -in ca.cer -out ca.pem';

/** The authorities that may have signed the server's certificate. A bundle may hold old ones, as long as one is in date. */
export function readAuthorities({ ca }: TlsValues, of: string, now: Date): Pick<TlsMaterial, 'ca'> {
	if (!ca) return {};
	const blocks = readPem(ca);
	const certificates = blocks.filter(isCertificate);
	if (certificates.length === 0) {
		const reason = blocks.some(isPrivateKey) ? 'is a private key, and no certificate' : 'is no PEM certificate';
		throw unusable('ca', of, reason, REMEDY);
	}
	const read = certificates.map(({ text }, index) => {
		try {
			return new X509Certificate(text);
		} catch {
			throw unusable('ca', of, `cannot be read: certificate ${index + 1} of ${certificates.length} is damaged`, REMEDY);
		}
	});
	const faults = read.map(({ validFromDate, validToDate }) => outOfDate(validFromDate, validToDate, now));
	const [first] = faults;
	if (first !== undefined && faults.every((fault) => fault !== undefined)) {
		throw unusable('ca', of, first, 'Give the authority’s certificate that is in force today.');
	}
	return { ca: certificates.map(({ text }) => text).join('') };
}
