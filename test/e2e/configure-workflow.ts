import type { WorkflowFile } from '../../quickstart/n8n-api';

export const CONFIGURE = 'Configure HubSpot';

/** A workflow that a user makes to change the settings of HubSpot: one node behind a manual start. */
export function configureWorkflow(): WorkflowFile {
	return {
		name: 'Settings of HubSpot',
		nodes: [
			{
				...{ id: 'e0f3a7c4-0d3c-5f56-8a3c-0f1d7f0f6a01', name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
				...{ typeVersion: 1, position: [0, 0], parameters: {} },
			},
			{
				...{ id: 'e0f3a7c4-0d3c-5f56-8a3c-0f1d7f0f6a02', name: CONFIGURE },
				...{ type: 'n8n-nodes-crosslink.crosslink', typeVersion: 1, position: [220, 0] },
				parameters: { resource: 'integration', operation: 'configure', integration: 'hubspot', entity: 'order' },
				credentials: { crosslinkHubSpotApi: { id: null, name: 'HubSpot - Crosslink' } },
			},
		],
		connections: { Start: { main: [[{ node: CONFIGURE, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}
