import { randomBytes } from 'node:crypto';

export interface AccessOptions {
	username: string;
	password: string;
	/** A person's user: gets a login page instead of an answer, as SAP's cloud does. */
	dialogUser: string;
	clientId: string;
	clientSecret: string;
	/** The one client there is. */
	sapClient: string;
}

/** Who may come in. */
export class Access {
	private readonly tokens = new Set<string>();
	/** Access tokens given so far. */
	tokensIssued = 0;

	constructor(readonly options: AccessOptions) {}

	/** What a request with this header is. */
	judge(authorization: string | undefined): 'allowed' | 'refused' | 'loginPage' {
		const { username, password, dialogUser } = this.options;
		const [scheme = '', value = ''] = (authorization ?? '').split(' ');
		if (scheme.toLowerCase() === 'bearer') return this.tokens.has(value) ? 'allowed' : 'refused';
		if (scheme.toLowerCase() !== 'basic') return 'refused';
		const pair = Buffer.from(value, 'base64').toString('utf8');
		if (pair.startsWith(`${dialogUser}:`)) return 'loginPage';
		return pair === `${username}:${password}` ? 'allowed' : 'refused';
	}

	/** RFC 6749, client credentials. */
	token(authorization: string | undefined, body: string): { status: number; body: unknown } {
		const { clientId, clientSecret } = this.options;
		const pair = Buffer.from((authorization ?? '').replace(/^Basic /i, ''), 'base64').toString('utf8');
		if (pair !== `${clientId}:${clientSecret}`) {
			return { status: 401, body: { error: 'invalid_client', error_description: 'Client authentication failed' } };
		}
		if (new URLSearchParams(body).get('grant_type') !== 'client_credentials') {
			return { status: 400, body: { error: 'unsupported_grant_type' } };
		}
		const token = randomBytes(24).toString('base64url');
		this.tokens.add(token);
		this.tokensIssued += 1;
		return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3600 } };
	}

	/** Every access token is no longer good. */
	revoke(): void {
		this.tokens.clear();
	}
}

export const LOGIN_PAGE =
	'<html><head><title>Logon</title></head><body onload="document.forms[0].submit()"><form method="post" action="/saml2/idp/sso">' +
	'<input type="hidden" name="SAMLRequest" value="PHNhbWw+"/></form></body></html>';
export const REFUSED_PAGE =
	'<html><head><title>Logon Error Message</title></head><body><h1>Anmeldung fehlgeschlagen</h1><p>Logon failed</p></body></html>';
