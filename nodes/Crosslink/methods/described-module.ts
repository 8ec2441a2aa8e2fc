import type { ILoadOptionsFunctions } from 'n8n-workflow';
import type { AdapterModule } from '../../../lib/adapters/adapter';
import { integrations } from '../../../lib/adapters/registry';
import { openSession } from '../../../lib/host/session';
import { currentText } from './connected-for';

/**
 * What the chosen integration offers, in the mode in force for the tenant; no connection is looked up and nothing is called.
 * undefined while nothing is chosen. A store that cannot be opened leaves the integration's first mode.
 */
export async function describedModule(context: ILoadOptionsFunctions): Promise<AdapterModule | undefined> {
	const entry = integrations.find(({ integration }) => integration === currentText(context, 'integration'));
	const [mode] = entry?.modes ?? [];
	if (entry === undefined || mode === undefined) return undefined;
	try {
		const session = await openSession(context);
		try {
			const target = {
				tenant: currentText(context, 'tenant') || 'default',
				integration: entry.integration,
				connection: 'auto' as const,
			};
			const { loadEffective } = await import('../../../lib/tenants/effective');
			return (await loadEffective(session.access(target, 0))).module;
		} finally {
			session.close();
		}
	} catch (thrown) {
		context.logger.debug(
			`Crosslink shows ${entry.displayName} in mode ${mode}: ${thrown instanceof Error ? thrown.message : ''}`,
		);
		return await entry.load(mode);
	}
}
