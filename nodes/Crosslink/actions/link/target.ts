import type { IExecuteFunctions } from 'n8n-workflow';
import { checkTenant } from '../../../../lib/tenants/tenant-name';
import type { EntityTarget } from '../by-target';
import { requiredTextAt } from '../target';

/** Links live in the store: no connection is needed to work on them. */
export function linkTargetAt(context: IExecuteFunctions, index: number): EntityTarget {
	return {
		tenant: checkTenant(requiredTextAt(context, 'tenant', 'Tenant', index)),
		integration: requiredTextAt(context, 'integration', 'Integration', index),
		entity: requiredTextAt(context, 'entity', 'Entity', index),
		connection: 'auto',
	};
}
