import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { integrations } from '../../../lib/adapters/registry';

/** Integrations that the chosen thing to poll makes sense with. */
export async function getPollIntegrations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const follows = this.getCurrentNodeParameter('what') === 'changes';
	return integrations
		.filter(({ polling }) => !follows || polling === true)
		.map(({ integration, displayName }) => ({ name: displayName, value: integration }));
}
