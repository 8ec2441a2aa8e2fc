import { integrations } from '../adapters/registry';

/** Whether an integration is your own system, see `AdapterModule.ownSystem`; one that is not there any more is none. */
export function isOwnSystem(integration: string): boolean {
	return integrations.find((one) => one.integration === integration)?.ownSystem === true;
}
