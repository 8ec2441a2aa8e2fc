import type { AdapterModule, EntityBinding, Fields, Mode } from '../adapters/adapter';
import { findIntegration, loadAdapter, type IntegrationEntry } from '../adapters/registry';
import { CrosslinkError } from '../errors';
import type { IntegrationConfigRow, Store } from '../store/store';
import { bindingsOf, buildMappings } from './bindings';
import { entityViews, type EntityView } from './integration-view';
import { linkTableSpecs } from './link-tables';
import type { Level } from './rule-layers';
import { effectiveSettings, parseSettings, refuseWrongMessages, type Settings, type SettingsInput } from './settings';
import { forAllTenants, levelsOf, settingsSources, siteInput } from './site-settings';
import { ALL_TENANTS } from './tenant-name';

/** What is in force for a tenant that has no settings of its own. */
export interface SiteView {
	/** Always `*`. */
	tenant: string;
	integration: string;
	displayName: string;
	/** How many tenants' own settings were checked against these. */
	tenantsChecked: number;
	settings: Settings;
	settingsSources: Record<string, Level>;
	entities: EntityView[];
	createdAt: string | null;
	updatedAt: string | null;
}

/** Tenants read at once; settings may be half a megabyte each. */
const PAGE = 50;
const NAMED_TENANTS = 3;

/**
 * Stores settings for all tenants of an integration: the level between the pack and each tenant's own settings.
 * Nothing is written when they would break the mapping of a tenant that has one of its own and was right before.
 * @param settings all of them: they replace earlier ones; an object or one JSON text, see `parseSettings`
 * @throws CrosslinkError `rejected`: `settings_invalid`, `mapping_invalid` (naming the tenants)
 */
export async function configureAllTenants(
	access: { integration: string; store: Store },
	settings: unknown,
): Promise<SiteView> {
	const { store } = access;
	const entry = findIntegration(access.integration);
	const { integration } = entry;
	const input = await parseSettings(settings, forAllTenants(integration));
	await refuseWrongMessages(input, forAllTenants(integration));
	const before = await storedSite(store, integration);
	const module = await loadAdapter(integration, firstMode(entry));
	// Also without any tenant, and also what no tenant's own settings touch.
	const mappings = buildMappings(module, levelsOf(input, {}), 'integration');

	const { checked, enabled } = await checkTenants(store, entry, before, input);
	if (enabled) await store.createLinkTables(integration, linkTableSpecs(module, bindingsOf(mappings)));
	const row = await store.configs.save({ tenant: ALL_TENANTS, integration, settings: asFields(input) });
	return {
		tenant: ALL_TENANTS,
		integration,
		displayName: entry.displayName,
		tenantsChecked: checked,
		settings: effectiveSettings(input),
		settingsSources: settingsSources(input, {}),
		entities: await entityViews(store, integration, mappings),
		createdAt: row.createdAt.toISOString(),
		updatedAt: row.updatedAt.toISOString(),
	};
}

/**
 * What is set for all tenants now, and the mapping that follows from it.
 * Settings that went bad in the store are thrown: laying a form over them would lose them unseen.
 */
export async function loadAllTenants(access: {
	integration: string;
	store: Store;
}): Promise<{ input: SettingsInput; bindings: ReadonlyMap<string, EntityBinding> }> {
	const entry = findIntegration(access.integration);
	const input = await siteInput(await access.store.configs.get(ALL_TENANTS, entry.integration), entry.integration);
	const module = await loadAdapter(entry.integration, firstMode(entry));
	return { input, bindings: bindingsOf(buildMappings(module, levelsOf(input, {}))) };
}

/** The settings before, to tell what a change breaks from what was broken; undefined when they are at fault themselves. */
async function storedSite(store: Store, integration: string): Promise<SettingsInput | undefined> {
	const row = await store.configs.get(ALL_TENANTS, integration);
	return await siteInput(row, integration).catch(() => undefined);
}

async function checkTenants(
	store: Store,
	entry: IntegrationEntry,
	before: SettingsInput | undefined,
	after: SettingsInput,
): Promise<{ checked: number; enabled: boolean }> {
	const broken: Array<{ tenant: string; error: CrosslinkError }> = [];
	const found = { checked: 0, enabled: false };
	for await (const row of rowsOf(store, entry.integration)) {
		found.enabled ||= row.enabled;
		const own = await parseSettings(row.settings, entry.integration).catch(() => undefined);
		// Without rules of its own a tenant is as right as the settings for all.
		if (own?.entities === undefined) continue;
		found.checked++;
		const module = await loadAdapter(entry.integration, usableMode(entry, row.mode));
		const error = mappingFault(module, after, own);
		if (error === undefined) continue;
		if (before === undefined || mappingFault(module, before, own) === undefined)
			broken.push({ tenant: row.tenant, error });
	}
	const [first] = broken;
	if (first === undefined) return found;
	throw breaks(
		broken.map(({ tenant }) => tenant),
		first.error,
	);
}

async function* rowsOf(store: Store, integration: string): AsyncGenerator<IntegrationConfigRow> {
	let afterTenant: string | undefined;
	for (;;) {
		const rows = await store.configs.page(integration, { afterTenant, limit: PAGE });
		yield* rows.filter(({ tenant }) => tenant !== ALL_TENANTS);
		if (rows.length < PAGE) return;
		afterTenant = rows.at(-1)?.tenant;
	}
}

function mappingFault(module: AdapterModule, site: SettingsInput, own: SettingsInput): CrosslinkError | undefined {
	try {
		buildMappings(module, levelsOf(site, own));
		return undefined;
	} catch (thrown) {
		if (thrown instanceof CrosslinkError) return thrown;
		throw thrown;
	}
}

function breaks(tenants: string[], first: CrosslinkError): CrosslinkError {
	const named = tenants.slice(0, NAMED_TENANTS).map((tenant) => `"${tenant}"`);
	const more = tenants.length > named.length ? ` and ${tenants.length - named.length} more` : '';
	return new CrosslinkError({
		class: 'rejected',
		code: first.code,
		message:
			`These settings for all tenants would break ${tenants.length === 1 ? 'tenant' : 'tenants'} ` +
			`${named.join(', ')}${more}: ${first.message}`,
		remedy: `${first.remedy} Change the settings for all tenants, or those of this tenant first.`,
	});
}

const firstMode = ({ modes }: IntegrationEntry): Mode => modes[0] ?? 'cloud';

/** A mode that a later version dropped must not hinder the others. */
const usableMode = (entry: IntegrationEntry, mode: Mode): Mode =>
	entry.modes.includes(mode) ? mode : firstMode(entry);

/** Settings passed through JSON are plain JSON values; the types cannot say so. */
const asFields = (input: object): Fields => JSON.parse(JSON.stringify(input)) as Fields;
