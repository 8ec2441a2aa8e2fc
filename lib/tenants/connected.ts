import type { Adapter, AdapterModule, EntityBinding, Mode } from '../adapters/adapter';
import type { Settings } from './settings';

/** Where the connection's values came from. */
export type ConnectionSource = 'environment' | 'tenant' | 'credential';

/** `auto` tries the environment, then the tenant's stored values, then the credential. */
export type ConnectionChoice = 'auto' | ConnectionSource;

/** An integration of one tenant, resolved and ready to be called. */
export interface Connected {
	tenant: string;
	integration: string;
	mode: Mode;
	/** null when the integration is switched off: no source was looked at. */
	source: ConnectionSource | null;
	module: AdapterModule;
	/** Names the external account in call budgets; undefined when the integration is switched off. */
	account?: string;
	/** Without any capability when the integration is switched off. */
	adapter: Adapter;
	/** What a person should know of the connection, in whole sentences. */
	caveats: string[];
	/** Effective settings: adapter defaults, then the tenant's. */
	settings: Settings;
	bindings: ReadonlyMap<string, EntityBinding>;
	/** The vendor account that is this tenant's (HubSpot: portal id); null = not known. */
	accountId: string | null;
	/** Set when the integration is switched off for this tenant: why, in plain words. Then nothing is called. */
	disabledReason?: string;
	/** Calls made so far over this connection. */
	calls(): number;
}
