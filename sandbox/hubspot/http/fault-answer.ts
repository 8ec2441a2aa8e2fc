import type { Fault, PolicyName } from '../faults';
import { vendorError, type VendorError } from './vendor-error';

const POLICY_MESSAGES: Record<PolicyName, string> = {
	DAILY: 'You have reached your daily limit.',
	TEN_SECONDLY_ROLLING: 'You have reached your ten_secondly_rolling limit.',
	SECONDLY: 'You have reached your secondly limit.',
};

/** 429 in the vendor's form. `Retry-After` only when asked for: the vendor does not promise it. */
export const rateLimited = (policyName: PolicyName, retryAfterSeconds?: number): VendorError =>
	vendorError(429, 'RATE_LIMITS', POLICY_MESSAGES[policyName], {
		more: { errorType: 'RATE_LIMIT', policyName },
		...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
	});

const KNOWN: Record<number, [category: string, message: string]> = {
	400: ['VALIDATION_ERROR', 'Invalid input JSON'],
	401: ['EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired 7 second(s) ago.'],
	403: ['MISSING_SCOPES', "This app hasn't been granted all required scopes to make this call."],
	404: ['OBJECT_NOT_FOUND', 'resource not found'],
	409: ['CONFLICT', 'Conflicting writes for one record'],
	423: ['LOCKED', 'The resource is currently locked. Try again after at least 2 seconds.'],
	477: ['MIGRATION_IN_PROGRESS', 'This account is being moved between data centers. Try again later.'],
	500: ['INTERNAL_ERROR', 'internal error'],
	503: ['SERVICE_UNAVAILABLE', 'Service temporarily unavailable'],
};

/** The error a `status` fault answers with. */
export function faultError(fault: Extract<Fault, { kind: 'status' }>): VendorError {
	if (fault.status === 429) return rateLimited(fault.policyName ?? 'TEN_SECONDLY_ROLLING', fault.retryAfterSeconds);
	const [category, message] = KNOWN[fault.status] ?? ['INTERNAL_ERROR', `error ${fault.status}`];
	const headers: Record<string, string> =
		fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
	return vendorError(fault.status, fault.category ?? category, fault.message ?? message, { headers });
}

/** 502, 504 and 521 come from the vendor's edge, not from its API: a page instead of JSON. */
export const isEdgeStatus = (status: number): boolean => [502, 504, 521, 523, 524].includes(status);

export const edgePage = (status: number): string =>
	`<!DOCTYPE html><html><head><title>api.hubapi.com | ${status}</title></head><body><h1>Error ${status}</h1></body></html>`;
