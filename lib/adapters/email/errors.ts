import { CrosslinkError } from '../../errors';
import type { Redact } from '../../transport/redact';

interface MailError {
	code?: string;
	command?: string;
	responseCode?: number;
	response?: string;
	message: string;
}

/** How much of a relay's words goes into a message. */
const EXCERPT = 300;

/**
 * What a failure of the mail library means. Only what the relay has said proves that a mail was not taken: without a word of
 * it, a connection that ended may have ended after the mail was through.
 */
export function mailError(thrown: unknown, shown: string, redact: Redact): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as unknown as MailError;
	const { code = '', responseCode } = error;
	const words = redact((error.response ?? error.message).replace(/\s+/g, ' ')).slice(0, EXCERPT);
	const said = `The mail server ${shown}`;
	if (code === 'EAUTH' || responseCode === 535 || responseCode === 534) {
		return make(
			'auth',
			'credentials_refused',
			`${said} does not take the login: ${words}`,
			'Check user and password or token. Exchange Online takes passwords from fewer and fewer accounts: use OAuth2 there.',
		);
	}
	if (responseCode === 530) {
		return make(
			'auth',
			'credentials_refused',
			`${said} wants a login: ${words}`,
			'Set "authentication", or have the relay let this machine send.',
		);
	}
	if (code === 'ETLS' || (responseCode === undefined && OF_TLS.test(error.message))) return tlsFailure(said, words);
	if (responseCode !== undefined && responseCode >= 500) {
		return make(
			'rejected',
			'mail_refused',
			`${said} refused the mail for good: ${words}`,
			'Correct what it names; addresses it does not know are refused this way, too.',
		);
	}
	if (responseCode !== undefined && responseCode >= 400) {
		return make(
			'transient',
			'mail_put_off',
			`${said} put the mail off: ${words}`,
			'It is tried again later; relays that do not know a sender yet answer this way (greylisting).',
		);
	}
	if (code === 'ETIMEDOUT' && /greeting/i.test(error.message)) {
		return make(
			'transient',
			'timed_out',
			`${said} did not greet: ${words}`,
			'Check port and security: with TLS from the first byte (465) both must agree.',
		);
	}
	if (code === 'EENVELOPE') {
		return make('rejected', 'addressee_invalid', `${said} was given no usable addressee: ${words}`, 'Correct "To".');
	}
	return make(
		'unknown',
		'answer_lost',
		`The connection to the mail server ${shown} ended before it said whether it takes the mail: ${words}. It may have gone out.`,
		'It is not sent again blindly: look into the log of the mail server for the Message-ID.',
	);
}

/** A handshake that fails is told as any other failure of the socket; nothing but a handshake speaks of these. */
const OF_TLS =
	/certificate|altname|issuer|self.signed|initiating TLS|STARTTLS|TLS handshake|wrong version number|packet length too long|unsupported protocol|handshake failure/i;

/** Before anything was said: no mail has gone out. */
function tlsFailure(said: string, words: string): CrosslinkError {
	if (/certificate|altname|issuer|self.signed/i.test(words)) {
		return make(
			'rejected',
			'certificate_refused',
			`${said} shows a TLS certificate that was not accepted: ${words}`,
			'Give the certificate of its authority under "CA Certificate" of the connection, and use the name the certificate is made out for.',
		);
	}
	return make(
		'rejected',
		'tls_unavailable',
		`${said} does not speak TLS as asked: ${words}`,
		'Check port and security: 587 goes with "starttls", 465 with "tls". A relay without TLS is reached in mode "onprem" with security "none".',
	);
}

function make(errorClass: CrosslinkError['class'], code: string, message: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: errorClass, code, message, remedy });
}
