import { classifyAnswer, HubSpotError } from '../../../../lib/adapters/hubspot/errors';

const classify = (status: number, body: unknown, headers: Record<string, string> = {}) =>
	classifyAnswer('update 2 records of deals', {
		status,
		headers,
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});

it.each([
	[
		'400 without detail',
		400,
		{ category: 'VALIDATION_ERROR', message: 'no' },
		'rejected',
		'hubspot_refused',
		undefined,
	],
	['401', 401, { category: 'INVALID_AUTHENTICATION' }, 'auth', 'token_refused', undefined],
	['403 without scope', 403, { category: 'BANNED' }, 'auth', 'forbidden', undefined],
	['404', 404, {}, 'rejected', 'not_found', undefined],
	[
		'409',
		409,
		{ category: 'CONFLICT', message: 'Contact already exists. Existing ID: 7' },
		'conflict',
		'already_exists',
		undefined,
	],
	['414', 414, {}, 'rejected', 'merge_limit', undefined],
	['423', 423, {}, 'transient', 'record_locked', 2_000],
	['429 daily', 429, { policyName: 'DAILY' }, 'throttled', 'daily_limit', 3_600_000],
	['429 ten seconds', 429, { policyName: 'TEN_SECONDLY_ROLLING' }, 'throttled', 'rate_limited', 10_000],
	['429 one second', 429, { policyName: 'SECONDLY' }, 'throttled', 'rate_limited', 1_000],
	['429 without body', 429, '', 'throttled', 'rate_limited', 1_000],
	['477', 477, {}, 'throttled', 'account_migrating', 60_000],
	['500', 500, {}, 'transient', 'hubspot_trouble', undefined],
	['521 with a page', 521, '<html>', 'transient', 'hubspot_trouble', undefined],
])('%s', (_name, status, body, errorClass, code, retryAfterMs) => {
	expect(classify(status, body)).toMatchObject({ class: errorClass, code, retryAfterMs, httpStatus: status });
});

it('leaves what HubSpot never sends to the general rules', () => {
	expect(classify(302, '')).toBeUndefined();
	expect(classify(418, {})).toBeUndefined();
});

it('prefers the waiting time that HubSpot gives', () => {
	expect(classify(429, { policyName: 'SECONDLY' }, { 'retry-after': '4' })?.retryAfterMs).toBe(4_000);
	expect(classify(477, {}, { 'retry-after': '86400' })?.retryAfterMs).toBe(86_400_000);
});

it('keeps the correlation id and the purpose in the message', () => {
	const error = classify(404, { message: 'resource not found', correlationId: 'abc-1' });
	expect(error?.message).toBe(
		'HubSpot answered 404, asked to update 2 records of deals: resource not found (correlation id abc-1)',
	);
});

it('names the missing scope in message and remedy', () => {
	const errors = [{ message: 'One of', context: { requiredGranularScopes: ['crm.objects.deals.write'] } }];
	const error = classify(403, { category: 'MISSING_SCOPES', message: 'not granted', errors });
	expect(error).toMatchObject({ class: 'auth', code: 'scope_missing' });
	expect(error?.message).toContain('crm.objects.deals.write');
	expect(error?.remedy).toContain('crm.objects.deals.write');
});

const INVALID = { isValid: false, message: 'Property "x" does not exist', error: 'PROPERTY_DOESNT_EXIST', name: 'x' };

it.each([
	[
		'in errors[].context',
		{ message: 'bad', errors: [{ message: INVALID.message, code: INVALID.error, context: { propertyName: ['x'] } }] },
	],
	['as JSON inside the message', { message: `Property values were not valid: [${JSON.stringify(INVALID)}]` }],
])('finds the property %s', (_name, body) => {
	const error = classify(400, { status: 'error', category: 'VALIDATION_ERROR', ...body });
	expect(error).toBeInstanceOf(HubSpotError);
	expect(error).toMatchObject({
		code: 'property_unknown',
		problems: [{ property: 'x', code: 'PROPERTY_DOESNT_EXIST' }],
	});
	expect(error?.message).toContain('property "x": Property "x" does not exist');
});

it.each([
	['READ_ONLY_VALUE', 'property_read_only', 'rejected'],
	['INVALID_OPTION', 'property_invalid', 'rejected'],
	['REQUIRED_PROPERTIES_MISSING', 'property_invalid', 'rejected'],
	['CONFLICTING_UNIQUE_VALUE', 'already_exists', 'conflict'],
])('a property error %s is %s', (code, ours, errorClass) => {
	const error = classify(400, { errors: [{ message: 'm', code, context: { propertyName: ['p'] } }] });
	expect(error).toMatchObject({ code: ours, class: errorClass });
});

it.each([
	[null],
	[[]],
	['[1]'],
	['{"errors":5,"context":[],"message":{}}'],
	['{"errors":[null,1,{"context":{"a":{}}}]}'],
])('takes a body that is none: %p', (body) => {
	expect(classify(400, body)).toMatchObject({ class: 'rejected', code: 'hubspot_refused' });
});

it('cuts an endless text', () => {
	expect(classify(400, { message: 'x'.repeat(100_000) })?.message.length).toBeLessThan(700);
});
