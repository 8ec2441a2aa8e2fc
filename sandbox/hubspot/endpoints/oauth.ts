import { DATED_VERSION, type Endpoint } from '../http/endpoint';
import type { VendorCall } from '../http/endpoint';
import { asObject } from '../http/reading';
import { vendorError } from '../http/vendor-error';

/** What the token endpoints know of the one token of a stand-in. */
export interface TokenFacts {
	accessToken: string;
	clientSecret: string;
	scopes: string[];
}

const USER_ID = 9_100_001;
const LIFETIME_SECONDS = 1_800;

/** A form body arrives parsed into an object of strings. */
const field = (call: VendorCall, name: string): string => {
	const value = asObject(call.body ?? {})[name];
	return typeof value === 'string' ? value : '';
};

const badGrant = (message: string) => vendorError(400, 'BAD_AUTH_CODE', message, { more: { error: 'invalid_grant' } });

/** Token endpoints: refresh, introspection, private-app token information. */
export const oauthEndpoints = (facts: TokenFacts): Endpoint[] => {
	const described = (call: VendorCall, token: string) => {
		if (token !== facts.accessToken) throw vendorError(404, 'OBJECT_NOT_FOUND', 'access token not found');
		const { portalId, appId } = call.state;
		return { token, hub_id: portalId, app_id: appId, user_id: USER_ID, scopes: facts.scopes, token_type: 'access' };
	};
	return [
		{
			method: 'POST',
			paths: [`/oauth/${DATED_VERSION}/token`, '/oauth/v1/token'],
			open: true,
			handle(call) {
				if (field(call, 'client_secret') !== facts.clientSecret) throw badGrant('missing or unknown client secret');
				if (!['refresh_token', 'authorization_code', 'client_credentials'].includes(field(call, 'grant_type'))) {
					throw badGrant(`unsupported grant_type: ${field(call, 'grant_type')}`);
				}
				return {
					status: 200,
					body: {
						access_token: facts.accessToken,
						refresh_token: field(call, 'refresh_token') || 'sandbox-refresh-token',
						expires_in: LIFETIME_SECONDS,
						token_type: 'bearer',
					},
				};
			},
		},
		{
			method: 'GET',
			paths: ['/oauth/v1/access-tokens/:token'],
			open: true,
			handle: (call) => ({
				status: 200,
				body: {
					...described(call, call.params.token ?? ''),
					expires_in: LIFETIME_SECONDS,
					user: 'ada.keller@example.com',
					hub_domain: 'sandbox.example.com',
				},
			}),
		},
		{
			method: 'POST',
			paths: [`/oauth/${DATED_VERSION}/token/introspect`],
			open: true,
			handle(call) {
				const active = field(call, 'token') === facts.accessToken;
				return { status: 200, body: active ? { active, ...described(call, field(call, 'token')) } : { active } };
			},
		},
		{
			method: 'POST',
			paths: ['/oauth/v2/private-apps/get/access-token-info'],
			open: true,
			handle(call) {
				described(call, field(call, 'tokenKey'));
				const { portalId, appId } = call.state;
				return { status: 200, body: { userId: USER_ID, hubId: portalId, appId, scopes: facts.scopes } };
			},
		},
	];
};
