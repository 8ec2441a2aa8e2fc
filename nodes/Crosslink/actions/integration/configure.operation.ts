import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Mode } from '../../../../lib/adapters/adapter';
import { findIntegration } from '../../../../lib/adapters/registry';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import type { FieldRuleSettings } from '../../../../lib/tenants/settings';
import type { IntegrationChange } from '../../../../lib/tenants/integrations';
import { eachItem } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { targetAt, textAt } from '../target';
import { withForm, type SettingsForm } from './settings-form';
import { settingsParameters } from './settings-parameters';

export const description: INodeProperties[] = shownFor({ integration: ['configure'] }, [
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
		description:
			'Address and secrets of this tenant, kept in the store, sealed with the encryption key. One flow can then serve many tenants.',
	},
	{
		displayName: 'Connection Values (JSON)',
		name: 'connectionValues',
		type: 'json',
		default: '={{ $json.connection }}',
		displayOptions: { show: { storedConnection: ['values'] } },
		description:
			'For example { "accessToken": "...", "clientSecret": "..." }: the fields of the credential, under the same names. Do not type secrets here; let them come from the item.',
	},
	{
		displayName: 'Webhook Secret',
		name: 'webhookSecret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description:
			'Stored for this tenant, sealed, when the secret of its webhooks is not part of the connection. Use an expression: what is typed here is saved in the workflow. Empty leaves it as it is.',
	},
]);

interface Asked {
	target: Target;
	mode: Mode | 'keep';
	settings: { json: unknown } | { form: SettingsForm };
	storedConnection: string;
	connectionValues: unknown;
	webhookSecret: string | undefined;
}

/** Stores mode, settings and, when asked, the connection of one tenant. A new integration still has to be enabled. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { configureIntegration } = await import('../../../../lib/tenants/integrations');
	return await eachItem<Asked>(
		indexes,
		(index) => ({
			target: targetAt(this, index),
			mode: this.getNodeParameter('mode', index, 'keep') as Asked['mode'],
			settings: settingsAt(this, index),
			storedConnection: this.getNodeParameter('storedConnection', index, 'keep') as string,
			webhookSecret: textAt(this, 'webhookSecret', index) || undefined,
			connectionValues: this.getNodeParameter('connectionValues', index, ''),
		}),
		async (asked, index) => {
			const access = session.access(asked.target, index);
			const change: IntegrationChange = {
				mode: asked.mode === 'keep' ? undefined : asked.mode,
				settings: 'json' in asked.settings ? asked.settings.json : await formOver(access, asked.settings.form),
				connection: await connectionOf(access, asked),
				webhookSecret: asked.webhookSecret,
			};
			return { index, json: asJson(await configureIntegration(access, change)) };
		},
	);
}

type Access = ReturnType<Session['access']>;

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
		rules: rule.map(ruleOf),
		matchOn: textAt(context, 'matchOn', index),
		pipeline: textAt(context, 'pipeline', index),
		stage: textAt(context, 'stage', index),
	};
	return { form };
}

/** What is left empty comes from the integration's own rule for the same field. */
function ruleOf({ type, ...parts }: IDataObject): FieldRuleSettings {
	const filled = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''));
	return { ...filled, ...(type ? { transform: { type } } : {}) } as FieldRuleSettings;
}

async function connectionOf(access: Access, asked: Asked): Promise<IntegrationChange['connection']> {
	switch (asked.storedConnection) {
		case 'remove':
			return null;
		case 'values':
			return valuesOf(asked.connectionValues);
		case 'credential':
			return await fromCredential(access);
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
async function fromCredential(access: Access): Promise<Record<string, unknown>> {
	const values = await access.credential?.();
	const { displayName, load, modes } = findIntegration(access.integration);
	if (values === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'credential_missing',
			message: `There is no ${displayName} credential in this node whose values could be stored.`,
			remedy: 'Choose the credential in the node, or set "Stored Connection" to something else.',
		});
	}
	const { connectionFields } = await load(modes[0] ?? 'cloud');
	return Object.fromEntries(connectionFields.map(({ name }) => [name, values[name]]));
}
