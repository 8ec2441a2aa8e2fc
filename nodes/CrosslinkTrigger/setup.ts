import type { IHookFunctions } from 'n8n-workflow';
import { requireCapability } from '../../lib/adapters/capability';
import { asCrosslinkError, type ErrorClass } from '../../lib/errors';
import { toNodeError } from '../../lib/host/node-error';
import { openSession } from '../../lib/host/session';
import type { ConnectionChoice } from '../../lib/host/target';

/** Mistakes a person has to mend; everything else may pass, and a trigger that waits is better than none. */
const MISTAKES: ReadonlySet<ErrorClass> = new Set(['rejected', 'auth']);

/**
 * Refuses activation when events could never be taken in (integration not enabled, no secret to check signatures with).
 * Always true: the vendor knows the URL from its own settings, there is nothing to create.
 */
export async function checkSetup(context: IHookFunctions): Promise<boolean> {
	try {
		const session = await openSession(context);
		try {
			const target = {
				tenant: String(context.getNodeParameter('tenant', 'default')).trim(),
				integration: String(context.getNodeParameter('integration', '')).trim(),
				connection: context.getNodeParameter('connection', 'auto') as ConnectionChoice,
			};
			const { integration, adapter, disabledReason } = await session.connect(target, 0);
			if (disabledReason === undefined) requireCapability(integration, adapter, 'verifyWebhook');
			else context.logger.warn(`Crosslink Trigger: ${disabledReason}`);
		} finally {
			session.close();
		}
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		if (MISTAKES.has(error.class)) throw toNodeError(context.getNode(), error);
		context.logger.warn(`Crosslink Trigger starts although its store cannot be used now: ${error.message}`);
	}
	return true;
}
