import type { ILoadOptionsFunctions } from 'n8n-workflow';
import type { AdapterModule } from '../../../lib/adapters/adapter';
import { integrations, type IntegrationEntry } from '../../../lib/adapters/registry';
import { openSession } from '../../../lib/host/session';
import type { Effective } from '../../../lib/tenants/effective';
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
		return (await effectiveOf(context, entry)).module;
	} catch (thrown) {
		context.logger.debug(
			`Crosslink shows ${entry.displayName} in mode ${mode}: ${thrown instanceof Error ? thrown.message : ''}`,
		);
		return await entry.load(mode);
	}
}

/** Whether the tenant, or the site, lets AI agents carry out this integration's commands; what cannot be read is no leave. */
export async function allowsAiTools(context: ILoadOptionsFunctions, entry: IntegrationEntry): Promise<boolean> {
	try {
		const { settings } = await effectiveOf(context, entry);
		const { mayBeAiTool } = await import('../../../lib/tenants/ai-tool');
		return await mayBeAiTool(entry, settings, process.env);
	} catch (thrown) {
		context.logger.debug(
			`Crosslink does not offer ${entry.displayName} to AI agents: ${thrown instanceof Error ? thrown.message : ''}`,
		);
		return false;
	}
}

async function effectiveOf(context: ILoadOptionsFunctions, { integration }: IntegrationEntry): Promise<Effective> {
	const session = await openSession(context);
	try {
		const tenant = currentText(context, 'tenant') || 'default';
		const { loadEffective } = await import('../../../lib/tenants/effective');
		return await loadEffective(session.access({ tenant, integration, connection: 'auto' }, 0));
	} finally {
		session.close();
	}
}
