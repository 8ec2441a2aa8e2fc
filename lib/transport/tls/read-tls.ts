import { readAuthorities } from './authorities';
import { readClientCertificate } from './client-certificate';
import { readPfx } from './pfx';
import { unusable } from './unusable';

/** What `tls.connect`, `https.Agent` and `tls.createSecureContext` take; nothing in it weakens the checks. */
export interface TlsMaterial {
	/** PEM. Given, only these authorities count, and not those that Node.js knows. */
	ca?: string;
	/** PEM: the client's certificate, then those between it and its authority. */
	cert?: string;
	/** PEM, may be encrypted with `passphrase`. */
	key?: string;
	pfx?: Buffer;
	passphrase?: string;
}

/** The values of a connection that are read here; others are left alone. Contents, not paths. */
export type TlsValues = Readonly<
	Partial<Record<'ca' | 'clientCertificate' | 'clientKey' | 'clientKeyPassphrase' | 'pfx', string>>
>;

/**
 * Turns a connection's values into TLS options, and finds now what would otherwise fail in the middle of a handshake: text
 * that is no PEM, a key of another certificate, a wrong passphrase, an expired certificate, an outdated PFX.
 * Files have been read by then (`lib/tenants/value-files.ts`).
 * @param of whose connection, for messages: `HubSpot`
 * @returns undefined when none of the values is set
 * @throws CrosslinkError `auth`: `ca_unusable`, `client_certificate_unusable`, `client_key_unusable`,
 * `client_key_passphrase_unusable`, `pfx_unusable`, naming field, reason and remedy
 */
export function readTls(values: TlsValues, of: string, now = new Date()): TlsMaterial | undefined {
	const material = { ...readAuthorities(values, of, now), ...readClient(values, of, now) };
	return Object.keys(material).length === 0 ? undefined : material;
}

function readClient(values: TlsValues, of: string, now: Date): TlsMaterial {
	if (!values.pfx) return readClientCertificate(values, of, now);
	const other = (['clientCertificate', 'clientKey'] as const).find((name) => values[name]);
	if (other === undefined) return readPfx(values.pfx, values.clientKeyPassphrase, of, now);
	throw unusable(
		other,
		of,
		'is given beside a PFX, which holds certificate and key already',
		'Keep one of them: the PFX alone, or certificate and key as PEM.',
	);
}
