import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { isCertificate, isPrivateKey, readPem, type PemBlock } from './pem';
import type { TlsMaterial, TlsValues } from './read-tls';
import { unusable } from './unusable';
import { outOfDate } from './validity';

/** Certificate and key as two PEM texts. Each is checked by itself, then that they belong together. */
export function readClientCertificate(values: TlsValues, of: string, now: Date): TlsMaterial {
	const { clientCertificate, clientKey, clientKeyPassphrase: passphrase } = values;
	if (!clientCertificate && !clientKey) {
		if (!passphrase) return {};
		throw unusable(
			'clientKeyPassphrase',
			of,
			'has no key to open',
			'Give the client key or the PFX, too, or empty it.',
		);
	}
	if (!clientCertificate) {
		throw unusable('clientCertificate', of, 'is missing, though there is a client key', 'Give both, or neither.');
	}
	if (!clientKey) throw unusable('clientKey', of, 'is missing, though there is a client certificate', BOTH);
	const chain = readChain(clientCertificate, of);
	const block = readKeyBlock(clientKey, of);
	const [certificate] = chain.certificates;
	if (!certificate.checkPrivateKey(openKey(block, passphrase, of))) {
		throw unusable(
			'clientKey',
			of,
			`does not belong to the client certificate (${nameOf(certificate)})`,
			'Give the key that this certificate was requested with. Where the file holds several certificates, the client’s own comes first.',
		);
	}
	const fault = outOfDate(certificate.validFromDate, certificate.validToDate, now);
	if (fault !== undefined) {
		throw unusable(
			'clientCertificate',
			of,
			`(${nameOf(certificate)}) ${fault}`,
			'Give the one that is in force today.',
		);
	}
	return { cert: chain.text, key: block.text, ...(passphrase && block.encrypted && { passphrase }) };
}

const BOTH = 'Give both, each in its own field: the key begins with "-----BEGIN PRIVATE KEY-----" or the like.';

function readChain(pem: string, of: string): { text: string; certificates: [X509Certificate, ...X509Certificate[]] } {
	const blocks = readPem(pem);
	if (blocks.some(isPrivateKey)) {
		// This field is not kept secret.
		throw unusable('clientCertificate', of, 'holds a private key', 'Move the key to the field "Client Key".');
	}
	const chain = blocks.filter(isCertificate);
	const remedy =
		'Give it as PEM: it begins with "-----BEGIN CERTIFICATE-----". A PFX file (.pfx, .p12) goes into the field of its own.';
	try {
		const [first, ...rest] = chain.map(({ text }) => new X509Certificate(text));
		if (first !== undefined) return { text: chain.map(({ text }) => text).join(''), certificates: [first, ...rest] };
	} catch {
		throw unusable('clientCertificate', of, 'is damaged and cannot be read', remedy);
	}
	throw unusable('clientCertificate', of, 'is no PEM certificate', remedy);
}

function readKeyBlock(pem: string, of: string): PemBlock {
	const block = readPem(pem).find(isPrivateKey);
	if (block !== undefined) return block;
	throw unusable('clientKey', of, 'is no PEM private key', BOTH);
}

function openKey(block: PemBlock, passphrase: string | undefined, of: string): KeyObject {
	if (block.encrypted && !passphrase) {
		throw unusable('clientKeyPassphrase', of, 'is missing: the client key is encrypted', 'Give its passphrase.');
	}
	try {
		return createPrivateKey({ key: block.text, ...(block.encrypted && { passphrase }) });
	} catch (thrown) {
		const anew = 'openssl pkcs8 -topk8 -in old-key.pem -out key.pem';
		// About one wrong passphrase in 300 opens a key to noise, which OpenSSL tells as it tells an outdated form.
		if (block.encrypted) {
			const remedy = `Correct the passphrase. Where it is right, the key’s form is outdated; write it anew: ${anew}`;
			throw unusable('clientKeyPassphrase', of, `does not open the client key (${codeOf(thrown)})`, remedy);
		}
		throw unusable('clientKey', of, `cannot be read (${codeOf(thrown)})`, `Write it anew in a form of today: ${anew}`);
	}
}

const nameOf = ({ subject, serialNumber }: X509Certificate): string =>
	subject?.replace(/\s*\n\s*/g, ', ') || `serial number ${serialNumber}`;

const codeOf = (thrown: unknown): string => (thrown as { code?: string }).code ?? 'no reason given';
