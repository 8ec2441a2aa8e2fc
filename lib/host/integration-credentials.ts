import type { INodeCredentialDescription } from 'n8n-workflow';
import { integrations } from '../adapters/registry';

/** One credential slot per integration, shown when that integration is chosen; a new integration needs no node change. */
export function integrationCredentials(): INodeCredentialDescription[] {
	return integrations.map(({ integration, displayName, credentialType, testsCredential }) => ({
		name: credentialType,
		displayName: `${displayName} Connection`,
		required: false,
		...(testsCredential && { testedBy: 'crosslinkIntegration' }),
		displayOptions: { show: { integration: [integration], connection: ['auto', 'credential'] } },
	}));
}
