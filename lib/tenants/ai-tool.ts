import type { IntegrationEntry } from '../adapters/registry';
import { CrosslinkError } from '../errors';
import { readVariable, variableName, type Environment } from './environment';
import type { Settings } from './settings';

const FIELD = 'aiTool';

/**
 * Whether an AI agent may carry out this integration's commands. Where the vendor's terms leave it to the site, the site has
 * to say so: the environment for all tenants, or the settings of a tenant; a "false" in the environment is the last word.
 * @throws CrosslinkError `rejected` `variable_invalid`
 */
export async function mayBeAiTool(
	entry: Pick<IntegrationEntry, 'integration' | 'aiTool'>,
	settings: Pick<Settings, 'aiTool'>,
	environment: Environment,
): Promise<boolean> {
	if (entry.aiTool === undefined) return true;
	const name = variableName(entry.integration, FIELD);
	const value = (await readVariable(environment, name))?.trim().toLowerCase();
	if (value === undefined) return settings.aiTool;
	if (value === 'true' || value === 'false') return value === 'true';
	throw new CrosslinkError({
		class: 'rejected',
		code: 'variable_invalid',
		message: `The environment variable ${name} is set to something other than true or false.`,
		remedy: `Set ${name} to true or false, or unset it.`,
	});
}

/** What an agent's call is told where nobody has allowed it. */
export function notForAiTools({
	integration,
	displayName,
}: Pick<IntegrationEntry, 'integration' | 'displayName'>): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'ai_tool_not_allowed',
		message: `AI agents may not carry out commands in ${displayName} here; nothing was called.`,
		remedy:
			`The vendor's API terms restrict this. If yours allow it, set "aiTool": true with Integration → Configure, or ` +
			`${variableName(integration, FIELD)}=true in the environment. Queries are not affected.`,
	});
}
