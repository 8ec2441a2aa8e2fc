import type { N8nApi } from './n8n-api';
import type { Sandboxes } from './sandboxes';

/** The credentials that the templates name; n8n links them by type and name on import. */
export async function createCredentials(api: N8nApi, { hubspot, tracker, webhookToken }: Sandboxes): Promise<string[]> {
	const wanted: Array<[name: string, type: string, data: Record<string, string>]> = [
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
	];
	for (const [name, type, data] of wanted) await api.createCredential(name, type, data);
	return wanted.map(([name]) => name);
}
