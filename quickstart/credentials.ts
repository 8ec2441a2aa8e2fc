import type { N8nApi } from './n8n-api';
import type { Sandboxes } from './sandboxes';

export type CredentialToCreate = [name: string, type: string, data: Record<string, unknown>];

/** Opens the demo's health page, which is to be seen on this machine only. */
export const HEALTH_LOGIN = { user: 'health', password: 'demo' };

/** The credentials that the templates name, and others; n8n links them by type and name on import. */
export async function createCredentials(
	api: N8nApi,
	{ hubspot, tracker, webhookToken }: Sandboxes,
	others: CredentialToCreate[] = [],
): Promise<string[]> {
	const wanted: CredentialToCreate[] = [
		[
			'HubSpot - Crosslink',
			'crosslinkHubSpotApi',
			{
				baseUrl: hubspot.url,
				accessToken: hubspot.accessToken,
				clientSecret: hubspot.clientSecret,
				appId: String(hubspot.appId),
			},
		],
		['Tracker webhook - Crosslink', 'httpHeaderAuth', { name: 'X-Tracker-Token', value: webhookToken }],
		['Tracker API - Crosslink', 'httpHeaderAuth', { name: 'Authorization', value: `Bearer ${tracker.token}` }],
		['Health page - Crosslink', 'httpBasicAuth', HEALTH_LOGIN],
		...others,
	];
	for (const [name, type, data] of wanted) await api.createCredential(name, type, data);
	return wanted.map(([name]) => name);
}
