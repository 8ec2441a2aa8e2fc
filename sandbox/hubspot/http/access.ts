import { timingSafeEqual } from 'node:crypto';
import { vendorError } from './vendor-error';

export interface Access {
	accessToken: string;
	/** What the token may do; undefined = everything. */
	scopes?: string[];
}

const LINK = 'https://developers.hubspot.com/docs/methods/auth/oauth-overview';

/** 401 without the right bearer token, 403 when it lacks every one of the scopes. */
export function checkAccess(access: Access, authorization: string | undefined, scopes: string[]): void {
	const given = Buffer.from(authorization ?? '');
	const wanted = Buffer.from(`Bearer ${access.accessToken}`);
	if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
		throw vendorError(
			401,
			'INVALID_AUTHENTICATION',
			`Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at ${LINK}`,
		);
	}
	const { scopes: granted } = access;
	if (!granted || scopes.length === 0 || scopes.some((scope) => granted.includes(scope))) return;
	throw vendorError(
		403,
		'MISSING_SCOPES',
		"This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
		{
			errors: [
				{
					message: 'One or more of the following scopes are required.',
					context: { requiredGranularScopes: scopes },
				},
			],
			links: { scopes: 'https://developers.hubspot.com/scopes' },
		},
	);
}
