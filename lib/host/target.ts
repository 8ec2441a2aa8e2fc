import type { ConnectionChoice } from '../tenants/connected';

export type { ConnectionChoice };

/** Whose connection to which system, as a node names it. */
export interface Target {
	tenant: string;
	integration: string;
	connection: ConnectionChoice;
}
