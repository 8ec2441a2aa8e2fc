import { CrosslinkError } from '../errors';
import type { AdapterModule, Mode } from './adapter';

/** What n8n's lists need before anything of an integration is loaded. */
export interface IntegrationEntry {
	integration: string;
	displayName: string;
	modes: readonly Mode[];
	/** Name of the n8n credential type. */
	credentialType: string;
	entities: ReadonlyArray<{ entity: string; displayName: string }>;
	/** Whether it sends webhooks that `crosslinkTrigger` can receive. */
	webhooks: boolean;
	/** `crosslinkPollTrigger` can follow its changes; left out = it cannot. */
	polling?: true;
	/** Offers commands, queries, or takes messages to people; left out = it does not. Tells lists without loading anything. */
	commands?: true;
	queries?: true;
	notifies?: true;
	/**
	 * `optIn`: an AI agent may carry out its commands only where the site has allowed it (the vendor's terms forbid it
	 * otherwise); left out = like any other operation.
	 */
	aiTool?: 'optIn';
	/** As {@link AdapterModule.ownSystem}: nothing is linked with it, pushed to it or pulled from it. */
	ownSystem?: true;
	/** Nothing is written to it: not offered where records are pushed. */
	readOnly?: true;
	/** Its credential is tried out by the adapter's `test`; left out = n8n tries it with the request the credential names. */
	testsCredential?: true;
	load(mode: Mode): Promise<AdapterModule>;
}

/** Every integration there is. A new one is a folder beside this file and one entry here. */
export const integrations: readonly IntegrationEntry[] = [
	{
		integration: 'hubspot',
		displayName: 'HubSpot',
		modes: ['cloud'],
		credentialType: 'crosslinkHubSpotApi',
		entities: [
			{ entity: 'order', displayName: 'Order' },
			{ entity: 'company', displayName: 'Company' },
			{ entity: 'contact', displayName: 'Contact' },
		],
		webhooks: true,
		polling: true,
		load: async () => (await import('./hubspot/index')).hubSpot,
	},
	{
		integration: 'database',
		displayName: 'Your Own Database',
		modes: ['onprem'],
		credentialType: 'crosslinkDatabaseApi',
		entities: [],
		webhooks: false,
		polling: true,
		ownSystem: true,
		testsCredential: true,
		load: async () => (await import('./database/index')).database,
	},
	{
		integration: 'directory',
		displayName: 'LDAP / Active Directory',
		modes: ['onprem'],
		credentialType: 'crosslinkLdapApi',
		entities: [
			{ entity: 'user', displayName: 'User' },
			{ entity: 'group', displayName: 'Group' },
		],
		webhooks: false,
		polling: true,
		queries: true,
		readOnly: true,
		testsCredential: true,
		load: async () => (await import('./directory/index')).directory,
	},
	{
		integration: 'own',
		displayName: 'Your Own System',
		modes: ['cloud', 'onprem'],
		credentialType: 'crosslinkOwnSystemApi',
		entities: [],
		webhooks: true,
		ownSystem: true,
		testsCredential: true,
		load: async (mode) => (await import('./own/index')).ownSystem[mode],
	},
	{
		integration: 'sap',
		displayName: 'SAP',
		modes: ['cloud', 'onprem'],
		credentialType: 'crosslinkSapApi',
		entities: [
			{ entity: 'order', displayName: 'Order' },
			{ entity: 'company', displayName: 'Company' },
		],
		webhooks: false,
		polling: true,
		commands: true,
		queries: true,
		readOnly: true,
		// SAP's API policy (2026): no use by AI agents that choose their calls themselves.
		aiTool: 'optIn',
		testsCredential: true,
		load: async (mode) => (await import('./sap/index')).sap[mode],
	},
	{
		integration: 'slack',
		displayName: 'Slack',
		modes: ['cloud'],
		credentialType: 'crosslinkSlackApi',
		entities: [],
		webhooks: false,
		notifies: true,
		load: async () => (await import('./slack/index')).slack,
	},
	{
		integration: 'teams',
		displayName: 'Microsoft Teams',
		modes: ['cloud'],
		credentialType: 'crosslinkTeamsApi',
		entities: [],
		webhooks: false,
		notifies: true,
		testsCredential: true,
		load: async () => (await import('./teams/index')).teams,
	},
	{
		integration: 'email',
		displayName: 'Email',
		modes: ['cloud', 'onprem'],
		credentialType: 'crosslinkEmailApi',
		entities: [],
		webhooks: false,
		notifies: true,
		testsCredential: true,
		load: async (mode) => (await import('./email/index')).email[mode],
	},
	{
		integration: 'mattermost',
		displayName: 'Mattermost',
		modes: ['onprem'],
		credentialType: 'crosslinkMattermostApi',
		entities: [],
		webhooks: false,
		notifies: true,
		testsCredential: true,
		load: async () => (await import('./mattermost/index')).mattermost,
	},
];

/**
 * Loads the code of one integration in one mode, the first time it is needed.
 * @param setBy where the mode comes from, for the message, e.g. the name of an environment variable
 * @throws CrosslinkError `rejected` (`integration_unknown`, `mode_unknown`), listing what there is
 */
export async function loadAdapter(integration: string, mode: Mode, setBy?: string): Promise<AdapterModule> {
	const entry = findIntegration(integration);
	if (!entry.modes.includes(mode)) {
		const pairs = integrations.map((one) => `${one.integration} (${one.modes.join(', ')})`);
		throw new CrosslinkError({
			class: 'rejected',
			code: 'mode_unknown',
			message: `${entry.displayName} cannot be used in mode "${mode}"${setBy === undefined ? '' : `, which ${setBy} sets`}.`,
			remedy: `Choose one of its modes: ${entry.modes.join(', ')}. All there is: ${pairs.join(', ')}.`,
		});
	}
	return await entry.load(mode);
}

/**
 * The entry of an integration, without loading its code.
 * @throws CrosslinkError `rejected`, `integration_unknown`, listing what there is
 */
export function findIntegration(integration: string): IntegrationEntry {
	const entry = integrations.find((one) => one.integration === integration);
	if (!entry) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'integration_unknown',
			message: `There is no integration "${integration}".`,
			remedy: `Choose one of: ${integrations.map((one) => one.integration).join(', ')}.`,
		});
	}
	return entry;
}
