import type { ErrorClass } from '../errors';

/** What a failed TLS handshake means: `what` follows the host's name. */
export interface TlsMeaning {
	class: ErrorClass;
	code: string;
	what: string;
	remedy: string;
}

const UNKNOWN_AUTHORITY: TlsMeaning = {
	class: 'rejected',
	code: 'certificate_refused',
	what: 'shows a TLS certificate that was not accepted, because it is signed by an authority that is not known here',
	remedy:
		'Give the certificate of that authority under "CA Certificate" of the connection, or to all of n8n with NODE_EXTRA_CA_CERTS. ' +
		'If the connection has one already, it is another one.',
};
const OTHER_NAME: TlsMeaning = {
	class: 'rejected',
	code: 'certificate_refused',
	what: 'shows a TLS certificate that was not accepted, because it is made out for another name',
	remedy: 'Set the address of the connection to a name that the certificate holds, or have the server’s one corrected.',
};
const EXPIRED: TlsMeaning = {
	class: 'rejected',
	code: 'certificate_refused',
	what: 'shows a TLS certificate that was not accepted, because it is out of date',
	remedy: 'Have the certificate of the server renewed, and check the clock of this machine.',
};
const REFUSED: TlsMeaning = {
	class: 'rejected',
	code: 'certificate_refused',
	what: 'shows a TLS certificate that was not accepted',
	remedy: 'Correct the address, or give the certificate authority under "CA Certificate" of the connection.',
};
const NO_TLS: TlsMeaning = {
	class: 'rejected',
	code: 'tls_unavailable',
	what: 'does not speak TLS on this port, or not a version in use today',
	remedy: 'Check host and port. If the server has no TLS, its address begins with http://, and nothing is encrypted.',
};
const CLIENT_MISSING: TlsMeaning = {
	class: 'auth',
	code: 'client_certificate_required',
	what: 'asks for a client certificate, and got none that it takes',
	remedy:
		'Give the connection a client certificate and its key (or a PFX), signed by an authority that the server names.',
};
const CLIENT_REFUSED: TlsMeaning = {
	class: 'auth',
	code: 'client_certificate_refused',
	what: 'does not accept the client certificate',
	remedy:
		'Have whoever runs the server say which authority it takes certificates from, and that yours is neither expired nor revoked; ' +
		'those between it and the authority belong below it in "Client Certificate".',
};
const HANDSHAKE: TlsMeaning = {
	class: 'auth',
	code: 'tls_handshake_refused',
	what: 'refused the TLS handshake',
	remedy:
		'Most often it wants a client certificate: give the connection one. Otherwise server and n8n have no version or cipher of TLS in common.',
};

/**
 * OpenSSL's and Node's codes (https://nodejs.org/api/tls.html#x509-certificate-error-codes), first match. Alerts are the
 * server's word on us; what we hold against the server has codes of its own.
 */
const BY_CODE: Array<[RegExp, TlsMeaning]> = [
	[/^ERR_SSL_.*ALERT_CERTIFICATE_REQUIRED$/, CLIENT_MISSING],
	[
		/^ERR_SSL_.*ALERT_((BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(EXPIRED|REVOKED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED)$/,
		CLIENT_REFUSED,
	],
	[/^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/, HANDSHAKE],
	[/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNSUPPORTED_PROTOCOL|.*ALERT_PROTOCOL_VERSION)$/, NO_TLS],
	[/^(SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET|VERIFY)_)/, UNKNOWN_AUTHORITY],
	[/^ERR_TLS_CERT_ALTNAME_/, OTHER_NAME],
	[/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, EXPIRED],
	[/^(CERT_|ERR_TLS_|ERR_SSL_)/, REFUSED],
];

/** undefined = the code is none of TLS. */
export function tlsMeaning(code: string): TlsMeaning | undefined {
	return BY_CODE.find(([pattern]) => pattern.test(code))?.[1];
}
