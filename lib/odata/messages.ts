import { isObject } from './values';

const MAX_MESSAGES = 50;
/** Longer headers are no messages. */
const MAX_HEADER = 64 * 1024;

/**
 * What the system says beside its yes: the header `sap-message` (V2) or `sap-messages` (V4), JSON in both. Informations
 * and successes are left out.
 * @returns `V1/555: The order is incomplete.`
 */
export function warningsOf(headers: Readonly<Record<string, string>>): string[] {
	const header = headers['sap-message'] ?? headers['sap-messages'];
	if (!header || header.length > MAX_HEADER) return [];
	let parsed: unknown;
	try {
		parsed = JSON.parse(header);
	} catch {
		// Something was said, if only we could read it: better shown than lost.
		return [header.slice(0, 500)];
	}
	const messages = Array.isArray(parsed) ? parsed : [parsed];
	return [
		...new Set(messages.slice(0, MAX_MESSAGES).filter(isObject).flatMap(flattened).filter(isWarning).map(written)),
	];
}

function flattened(message: Record<string, unknown>): Array<Record<string, unknown>> {
	const details = message['details'];
	return [message, ...(Array.isArray(details) ? details.slice(0, MAX_MESSAGES).filter(isObject) : [])];
}

/** V2 writes `severity: "warning"`, V4 `numericSeverity: 3` (1 success, 2 information, 3 warning, 4 error). */
function isWarning(message: Record<string, unknown>): boolean {
	const numeric = message['numericSeverity'];
	if (typeof numeric === 'number') return numeric >= 3;
	return message['severity'] === 'warning' || message['severity'] === 'error';
}

function written(message: Record<string, unknown>): string {
	const { code, message: text } = message;
	const said = typeof text === 'string' ? text : '';
	return typeof code === 'string' && code !== '' ? `${code}: ${said}` : said;
}
