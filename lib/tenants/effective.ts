import type { AdapterModule, EntityBinding, Mode } from '../adapters/adapter';
import { findIntegration, loadAdapter, type IntegrationEntry } from '../adapters/registry';
import { CrosslinkError } from '../errors';
import type { IntegrationConfigRow, ParkedConnection, Store } from '../store/store';
import { bindingsOf, buildMappings, type EntityMapping } from './bindings';
import type { ConnectionChoice } from './connected';
import { ENCRYPTION_KEY_VARIABLE, readEncryptionKey, readMode, variableName, type Environment } from './environment';
import { parseKeyRing, type KeyRing } from './key-ring';
import { effectiveSettings, parseSettings, type Settings, type SettingsInput } from './settings';
import { levelsOf, siteInput } from './site-settings';
import { ALL_TENANTS, checkTenant } from './tenant-name';

/** Whose integration, and everything its configuration may come from. */
export interface IntegrationAccess {
	tenant: string;
	integration: string;
	connection: ConnectionChoice;
	store: Store;
	environment: Environment;
	/** From the store's credential; otherwise `CROSSLINK_ENCRYPTION_KEY` is used where a key is needed. */
	keyRing?: KeyRing;
	/** Called only when the credential's turn comes; undefined = none was chosen. */
	credential?: () => Promise<Readonly<Record<string, unknown>> | undefined>;
}

export type ModeSource = 'environment' | 'tenant' | 'integration';

/** What is in force for one tenant and integration, before any secret is touched. */
export interface Effective {
	tenant: string;
	entry: IntegrationEntry;
	/** undefined = nothing was ever configured or enabled for this tenant. */
	row: IntegrationConfigRow | undefined;
	mode: Mode;
	modeSource: ModeSource;
	module: AdapterModule;
	/** What is set for all tenants. */
	site: SettingsInput;
	/** What the tenant set. */
	input: SettingsInput;
	/** Both over the defaults. */
	settings: Settings;
	mappings: ReadonlyMap<string, EntityMapping>;
	bindings: ReadonlyMap<string, EntityBinding>;
	/** Connections whose login was refused, by source; not every one may still have the same values. */
	parked: readonly ParkedConnection[];
}

/**
 * Reads what is set for all tenants and for this one and lays it over the defaults.
 * Throws the registry's, the settings' and the mapping's errors.
 */
export async function loadEffective(access: IntegrationAccess): Promise<Effective> {
	const tenant = checkTenant(access.tenant);
	checkChoice(access.connection);
	const entry = findIntegration(access.integration);
	const { configs, parking } = access.store;
	const [rows, parked] = await Promise.all([
		configs.getOf(entry.integration, [tenant, ALL_TENANTS]),
		// Nothing is called of your own system, so nothing can refuse a login.
		entry.ownSystem ? [] : parking.find(tenant, entry.integration),
	]);
	const row = rows.get(tenant);
	const { mode, modeSource } = chooseMode(readMode(access.environment, entry.integration), row?.mode, entry.modes);
	const setBy = modeSource === 'environment' ? variableName(entry.integration, 'mode') : undefined;
	const module = await loadAdapter(entry.integration, mode, setBy);
	const input = await parseSettings(row?.settings, entry.integration);
	const site = await siteInput(rows.get(ALL_TENANTS), entry.integration);
	const settings = effectiveSettings(site, input);
	const mappings = buildMappings(module, levelsOf(site, input));
	return {
		tenant,
		entry,
		row,
		mode,
		modeSource,
		module,
		site,
		input,
		settings,
		mappings,
		bindings: bindingsOf(mappings),
		parked,
	};
}

/** The environment wins over the tenant's row, the row over the integration's first mode. */
export function chooseMode(
	environment: Mode | undefined,
	row: Mode | undefined,
	modes: readonly Mode[],
): { mode: Mode; modeSource: ModeSource } {
	if (environment !== undefined) return { mode: environment, modeSource: 'environment' };
	if (row !== undefined) return { mode: row, modeSource: 'tenant' };
	return { mode: modes[0] ?? 'cloud', modeSource: 'integration' };
}

/** The key ring in force; undefined = there is none, which only matters once something must be sealed or opened. */
export async function findKeyRing(
	access: Pick<IntegrationAccess, 'environment' | 'keyRing'>,
): Promise<KeyRing | undefined> {
	if (access.keyRing !== undefined) return access.keyRing;
	const text = await readEncryptionKey(access.environment);
	return text === undefined ? undefined : parseKeyRing(text, ENCRYPTION_KEY_VARIABLE);
}

const CHOICES: readonly ConnectionChoice[] = ['auto', 'credential', 'tenant', 'environment'];

/** An expression may give anything. */
function checkChoice(choice: ConnectionChoice): void {
	if (CHOICES.includes(choice)) return;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'connection_choice_unknown',
		message: 'The parameter Connection is none of the places a connection can come from.',
		remedy: `Set it to one of: ${CHOICES.join(', ')}.`,
	});
}
