import { operationOn } from './operation-on';

/** Calls the external system once over the connection in force and says which account answered. */
export const execute = operationOn(async ({ testIntegration }, access) => await testIntegration(access));
