import type { IExecuteFunctions } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import { eachItem } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { requiredTextAt } from '../target';

/** Every integration that is configured for the tenant or that the environment connects. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { viewIntegrations } = await import('../../../../lib/tenants/integration-view');
	return await eachItem(
		indexes,
		(index) => requiredTextAt(this, 'tenant', 'Tenant', index),
		async (tenant, index) => {
			const {
				integration: _integration,
				credential: _credential,
				...access
			} = session.access({ tenant, integration: '', connection: 'auto' }, index);
			return (await viewIntegrations(access)).map((view) => ({ index, json: asJson(view) }));
		},
	);
}
