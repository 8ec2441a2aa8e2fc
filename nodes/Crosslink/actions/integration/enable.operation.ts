import { operationOn } from './operation-on';

/** Makes the link tables of the integration and switches it on for the tenant. Safe to repeat. */
export const execute = operationOn(async ({ enableIntegration }, access) => await enableIntegration(access));
