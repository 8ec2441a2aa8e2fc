import type { FieldType, ILoadOptionsFunctions, INodePropertyOptions, ResourceMapperFields } from 'n8n-workflow';
import type { AdapterModule } from '../../../lib/adapters/adapter';
import type { ParameterDescription } from '../../../lib/adapters/parameters';
import { integrations } from '../../../lib/adapters/registry';
import { openSession } from '../../../lib/host/session';
import type { MessageSettings } from '../../../lib/tenants/settings';
import { currentText } from './connected-for';

/** Channels to people. */
export async function getChannels(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return integrations
		.filter(({ notifies }) => notifies === true)
		.map(({ integration, displayName }) => ({ name: displayName, value: integration }));
}

/** The catalogue, and what the tenant has added; needs no connection. */
export async function getEvents(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { CATALOGUE } = await import('../../../lib/notifications/catalogue');
	const { messages } = await inForce(this);
	const known = new Set(CATALOGUE.map(({ event }) => event));
	return [
		...CATALOGUE.map(({ event, displayName, description }) => ({ name: displayName, value: event, description })),
		...Object.keys(messages)
			.filter((event) => !known.has(event))
			.map((event) => ({ name: event, value: event, description: 'From the settings of the integration' })),
	];
}

/** The channel's own parameters. */
export async function getChannelOptions(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const { module } = await inForce(this);
	const parameters = module?.notification?.parameters ?? [];
	return {
		fields: parameters.map((parameter) => ({
			id: parameter.name,
			displayName: `${parameter.displayName} (${parameter.description.replace(/\.$/, '')})`,
			required: parameter.required,
			defaultMatch: false,
			canBeUsedToMatch: false,
			display: true,
			type: WIDGETS[parameter.type],
			...(parameter.choices && {
				options: parameter.choices.map(({ value, label }) => ({ name: label, value })),
			}),
		})),
		...(parameters.length === 0 && { emptyFieldsNotice: 'This channel takes no options.' }),
	};
}

const WIDGETS: Record<ParameterDescription['type'], FieldType> = {
	text: 'string',
	number: 'number',
	boolean: 'boolean',
	date: 'dateTime',
	datetime: 'string',
	enumeration: 'options',
	object: 'object',
	list: 'array',
};

/** What is in force for the chosen channel; a store that cannot be opened leaves the channel's first mode. */
async function inForce(
	context: ILoadOptionsFunctions,
): Promise<{ module: AdapterModule | undefined; messages: Record<string, MessageSettings> }> {
	const entry = integrations.find(({ integration }) => integration === currentText(context, 'integration'));
	const [mode] = entry?.modes ?? [];
	if (entry === undefined || mode === undefined) return { module: undefined, messages: {} };
	try {
		const session = await openSession(context);
		try {
			const { loadEffective } = await import('../../../lib/tenants/effective');
			const target = {
				tenant: currentText(context, 'tenant') || 'default',
				integration: entry.integration,
				connection: 'auto' as const,
			};
			const { module, settings } = await loadEffective(session.access(target, 0));
			return { module, messages: settings.messages };
		} finally {
			session.close();
		}
	} catch (thrown) {
		context.logger.debug(
			`Crosslink shows ${entry.displayName} in mode ${mode}: ${thrown instanceof Error ? thrown.message : ''}`,
		);
		return { module: await entry.load(mode), messages: {} };
	}
}
