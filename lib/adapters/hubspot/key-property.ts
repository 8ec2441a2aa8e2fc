import { CrosslinkError } from '../../errors';
import { HubSpotError } from './errors';

/**
 * A refusal because the key property is missing or not unique: no record can be written or found by it, so splitting
 * the batch would only repeat the answer. Everything else is returned as it came.
 */
export function explainKeyProblem(thrown: unknown, object: string, keyField: string): unknown {
	if (!(thrown instanceof HubSpotError) || thrown.httpStatus !== 400 || thrown.problems.length > 0) return thrown;
	const text = thrown.details.message;
	if (!text.includes(keyField) || !/non-unique|not unique|does not exist|doesn't exist/i.test(text)) return thrown;
	return new CrosslinkError({
		class: 'rejected',
		code: 'key_property_missing',
		message: `HubSpot cannot find ${object} by "${keyField}": ${thrown.message}`,
		remedy: 'Run "Integration: Prepare" once: it creates this property with unique values in the account.',
	});
}
