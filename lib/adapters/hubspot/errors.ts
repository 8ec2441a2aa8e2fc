import { CrosslinkError, type CrosslinkErrorOptions } from '../../errors';
import { parseRetryAfter } from '../../transport/retry-after';
import type { TransportResponse } from '../../transport/transport';
import { contextValues, parseErrorBody, type HubSpotErrorBody, type HubSpotErrorDetail } from './error-body';
import { findPropertyProblems, propertyRemedy, type PropertyProblem } from './property-problem';

/** A refusal in HubSpot's own terms, for the code that splits batches; outside it is a plain CrosslinkError. */
export class HubSpotError extends CrosslinkError {
	constructor(
		options: CrosslinkErrorOptions,
		readonly details: HubSpotErrorDetail,
		readonly problems: PropertyProblem[],
	) {
		super(options);
	}
}

type Kind = Pick<CrosslinkErrorOptions, 'class' | 'code' | 'remedy' | 'retryAfterMs'>;

/**
 * A daily quota ends at midnight in a time zone we do not know: look again after an hour, which costs one call.
 */
const DAILY_PAUSE_MS = 60 * 60 * 1000;
const TEN_SECONDLY_PAUSE_MS = 10_000;
const SECONDLY_PAUSE_MS = 1_000;
/** HubSpot: wait 2 seconds or more for a locked record. */
const LOCKED_PAUSE_MS = 2_000;
/** An account on the move between data centres; `Retry-After` says more, up to 24 hours. */
const MIGRATION_PAUSE_MS = 60_000;
/** How much of HubSpot's own text goes into a message. */
const MAX_TEXT = 500;

/**
 * What a refused answer means (developers.hubspot.com, "Error handling"). The correlation id stays in the message:
 * HubSpot's support asks for it.
 * @param purpose what the call was for: `update 100 deals`
 */
export function classifyAnswer(purpose: string, answer: TransportResponse): CrosslinkError | undefined {
	const body = parseErrorBody(answer.body);
	const details = body ?? EMPTY;
	const problems = answer.status === 400 ? findPropertyProblems(details) : [];
	const kind = kindOf(answer, details, problems);
	if (!kind) return undefined;
	const asked = parseRetryAfter(answer.headers['retry-after'], new Date());
	return new HubSpotError(
		{
			...kind,
			message: `HubSpot answered ${answer.status}, asked to ${purpose}: ${explain(details, problems)}${trace(details)}`,
			httpStatus: answer.status,
			retryAfterMs: asked ?? kind.retryAfterMs,
		},
		details,
		problems,
	);
}

/**
 * The error of one record: from an entry of a batch answer's `errors`, or from a refusal of the whole batch that is
 * about this record among others.
 */
export function recordError(
	purpose: string,
	detail: HubSpotErrorDetail,
	problems = findPropertyProblems(detail),
): HubSpotError {
	const kind = recordKind(detail, problems);
	const message = `HubSpot refused one record, asked to ${purpose}: ${explain(detail, problems)}${trace(detail)}`;
	return new HubSpotError({ ...kind, message }, detail, problems);
}

const EMPTY: HubSpotErrorBody = {
	message: '',
	code: '',
	category: '',
	context: {},
	errors: [],
	correlationId: '',
	policyName: '',
};

function kindOf(answer: TransportResponse, body: HubSpotErrorBody, problems: PropertyProblem[]): Kind | undefined {
	switch (answer.status) {
		case 400:
		case 404:
		case 409:
		case 414:
			return recordKind(body, problems, answer.status);
		case 401:
			return {
				class: 'auth',
				code: 'token_refused',
				remedy: 'Make a new access token in HubSpot (service key or project app) and put it into the connection.',
			};
		case 403:
			return forbidden(body);
		case 423:
			return { class: 'transient', code: 'record_locked', remedy: AGAIN, retryAfterMs: LOCKED_PAUSE_MS };
		case 429:
			return rateLimited(body);
		case 477:
			return {
				class: 'throttled',
				code: 'account_migrating',
				remedy: 'HubSpot is moving this account; it is tried again when it says so.',
				retryAfterMs: MIGRATION_PAUSE_MS,
			};
		default:
			return answer.status >= 500 ? { class: 'transient', code: 'hubspot_trouble', remedy: AGAIN } : undefined;
	}
}

const AGAIN = 'It is tried again by itself.';

function recordKind(detail: HubSpotErrorDetail, problems: PropertyProblem[], status?: number): Kind {
	const category = detail.category;
	if (status === 409 || category === 'CONFLICT' || category === 'OBJECT_ALREADY_EXISTS') {
		return {
			class: 'conflict',
			code: 'already_exists',
			remedy: 'Another HubSpot record holds the same unique value: merge the two in HubSpot, or link to that record.',
		};
	}
	if (status === 404 || category === 'OBJECT_NOT_FOUND') {
		return {
			class: 'rejected',
			code: 'not_found',
			remedy: 'Check that the record or property exists in this HubSpot account.',
		};
	}
	if (status === 414) {
		return {
			class: 'rejected',
			code: 'merge_limit',
			remedy: 'This record was merged 250 times, HubSpot’s limit: use a new one.',
		};
	}
	const [first] = problems;
	if (first?.code === 'CONFLICTING_UNIQUE_VALUE') {
		return { class: 'conflict', code: 'already_exists', remedy: propertyRemedy(first) };
	}
	if (first) return { class: 'rejected', code: problemCode(first), remedy: propertyRemedy(first) };
	return {
		class: 'rejected',
		code: 'hubspot_refused',
		remedy: 'Correct what HubSpot names here; a rule set by the account’s administrator counts for the API too.',
	};
}

function problemCode(problem: PropertyProblem): string {
	if (problem.code === 'PROPERTY_DOESNT_EXIST') return 'property_unknown';
	if (problem.code === 'READ_ONLY_VALUE') return 'property_read_only';
	return 'property_invalid';
}

function forbidden(body: HubSpotErrorBody): Kind {
	const scopes = missingScopes(body);
	if (scopes.length > 0 || body.category === 'MISSING_SCOPES') {
		const named = scopes.length > 0 ? `: ${scopes.join(', ')}` : '';
		return { class: 'auth', code: 'scope_missing', remedy: `Give the token the missing scope in HubSpot${named}.` };
	}
	return { class: 'auth', code: 'forbidden', remedy: 'Give the token’s app or user access to this in HubSpot.' };
}

/** The scopes a 403 says are missing. */
export function missingScopes(detail: HubSpotErrorDetail): string[] {
	return [...new Set(contextValues(detail, 'requiredGranularScopes', 'requiredScopes', 'missingScopes'))];
}

function rateLimited(body: HubSpotErrorBody): Kind {
	const policy = body.policyName.toUpperCase();
	if (policy.startsWith('DAILY')) {
		return {
			class: 'throttled',
			code: 'daily_limit',
			remedy:
				'The account’s calls for today are used up; it goes on after midnight (account time zone), or buy capacity.',
			retryAfterMs: DAILY_PAUSE_MS,
		};
	}
	return {
		class: 'throttled',
		code: 'rate_limited',
		remedy: 'It goes on by itself, more slowly.',
		retryAfterMs: policy.startsWith('TEN_SECONDLY') ? TEN_SECONDLY_PAUSE_MS : SECONDLY_PAUSE_MS,
	};
}

function explain(detail: HubSpotErrorDetail, problems: PropertyProblem[]): string {
	const named = problems.map((one) => `property "${one.property}": ${one.message || one.code}`);
	const scopes = missingScopes(detail);
	const text =
		named.length > 0
			? [...new Set(named)].join('; ')
			: [detail.message || detail.category || 'no reason given', ...detail.errors.map((one) => one.message)]
					.filter((one) => one !== '')
					.join(' ');
	const scoped = scopes.length > 0 ? ` Missing: ${scopes.join(', ')}.` : '';
	return text.slice(0, MAX_TEXT) + scoped;
}

function trace(detail: HubSpotErrorDetail): string {
	return detail.correlationId ? ` (correlation id ${detail.correlationId})` : '';
}
