import type { IHookFunctions } from 'n8n-workflow';
import { requireCapability } from '../../lib/adapters/capability';
import { asCrosslinkError, CrosslinkError, type ErrorClass } from '../../lib/errors';
import { toActivationError } from '../../lib/host/node-error';
import { openSession } from '../../lib/host/session';
import type { Connected } from '../../lib/tenants/connected';
import { targetOf } from './parameters';

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
			const connected = await session.connect(targetOf(context), 0);
			if (connected.disabledReason === undefined) requireSecret(connected);
			else context.logger.warn(`Crosslink Trigger: ${connected.disabledReason}`);
		} finally {
			session.close();
		}
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		if (MISTAKES.has(error.class)) throw toActivationError(context.getNode(), error);
		context.logger.warn(`Crosslink Trigger starts although its store cannot be used now: ${error.message}`);
	}
	return true;
}

/** An unsigned request is refused in any case; the adapter says when it would refuse every one. */
function requireSecret({ tenant, integration, module, adapter }: Connected): void {
	const verify = requireCapability(integration, adapter, 'verifyWebhook');
	const probe = { method: 'POST', publicUrl: '', headers: {}, rawBody: Buffer.alloc(0), receivedAt: new Date() };
	const verdict = verify(probe);
	if (verdict.ok || !verdict.noSecret) return;
	throw new CrosslinkError({
		class: 'auth',
		code: 'webhook_secret_missing',
		message: `Every event of ${module.displayName} would be refused for tenant "${tenant}". ${verdict.reason}`,
		remedy:
			'Add the secret to the credential, the tenant (Integration → Configure) or the environment; then publish again.',
	});
}
