import type { INodeCredentialDescription } from 'n8n-workflow';
import { integrations } from '../adapters/registry';

/**
 * One credential slot per integration, shown when that integration is chosen; a new integration needs no node change.
 * @param own the parameter that tells that a node reaches your own database, whatever integration it is about; n8n knows
 * neither "or" nor a second slot of one type, so there it has to be set for that integration, too
 */
export function integrationCredentials(own?: { parameter: string; integration: string }): INodeCredentialDescription[] {
	return integrations.map(({ integration, displayName, credentialType, testsCredential }) => ({
		name: credentialType,
		displayName: `${displayName} Connection`,
		required: false,
		...(testsCredential && { testedBy: 'crosslinkIntegration' }),
		displayOptions: {
			show: {
				[integration === own?.integration ? own.parameter : 'integration']: [integration],
				connection: ['auto', 'credential'],
			},
		},
	}));
}
