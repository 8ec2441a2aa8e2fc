import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Mode } from '../../../../lib/adapters/adapter';
import { findIntegration } from '../../../../lib/adapters/registry';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import type { SiteView } from '../../../../lib/tenants/configure-all';
import type { IntegrationChange } from '../../../../lib/tenants/integrations';
import { readMode } from '../../../../lib/tenants/environment';
import { DEFAULT_TENANT } from '../../../../lib/tenants/tenant-name';
import { eachItem } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { requiredTextAt, targetAt, tenantProperty, textAt } from '../target';
import { ruleOfForm } from './rule-of-form';
import { withForm, type SettingsForm } from './settings-form';
import { settingsParameters } from './settings-parameters';

const FOR_ONE_TENANT = { show: { appliesTo: ['tenant'] } };

export const description: INodeProperties[] = shownFor({ integration: ['configure'] }, [
	{
		displayName: 'Applies To',
		name: 'appliesTo',
		type: 'options',
		options: [
			{
				name: 'All Tenants',
				value: 'allTenants',
				description: 'Settings between the defaults and those of each tenant, which win. Holds no secrets.',
			},
			{ name: 'This Tenant', value: 'tenant' },
		],
		default: 'tenant',
		description: 'Whose settings these are',
	},
	{ ...tenantProperty, displayOptions: FOR_ONE_TENANT },
	{
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		options: [
			{ name: 'Cloud', value: 'cloud', description: 'The system runs at its vendor' },
			{ name: 'Leave as It Is', value: 'keep', description: 'For a new integration: the first mode it has' },
			{ name: 'On-Premises', value: 'onprem', description: 'The system runs in your own network' },
		],
		default: 'keep',
		displayOptions: FOR_ONE_TENANT,
		description: 'Where the external system runs',
	},
	...settingsParameters,
	{
		displayName: 'Stored Connection',
		name: 'storedConnection',
		type: 'options',
		options: [
			{ name: 'Leave as It Is', value: 'keep' },
			{ name: 'Remove', value: 'remove', description: 'Take the stored values of this tenant out of the store' },
			{
				name: 'Store These Values',
				value: 'values',
				description: 'For flows that take in many tenants, whose tokens arrive as items',
			},
			{ name: 'Store What the Credential Holds', value: 'credential' },
		],
		default: 'keep',
		displayOptions: FOR_ONE_TENANT,
		description:
			'Address and secrets of this tenant, kept in the store, sealed with the encryption key. One flow can then serve many tenants.',
	},
	{
		displayName: 'Connection Values (JSON)',
		name: 'connectionValues',
		type: 'json',
		default: '={{ $json.connection }}',
		displayOptions: { show: { appliesTo: ['tenant'], storedConnection: ['values'] } },
		description:
			'For example { "accessToken": "...", "clientSecret": "..." }: the fields of the credential, under the same names. Do not type secrets here; let them come from the item.',
	},
	{
		displayName: 'Account ID',
		name: 'accountId',
		type: 'string',
		default: '',
		placeholder: 'e.g. 12345678',
		displayOptions: FOR_ONE_TENANT,
		description:
			"The external account whose webhook events are this tenant's (HubSpot: the portal ID), where one webhook URL serves many tenants. Test fills it in by itself. Empty leaves it as it is.",
	},
	{
		displayName: 'Webhook Secret',
		name: 'webhookSecret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		displayOptions: FOR_ONE_TENANT,
		description:
			'Stored for this tenant, sealed, when the secret of its webhooks is not part of the connection. Use an expression: what is typed here is saved in the workflow. Empty leaves it as it is.',
	},
]);

interface Asked {
	target: Target;
	appliesTo: 'tenant' | 'allTenants';
	mode: Mode | 'keep';
	settings: { json: unknown } | { form: SettingsForm };
	storedConnection: string;
	connectionValues: unknown;
	webhookSecret: string | undefined;
	accountId: string | undefined;
}

/**
 * Stores mode, settings and, when asked, the connection of one tenant, or settings alone for all of them.
 * A new integration still has to be enabled.
 */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { configureIntegration } = await import('../../../../lib/tenants/integrations');
	return await eachItem<Asked>(
		indexes,
		(index) => ({
			...appliesAt(this, index),
			mode: this.getNodeParameter('mode', index, 'keep') as Asked['mode'],
			settings: settingsAt(this, index),
			storedConnection: this.getNodeParameter('storedConnection', index, 'keep') as string,
			webhookSecret: textAt(this, 'webhookSecret', index) || undefined,
			accountId: textAt(this, 'accountId', index) || undefined,
			connectionValues: this.getNodeParameter('connectionValues', index, ''),
		}),
		async (asked, index) => {
			const access = session.access(asked.target, index);
			if (asked.appliesTo === 'allTenants') return { index, json: asJson(await forAllTenants(access, asked.settings)) };
			const change: IntegrationChange = {
				mode: asked.mode === 'keep' ? undefined : asked.mode,
				settings: 'json' in asked.settings ? asked.settings.json : await formOver(access, asked.settings.form),
				connection: await connectionOf(access, asked),
				webhookSecret: asked.webhookSecret,
				accountId: asked.accountId,
			};
			return { index, json: asJson(await configureIntegration(access, change)) };
		},
	);
}

type Access = ReturnType<Session['access']>;

/** For all tenants no tenant is asked for, and no connection is looked at. */
function appliesAt(context: IExecuteFunctions, index: number): Pick<Asked, 'appliesTo' | 'target'> {
	const appliesTo = context.getNodeParameter('appliesTo', index, 'tenant') as string;
	if (appliesTo === 'tenant') return { appliesTo, target: targetAt(context, index) };
	if (appliesTo === 'allTenants') {
		const integration = requiredTextAt(context, 'integration', 'Integration', index);
		return { appliesTo, target: { tenant: DEFAULT_TENANT, integration, connection: 'auto' } };
	}
	throw new CrosslinkError({
		class: 'rejected',
		code: 'applies_to_unknown',
		message: `Item ${index} asks for settings that apply to "${appliesTo}", which does not exist.`,
		remedy: 'Use one of: tenant, allTenants.',
	});
}

async function forAllTenants(access: Access, settings: Asked['settings']): Promise<SiteView> {
	const { configureAllTenants, loadAllTenants } = await import('../../../../lib/tenants/configure-all');
	if ('json' in settings) return await configureAllTenants(access, settings.json);
	const { form } = settings;
	const { input, bindings } = await loadAllTenants(access);
	return await configureAllTenants(access, withForm(input, bindings.get(form.entity), form));
}

async function formOver(access: Access, form: SettingsForm): Promise<unknown> {
	const { loadEffective } = await import('../../../../lib/tenants/effective');
	const { input, bindings } = await loadEffective(access);
	return withForm(input, bindings.get(form.entity), form);
}

function settingsAt(context: IExecuteFunctions, index: number): Asked['settings'] {
	if (context.getNodeParameter('settingsInput', index, 'form') === 'json') {
		return { json: context.getNodeParameter('settings', index, '{}') };
	}
	const { rule = [] } = context.getNodeParameter('rules', index, {}) as { rule?: IDataObject[] };
	const form: SettingsForm = {
		...(context.getNodeParameter('more', index, {}) as Partial<SettingsForm>),
		entity: textAt(context, 'entity', index),
		rules: rule.map(ruleOfForm),
		matchOn: textAt(context, 'matchOn', index),
		pipeline: textAt(context, 'pipeline', index),
		stage: textAt(context, 'stage', index),
		onDelete: textAt(context, 'onDelete', index) as SettingsForm['onDelete'],
	};
	return { form };
}

async function connectionOf(access: Access, asked: Asked): Promise<IntegrationChange['connection']> {
	switch (asked.storedConnection) {
		case 'remove':
			return null;
		case 'values':
			return valuesOf(asked.connectionValues);
		case 'credential':
			return await fromCredential(access, asked.mode === 'keep' ? undefined : asked.mode);
		default:
			return undefined;
	}
}

function valuesOf(given: unknown): Record<string, unknown> {
	let value = given;
	try {
		if (typeof value === 'string') value = JSON.parse(value);
	} catch {
		// The parser's message would quote the text, which holds secrets.
		value = undefined;
	}
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
	throw new CrosslinkError({
		class: 'rejected',
		code: 'connection_values_invalid',
		message: 'The connection values are no JSON object.',
		remedy: 'Give an object such as { "accessToken": ... }, for example by the expression {{ $json.connection }}.',
	});
}

/** Only the fields the integration knows: an n8n credential may carry others. */
async function fromCredential(access: Access, asked: Mode | undefined): Promise<Record<string, unknown>> {
	const values = await access.credential?.();
	const { displayName, load, modes } = findIntegration(access.integration);
	const mode = readMode(access.environment, access.integration) ?? asked ?? modes[0] ?? 'cloud';
	if (values === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'credential_missing',
			message: `There is no ${displayName} credential in this node whose values could be stored.`,
			remedy: 'Choose the credential in the node, or set "Stored Connection" to something else.',
		});
	}
	const { connectionFields } = await load(modes.includes(mode) ? mode : (modes[0] ?? 'cloud'));
	return Object.fromEntries(connectionFields.map(({ name }) => [name, values[name]]));
}
