import { CrosslinkError } from '../../errors';
import type { TestResult } from '../adapter';
import type { HubSpotClient } from './client';
import { HubSpotError, missingScopes } from './errors';
import { API_VERSION } from './limits';
import { ENTITIES } from './mapping';

/**
 * Reaches the account and tries one cheap read of each object: HubSpot tells which scope is missing only when a call
 * needs it. Write scopes show at the first write.
 * @throws CrosslinkError `auth` for a refused token; `scope_missing` naming every missing read scope
 */
export async function testConnection(client: HubSpotClient): Promise<TestResult> {
	const details = await client.get(`/account-info/${API_VERSION}/details`, {
		purpose: 'read the account’s details',
		budget: 'general',
	});
	const portalId = (details as { portalId?: unknown } | null)?.portalId;
	if (typeof portalId !== 'number' && typeof portalId !== 'string') throw notHubSpot();

	const missing = new Set<string>();
	for (const { object } of ENTITIES) {
		const { basic } = await client.objects({ purpose: `read one record of ${object}`, budget: 'general' });
		try {
			await basic.getPage(object, 1);
		} catch (thrown) {
			if (!(thrown instanceof HubSpotError) || thrown.code !== 'scope_missing') throw thrown;
			const scopes = missingScopes(thrown.details);
			for (const scope of scopes.length > 0 ? scopes : [`crm.objects.${object}.read`]) missing.add(scope);
		}
	}
	if (missing.size > 0) throw scopesMissing(String(portalId), [...missing]);
	const objects = ENTITIES.map((entity) => entity.object).join(', ');
	return { accountId: String(portalId), message: `Connected to HubSpot account ${portalId}; can read ${objects}.` };
}

function scopesMissing(portalId: string, scopes: string[]): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'scope_missing',
		message: `The token reaches HubSpot account ${portalId}, but it lacks: ${scopes.join(', ')}.`,
		remedy: 'Add these scopes to the service key or app in HubSpot, then use the new token.',
		httpStatus: 403,
	});
}

function notHubSpot(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'not_hubspot',
		message: 'The base URL answered, but not as HubSpot’s API does: no portal id.',
		remedy: 'Correct the base URL; for HubSpot’s cloud it is https://api.hubapi.com.',
	});
}
