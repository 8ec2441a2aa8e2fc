import type { ILoadOptionsFunctions } from 'n8n-workflow';
import type { EntityBinding } from '../../../lib/adapters/adapter';
import { CrosslinkError } from '../../../lib/errors';
import { toNodeError } from '../../../lib/host/node-error';
import { openSession } from '../../../lib/host/session';
import type { ConnectionChoice } from '../../../lib/host/target';
import type { Connected } from '../../../lib/tenants/connected';

/** The text of a parameter as the editor shows it now; '' when it is empty or an expression without a value yet. */
export function currentText(context: ILoadOptionsFunctions, name: string): string {
	const value = context.getCurrentNodeParameter(name);
	return typeof value === 'string' ? value.trim() : '';
}

/** Runs `use` on the connection that the node's parameters name now. Errors are n8n's, with the remedy. */
export async function connectedFor<T>(
	context: ILoadOptionsFunctions,
	use: (connected: Connected) => Promise<T>,
): Promise<T> {
	try {
		const target = {
			tenant: currentText(context, 'tenant') || 'default',
			integration: chosenIntegration(context),
			connection: (currentText(context, 'connection') || 'auto') as ConnectionChoice,
		};
		const session = await openSession(context);
		try {
			// Lists are wanted before anybody has enabled the integration, too.
			return await use(await session.connectToTry(target, 0));
		} finally {
			session.close();
		}
	} catch (thrown) {
		throw toNodeError(context.getNode(), thrown);
	}
}

function chosenIntegration(context: ILoadOptionsFunctions): string {
	const integration = currentText(context, 'integration');
	if (integration !== '') return integration;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'integration_not_chosen',
		message: 'No integration is chosen yet.',
		remedy: 'Choose the integration first.',
	});
}

/** The chosen entity, with the tenant's settings laid over the defaults. */
export function currentEntity(context: ILoadOptionsFunctions, { bindings, integration }: Connected): EntityBinding {
	const entity = currentText(context, 'entity');
	const binding = bindings.get(entity);
	if (binding !== undefined) return binding;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'entity_unknown',
		message: entity === '' ? 'No entity is chosen yet.' : `There is no entity "${entity}" in ${integration}.`,
		remedy: `Choose one of: ${[...bindings.keys()].join(', ')}.`,
	});
}
