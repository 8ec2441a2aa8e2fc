import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { integrations } from '../../../lib/adapters/registry';

/** Integrations that send webhooks. */
export async function getWebhookIntegrations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return integrations
		.filter(({ webhooks }) => webhooks)
		.map(({ integration, displayName }) => ({ name: displayName, value: integration }));
}
