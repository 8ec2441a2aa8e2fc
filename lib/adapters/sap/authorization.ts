import { CrosslinkError } from '../../errors';
import type { Authorization } from '../../odata/client';
import { isObject } from '../../odata/values';
import type { Redact } from '../../transport/redact';
import type { Transport } from '../../transport/transport';
import type { SapConnection } from './connection';

/** A token is renewed this long before its end. */
const MARGIN_MS = 60_000;
/** A token without a stated life is used for so long. */
const DEFAULT_LIFE_MS = 10 * 60_000;
const MAX_TOKENS = 100;

interface Token {
	text: string;
	until: number;
}

/** Tokens by connection, for the whole process: each run would fetch one of its own otherwise. */
const tokens = new Map<string, Promise<Token>>();

/** How calls of this connection prove who they are. A client certificate does it below HTTP: no header is sent. */
export function authorizationOf(connection: SapConnection, transport: Transport, redact: Redact): Authorization {
	if (connection.authentication === 'certificate') return { headers: async () => ({}) };
	if (connection.authentication === 'oauth2') return clientCredentials(connection, transport, redact);
	const { username, password } = connection;
	const basic = { authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}` };
	return { headers: async () => basic };
}

function clientCredentials(connection: SapConnection, transport: Transport, redact: Redact): Authorization {
	const { key } = connection;
	const fetched = async (): Promise<Token> => {
		const held = await tokens.get(key);
		if (held && held.until > Date.now()) return held;
		const fetching = fetchToken(connection, transport, redact);
		tokens.delete(key);
		tokens.set(key, fetching);
		if (tokens.size > MAX_TOKENS) tokens.delete([...tokens.keys()][0] ?? '');
		fetching.catch(() => {
			if (tokens.get(key) === fetching) tokens.delete(key);
		});
		return await fetching;
	};
	return {
		headers: async () => ({ authorization: `Bearer ${(await fetched()).text}` }),
		renew: async () => tokens.delete(key),
	};
}

/** RFC 6749, section 4.4, with the client's name and secret in the header as SAP's token services want them. */
async function fetchToken(connection: SapConnection, transport: Transport, redact: Redact): Promise<Token> {
	const { tokenUrl, clientId, clientSecret, scope } = connection;
	const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
	const answer = await transport.request({
		method: 'POST',
		url: tokenUrl,
		budget: 'general',
		idempotent: true,
		purpose: 'get an access token',
		headers: {
			accept: 'application/json',
			authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`,
			'content-type': 'application/x-www-form-urlencoded',
		},
		body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }).toString(),
		classify: (refused) =>
			[400, 401, 403].includes(refused.status) ? refusedToken(refused.status, refused.body) : undefined,
	});
	const body = readJson(answer.body);
	const text = body['access_token'];
	if (typeof text !== 'string' || text === '') throw refusedToken(answer.status, redact(answer.body));
	const seconds = Number(body['expires_in']);
	const lifeMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : DEFAULT_LIFE_MS;
	return { text, until: Date.now() + Math.max(lifeMs - MARGIN_MS, lifeMs / 2) };
}

function refusedToken(status: number, body: string): CrosslinkError {
	const { error, error_description: description } = readJson(body);
	const said = [error, description].filter((one) => typeof one === 'string').join(': ');
	return new CrosslinkError({
		class: 'auth',
		code: 'token_refused',
		message: `The token service answered ${status} and gave no access token${said ? `: ${said.slice(0, 300)}` : ''}.`,
		remedy: 'Check token URL, client ID, client secret and scope of the connection.',
		httpStatus: status,
	});
}

function readJson(text: string): Record<string, unknown> {
	try {
		const body: unknown = JSON.parse(text);
		return isObject(body) ? body : {};
	} catch {
		return {};
	}
}
