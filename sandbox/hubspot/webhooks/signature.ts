import { createHmac } from 'node:crypto';

/** The only escapes that the vendor decodes before signing; all others stay as they are. */
const DECODED: Record<string, string> = {
	'%3A': ':',
	'%2F': '/',
	'%3F': '?',
	'%40': '@',
	'%21': '!',
	'%24': '$',
	'%27': "'",
	'%28': '(',
	'%29': ')',
	'%2A': '*',
	'%2C': ',',
	'%3B': ';',
};

export const signedUri = (uri: string): string =>
	uri.replace(/%[0-9A-F]{2}/gi, (escape) => DECODED[escape.toUpperCase()] ?? escape);

/**
 * Signature version 3: base64 of HMAC-SHA256 over method, full URI, raw body and timestamp (milliseconds), joined
 * without separators. https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
export const signV3 = (clientSecret: string, method: string, uri: string, body: string, timestamp: string): string =>
	createHmac('sha256', clientSecret)
		.update(`${method}${signedUri(uri)}${body}${timestamp}`, 'utf8')
		.digest('base64');
