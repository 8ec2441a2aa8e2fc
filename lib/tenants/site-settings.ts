import type { IntegrationConfigRow } from '../store/store';
import type { LevelEntities } from './bindings';
import type { Level } from './rule-layers';
import { DEFAULT_SETTINGS, parseSettings, type SettingsInput } from './settings';

/** What is set for all tenants; nothing without a row. */
export async function siteInput(row: IntegrationConfigRow | undefined, integration: string): Promise<SettingsInput> {
	return await parseSettings(row?.settings, forAllTenants(integration));
}

/** How messages call the settings of an integration for all tenants. */
export const forAllTenants = (integration: string): string => `${integration} for all tenants`;

/** The levels above the pack, lowest first. */
export function levelsOf(site: SettingsInput, tenant: SettingsInput): LevelEntities[] {
	return [
		{ level: 'integration', entities: site.entities ?? {} },
		{ level: 'tenant', entities: tenant.entities ?? {} },
	];
}

/** Level of every setting besides the entities, by its path such as `retry.attempts`. */
export function settingsSources(site: SettingsInput, tenant: SettingsInput): Record<string, Level> {
	const given = { integration: new Set(pathsOf(site)), tenant: new Set(pathsOf(tenant)) };
	return Object.fromEntries(
		pathsOf(DEFAULT_SETTINGS).map((path): [string, Level] => {
			if (given.tenant.has(path)) return [path, 'tenant'];
			return [path, given.integration.has(path) ? 'integration' : 'pack'];
		}),
	);
}

function pathsOf({ entities: _entities, ...settings }: SettingsInput): string[] {
	return Object.entries(settings).flatMap(([name, value]) => {
		if (typeof value !== 'object') return value === undefined ? [] : [name];
		return Object.entries(value).flatMap(([part, one]) => (one === undefined ? [] : [`${name}.${part}`]));
	});
}
