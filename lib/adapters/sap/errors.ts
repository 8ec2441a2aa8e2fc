import { isLoginPage, loginPage } from '../../odata/client';
import { parseErrorBody, type ODataErrorBody, type ODataMessage } from '../../odata/error-body';
import { CrosslinkError, type CrosslinkErrorOptions } from '../../errors';
import type { Redact } from '../../transport/redact';
import type { TransportResponse } from '../../transport/transport';

type Kind = Pick<CrosslinkErrorOptions, 'class' | 'code' | 'remedy' | 'retryAfterMs'>;

/** Somebody has the document open; a clerk needs a minute or two. */
const LOCKED_PAUSE_MS = 30_000;
/** How much of SAP's own text goes into a message. */
const MAX_TEXT = 600;
const MAX_DETAILS = 5;

/**
 * Message class and number of "locked by another user": V1/042 sales documents, M3/897 and M3/024 materials, VL/046 deliveries, F2/042
 * customers, MC/601 is the enqueue server itself, BUPA_* business partners. What else it is called, its text says.
 */
const LOCK_CODES = new Set([
	'V1/042',
	'V1/150',
	'M3/024',
	'M3/897',
	'VL/046',
	'F2/042',
	'R1/410',
	'R11/110',
	'MC/601',
	'VF/015',
]);
const LOCK_TEXT =
	/currently (being )?(processed|edited|locked)|(is|are) (currently )?(locked|blocked) by (user|another)|being (processed|edited) by/i;

/** What a refused answer means (facts: SAP Gateway answers business errors as 400, sometimes 422 or 500). */
export async function classifyAnswer(
	purpose: string,
	answer: TransportResponse,
	redact: Redact,
): Promise<CrosslinkError> {
	if (isLoginPage(answer)) return loginPage(purpose, 'SAP');
	const body = await parseErrorBody(answer.headers['content-type'], answer.body);
	const kind = kindOf(answer, body);
	return new CrosslinkError({
		...kind,
		message: redact(`SAP answered ${answer.status}, asked to ${purpose}: ${explain(body, answer)}`),
		httpStatus: answer.status,
	});
}

function kindOf(answer: TransportResponse, body: ODataErrorBody): Kind {
	const { status } = answer;
	if (status >= 300 && status < 400) return redirected(answer);
	if ([body, ...body.details].some(isLock)) return LOCKED;
	switch (status) {
		case 401:
			return {
				class: 'auth',
				code: 'credentials_refused',
				remedy:
					'Check user, password or certificate; in the cloud it must be the communication user of the arrangement.',
			};
		case 403:
			return {
				class: 'auth',
				code: 'permission_missing',
				remedy: 'Give the user the role or the communication scenario of this service, and activate the service.',
			};
		case 404:
			return {
				class: 'rejected',
				code:
					body.form === 'html' || /no service found|service .* not found/i.test(body.message)
						? 'service_missing'
						: 'not_found',
				remedy: 'Check the number; if it is the service that is missing, activate it or its communication arrangement.',
			};
		case 405:
		case 501:
			return { class: 'rejected', code: 'not_supported', remedy: 'This release of SAP cannot do it.' };
		case 409:
			return { class: 'conflict', code: 'conflict', remedy: 'Look at the record in SAP and decide which one counts.' };
		case 412:
			return { class: 'conflict', code: 'changed_meanwhile', remedy: 'Read the record again, then repeat the change.' };
		case 428:
			return { class: 'bug', code: 'etag_missing', remedy: 'Report it: this write needs the version it is based on.' };
		default:
			break;
	}
	if (status >= 500) return { class: 'transient', code: 'sap_trouble', remedy: 'It is tried again by itself.' };
	return {
		class: 'rejected',
		code: 'sap_refused',
		remedy: 'Correct what SAP names here, then run it again with a new idempotency key or record.',
	};
}

const LOCKED: Kind = {
	class: 'transient',
	code: 'record_locked',
	remedy: 'Somebody is working on it in SAP: it is tried again by itself.',
	retryAfterMs: LOCKED_PAUSE_MS,
};

/** Whether a message says that somebody else holds the record. */
export function isLock(message: Pick<ODataMessage, 'code' | 'message'>): boolean {
	return LOCK_CODES.has(message.code.toUpperCase()) || LOCK_TEXT.test(message.message);
}

/** The error for a lock, for answers that are no HTTP errors. */
export function lockedError(purpose: string, text: string): CrosslinkError {
	return new CrosslinkError({ ...LOCKED, message: `SAP could not ${purpose}: ${text}` });
}

/** SAP sends whoever is not logged in to an identity provider; anything else is a wrong address. */
function redirected(answer: TransportResponse): Kind {
	const location = answer.headers['location'] ?? '';
	if (/saml|login|logon|authorize|oauth/i.test(location)) {
		return {
			class: 'auth',
			code: 'login_page',
			remedy:
				'Use a communication user (or a technical user), and the address of the API: in the cloud its host has "-api" in its name.',
		};
	}
	return { class: 'rejected', code: 'redirected', remedy: 'Set the base URL to the address it redirects to.' };
}

function explain(body: ODataErrorBody, answer: TransportResponse): string {
	if (answer.status >= 300 && answer.status < 400)
		return `go to ${(answer.headers['location'] ?? 'nowhere').slice(0, 100)}`;
	const lines = new Set<string>();
	// Gateway repeats the first message in the details, with the property it is about.
	for (const one of [...body.details.filter(counts), body].slice(0, MAX_DETAILS + 1)) {
		const text = one.message.trim();
		if (text === '' || [...lines].some((line) => line.includes(text))) continue;
		lines.add([one.code && `[${one.code}]`, text, one.target && `(${one.target})`].filter(Boolean).join(' '));
	}
	return ([...lines].join('; ') || 'no reason given').slice(0, MAX_TEXT);
}

/** Gateway adds "/IWBEF/CX_MGW_BUSI_EXCEPTION: an exception occurred", which says nothing. */
const counts = (detail: ODataMessage) => detail.severity !== 'info' && !detail.code.startsWith('/IWBEF/CX_');
