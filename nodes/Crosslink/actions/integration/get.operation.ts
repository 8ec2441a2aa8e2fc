import { operationOn } from './operation-on';

/** What is in force: mode, where the connection comes from, field rules, link tables. Names of secrets, never values. */
export const execute = operationOn(async (_integrations, access) => {
	const { viewIntegration } = await import('../../../../lib/tenants/integration-view');
	return await viewIntegration(access);
});
