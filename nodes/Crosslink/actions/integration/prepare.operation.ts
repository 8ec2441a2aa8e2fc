import { operationOn } from './operation-on';

/** Creates in the account what the mapping needs, such as the property with unique values. Safe to repeat. */
export const execute = operationOn(async ({ prepareIntegration }, access) => await prepareIntegration(access));
