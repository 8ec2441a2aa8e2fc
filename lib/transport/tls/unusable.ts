import { CrosslinkError } from '../../errors';

/** The connection values that TLS is made of, with the name a person knows each by. */
export const TLS_FIELD_NAMES = {
	ca: 'CA Certificate',
	clientCertificate: 'Client Certificate',
	clientKey: 'Client Key',
	clientKeyPassphrase: 'Client Key Passphrase',
	pfx: 'Client Certificate as PFX',
} as const;

export type TlsField = keyof typeof TLS_FIELD_NAMES;

const CODES: Record<TlsField, string> = {
	ca: 'ca_unusable',
	clientCertificate: 'client_certificate_unusable',
	clientKey: 'client_key_unusable',
	clientKeyPassphrase: 'client_key_passphrase_unusable',
	pfx: 'pfx_unusable',
};

/**
 * A value that TLS cannot work with: which one, why, and what to do. The value itself is never shown.
 * @param of whose connection, e.g. `HubSpot`
 */
export function unusable(field: TlsField, of: string, reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: CODES[field],
		message: `"${TLS_FIELD_NAMES[field]}" of the ${of} connection ${reason}.`,
		remedy,
	});
}
