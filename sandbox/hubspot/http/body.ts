import { invalid } from './vendor-error';

/** JSON, or a form into an object of strings; the vendor's 400 for broken JSON. */
export function parseBody(text: string, contentType: string | undefined): unknown {
	if (text === '') return undefined;
	if (contentType?.startsWith('application/x-www-form-urlencoded')) {
		return Object.fromEntries(new URLSearchParams(text));
	}
	try {
		return JSON.parse(text) as unknown;
	} catch {
		throw invalid('Invalid input JSON on line 1, column 1: Unexpected character or end of input');
	}
}
