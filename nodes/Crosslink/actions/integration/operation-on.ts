import type { IExecuteFunctions } from 'n8n-workflow';
import { eachItem } from '../by-target';
import { asJson, type Execute } from '../operation';
import { targetAt } from '../target';

type Integrations = typeof import('../../../../lib/tenants/integrations');
type Access = Parameters<Integrations['testIntegration']>[0];

/** An operation that needs nothing but the target: one call, one answer. */
export function operationOn(run: (integrations: Integrations, access: Access) => Promise<object>): Execute {
	return async function (this: IExecuteFunctions, session, indexes) {
		const integrations = await import('../../../../lib/tenants/integrations');
		return await eachItem(
			indexes,
			(index) => targetAt(this, index),
			async (target, index) => ({ index, json: asJson(await run(integrations, session.access(target, index))) }),
		);
	};
}
