import type { IHookFunctions, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Target } from '../../lib/host/target';
import type { ItemOptions } from '../../lib/inbox/event-items';
import type { WantedEvents } from '../../lib/inbox/receive';

type Context = IWebhookFunctions | ITriggerFunctions | IHookFunctions;

interface Options {
	foldEvents?: boolean;
	gatherDeliveries?: boolean;
	includeRaw?: boolean;
	accountId?: string;
	publicUrl?: string;
}

/** Whose connection checks the signatures; of a trigger for one tenant also whose events they are. */
export function targetOf(context: Context): Target {
	return {
		tenant: String(context.getNodeParameter('tenant', 'default')).trim(),
		integration: String(context.getNodeParameter('integration', '')).trim(),
		connection: context.getNodeParameter('connection', 'auto') as Target['connection'],
	};
}

/** False = each event belongs to the tenant of its account. */
export function ownTenantOnly(context: Context): boolean {
	return context.getNodeParameter('eventsBelongTo', 'tenant') !== 'account';
}

export function wantedOf(context: Context): WantedEvents {
	const entities = context.getNodeParameter('entities', []) as string[];
	const accountId = ownTenantOnly(context) ? String(optionsOf(context).accountId ?? '').trim() : '';
	return {
		events: new Set(context.getNodeParameter('events', []) as string[]),
		entities: entities.length === 0 ? undefined : new Set(entities),
		accountId: accountId || undefined,
	};
}

export function itemOptionsOf(context: Context): ItemOptions {
	const { foldEvents, includeRaw } = optionsOf(context);
	return { fold: foldEvents !== false, includeRaw: includeRaw === true };
}

/** True unless each delivery is to have an execution of its own. */
export function gathers(context: Context): boolean {
	return optionsOf(context).gatherDeliveries !== false;
}

export function optionsOf(context: Context): Options {
	return context.getNodeParameter('options', {}) as Options;
}
