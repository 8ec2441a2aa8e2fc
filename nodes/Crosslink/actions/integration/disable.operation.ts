import { operationOn } from './operation-on';

/** Switches the integration off for the tenant: records are then skipped. Links and secrets stay. Safe to repeat. */
export const execute = operationOn(async ({ disableIntegration }, access) => await disableIntegration(access));
