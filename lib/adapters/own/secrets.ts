import { CrosslinkError } from '../../errors';
import { SECRET_CHARACTERS, SECRETS } from './limits';

/**
 * The secrets in force: written with blanks between, so that a new one can be taken before the old one goes.
 * @throws CrosslinkError `rejected`, `signing_secret_invalid`; the text is never quoted
 */
export function splitSecrets(configured: string): string[] {
	const secrets = configured.split(/\s+/).filter((secret) => secret !== '');
	if (secrets.length === 0) throw invalidSecret('is empty');
	if (secrets.length > SECRETS)
		throw invalidSecret(`has ${secrets.length} parts with blanks between, more than ${SECRETS}`);
	if (secrets.length > 1 && secrets.some((secret) => secret.length < SECRET_CHARACTERS)) {
		throw invalidSecret(`has blanks in it, but not between secrets of at least ${SECRET_CHARACTERS} characters`);
	}
	return secrets;
}

export function invalidSecret(reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'signing_secret_invalid',
		message: `The signing secret of your own system ${reason}.`,
		remedy:
			'For Standard Webhooks give "whsec_" and the key in base64 (make a key with: openssl rand -base64 32), for HMAC the ' +
			'text your system signs with. Old and new secret can stand side by side, with a blank between.',
	});
}
