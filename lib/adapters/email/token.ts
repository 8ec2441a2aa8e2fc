import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { Transport } from '../../transport/transport';
import type { MailLogin } from './connection';
import { TOKEN_LEEWAY_MS } from './limits';

interface Token {
	text: string;
	until: number;
}

/** One for each app and user, for the whole process. */
const tokens = new Map<string, Token>();

/** An access token for SMTP, fetched over our transport (the mail library would call by itself) and used until it ends. */
export async function accessToken(
	login: Extract<MailLogin, { by: 'oauth2' }>,
	transport: Transport,
	now = Date.now(),
): Promise<string> {
	const identity = createHash('sha256').update(JSON.stringify(login)).digest('hex');
	const known = tokens.get(identity);
	if (known !== undefined && known.until > now) return known.text;
	const form = new URLSearchParams({
		client_id: login.clientId,
		...(login.clientSecret !== '' && { client_secret: login.clientSecret }),
		...(login.scope !== '' && { scope: login.scope }),
		...(login.refreshToken === ''
			? { grant_type: 'client_credentials' }
			: { grant_type: 'refresh_token', refresh_token: login.refreshToken }),
	});
	const { body } = await transport.request({
		method: 'POST',
		url: login.tokenUrl,
		headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
		body: form.toString(),
		budget: 'general',
		purpose: 'fetch a token for sending mail',
		idempotent: true,
		classify: ({ status }) => (status === 400 || status === 401 ? refused(status) : undefined),
	});
	const token = read(body, now);
	tokens.set(identity, token);
	return token.text;
}

function read(body: string, now: number): Token {
	try {
		const { access_token: text, expires_in: seconds } = JSON.parse(body) as {
			access_token?: unknown;
			expires_in?: unknown;
		};
		if (typeof text === 'string' && text !== '') {
			return { text, until: now + (Number(seconds) || 0) * 1_000 - TOKEN_LEEWAY_MS };
		}
	} catch {
		// Told below; the body may hold half a token.
	}
	throw new CrosslinkError({
		class: 'auth',
		code: 'credentials_refused',
		message: 'The token URL of the mail connection gave no token.',
		remedy: 'Check the token URL.',
	});
}

/** What the identity provider says is left out: some quote the request. */
function refused(status: number): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'credentials_refused',
		message: `The identity provider refused a token for sending mail (${status}).`,
		remedy:
			'Check client ID, client secret, refresh token and scope; a refresh token ends when it is not used or revoked.',
		httpStatus: status,
	});
}
