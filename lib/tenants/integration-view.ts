import type { AssociationRule, EntityBinding, Fields, Mode } from '../adapters/adapter';
import { integrations } from '../adapters/registry';
import { asCrosslinkError, type PlainError } from '../errors';
import type { IntegrationConfigRow, Store } from '../store/store';
import type { EntityMapping } from './bindings';
import type { ConnectionSource } from './connected';
import { missingFields, withFieldDefaults } from './connection-values';
import { loadEffective, type Effective, type IntegrationAccess, type ModeSource } from './effective';
import { isParkedFor } from './parking';
import type { Level, Line, SwitchedRule } from './rule-layers';
import type { Settings } from './settings';
import { settingsSources } from './site-settings';
import { lookAt, resolveConnection, SOURCES, type SourceState } from './sources';
import { checkTenant } from './tenant-name';

/** A rule with the level it comes from, and the rules it stands in for, nearest level first. */
export type SourcedRule<Rule> = Rule & { from: Level; replaced: Array<Rule & { from: Level }> };

export interface SourceView {
	source: ConnectionSource;
	state: SourceState['state'];
	/** Names of the fields that are set there, never values. */
	fields: string[];
	/** Names of the fields still needed there. */
	missing: string[];
	error?: PlainError;
}

export interface ParkedView {
	source: ConnectionSource;
	/** ISO 8601. */
	since: string;
	code: string;
	message: string;
	remedy: string;
}

export interface EntityView {
	entity: string;
	displayName: string;
	object: string;
	keyField: string;
	matchOn: string | null;
	localTable: string | null;
	onCreate: Fields;
	onDelete: EntityBinding['onDelete'];
	/** Where the above comes from, by name: `object`, `matchOn`, `onCreate.pipeline`. */
	sources: Record<string, Level>;
	/** Rules that are switched off are listed with direction `none`. */
	fields: Array<SourcedRule<SwitchedRule>>;
	associations: Array<SourcedRule<AssociationRule>>;
	/** Name of the link table; null until there is one. */
	linkTable: string | null;
}

/** What is in force for one tenant and integration, as plain JSON without any secret. */
export interface IntegrationView {
	tenant: string;
	integration: string;
	displayName: string;
	/** Something was configured, enabled or disabled for this tenant. */
	configured: boolean;
	/** Records are exchanged. */
	enabled: boolean;
	mode: Mode;
	modeSource: ModeSource;
	connection: {
		/** null = there is no complete connection; `reason` says why. */
		source: ConnectionSource | null;
		reason: string;
		/** What a person should know of it, above all which check of TLS is off; whole sentences. */
		caveats: string[];
		sources: SourceView[];
		/** Where a login was refused: nothing is called over it until its values change or Integration → Test succeeds. */
		parked: ParkedView[];
	};
	/** Secrets stored for the tenant, by name only. */
	storedSecrets: string[];
	/** The account whose webhook events are this tenant's; null = not known. */
	accountId: string | null;
	settings: Settings;
	/** Where each of the settings comes from, by path such as `retry.attempts`. */
	settingsSources: Record<string, Level>;
	entities: EntityView[];
	createdAt: string | null;
	updatedAt: string | null;
}

/** An integration of the tenant that cannot be shown whole, because its configuration is at fault. */
export interface BrokenIntegrationView {
	tenant: string;
	integration: string;
	configured: true;
	enabled: boolean;
	error: PlainError;
}

/** One integration of one tenant. A source that cannot be read is shown as such; wrong settings are thrown. */
export async function viewIntegration(access: IntegrationAccess): Promise<IntegrationView> {
	return await view(access, await loadEffective(access));
}

/** The same, with wrong settings told instead of thrown, as long as there is a row to tell of. */
export async function viewOrFault(
	access: IntegrationAccess,
	row: IntegrationConfigRow | undefined,
): Promise<IntegrationView | BrokenIntegrationView> {
	try {
		return await viewIntegration(access);
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		// Trouble of the store is not the row's fault and concerns the whole call.
		if (row === undefined || error.class !== 'rejected') throw error;
		const { tenant, integration, enabled } = row;
		return { tenant, integration, configured: true, enabled, error: error.toPlain() };
	}
}

/**
 * Every integration that has a row for this tenant or that the environment (or a given credential) connects, by name.
 * One with broken settings, or one this version does not know, is listed with its error and hides no other.
 */
export async function viewIntegrations(
	access: Omit<IntegrationAccess, 'integration' | 'credential'>,
): Promise<Array<IntegrationView | BrokenIntegrationView>> {
	const tenant = checkTenant(access.tenant);
	const rows = new Map((await access.store.configs.getMany(tenant)).map((row) => [row.integration, row]));
	const names = new Set([...rows.keys(), ...integrations.map((entry) => entry.integration)]);
	const views: Array<IntegrationView | BrokenIntegrationView> = [];
	for (const integration of [...names].sort()) {
		const one = await viewOrFault({ ...access, integration }, rows.get(integration));
		if (one.configured || one.connection.source !== null) views.push(one);
	}
	return views;
}

async function view(access: IntegrationAccess, effective: Effective): Promise<IntegrationView> {
	const { tenant, entry, row, mode, modeSource, module } = effective;
	const states = await Promise.all(SOURCES.map((source) => lookAt(source, access, effective)));
	const { source, reason } = explain(access, states);
	const parked = await parkedViews(access, effective);
	const [isParked] = parked.filter((one) => one.source === source);
	const parkedReason = isParked === undefined ? '' : ` It is parked since ${isParked.since}: ${isParked.message}`;
	return {
		tenant,
		integration: entry.integration,
		displayName: entry.displayName,
		configured: row !== undefined,
		enabled: row?.enabled ?? (module.ownSystem === true ? source !== null : source === 'environment'),
		mode,
		modeSource,
		connection: {
			source,
			reason: `${reason}${parkedReason}`,
			caveats: caveatsOf(effective, states, source),
			sources: states.map((state) => sourceView(effective, state)),
			parked,
		},
		storedSecrets: storedSecrets(effective, states),
		accountId: row?.accountId ?? null,
		settings: effective.settings,
		settingsSources: settingsSources(effective.site, effective.input),
		entities: await entityViews(access.store, entry.integration, effective.mappings),
		createdAt: row?.createdAt.toISOString() ?? null,
		updatedAt: row?.updatedAt.toISOString() ?? null,
	};
}

/** Follows the same order as `resolveConnection`, in words. */
function explain(
	access: IntegrationAccess,
	states: readonly SourceState[],
): { source: ConnectionSource | null; reason: string } {
	const asked = states.filter(({ source }) => access.connection === 'auto' || access.connection === source);
	const how = access.connection === 'auto' ? 'looked at in this order: environment, tenant, credential' : 'asked for';
	const found = asked.find(({ state }) => state !== 'empty' && state !== 'closed');
	if (found === undefined) return { source: null, reason: `Nothing is set (${how}).` };
	if (found.state === 'complete') return { source: found.source, reason: `The ${found.source} holds it (${how}).` };
	const trouble = found.state === 'incomplete' ? 'holds only a part of it' : 'cannot be read';
	return { source: null, reason: `The ${found.source} ${trouble}, and no other source steps in for it (${how}).` };
}

function caveatsOf(effective: Effective, states: readonly SourceState[], inForce: ConnectionSource | null): string[] {
	const values = states.find(({ source }) => source === inForce)?.values;
	if (values === undefined) return [];
	try {
		return effective.module.caveats?.(withFieldDefaults(effective.module, values)) ?? [];
	} catch {
		// A value that cannot be used is told when the connection is.
		return [];
	}
}

function sourceView(effective: Effective, { source, state, values, error }: SourceState): SourceView {
	return {
		source,
		state,
		fields: Object.keys(values),
		missing: state === 'incomplete' ? missingFields(effective.module, values).map((field) => field.name) : [],
		...(error === undefined ? {} : { error: error.toPlain() }),
	};
}

/** Without those whose values have changed since; a credential that is not at hand here cannot be compared. */
async function parkedViews(access: IntegrationAccess, effective: Effective): Promise<ParkedView[]> {
	const views: ParkedView[] = [];
	for (const parked of effective.parked) {
		const { since, code, message, remedy } = parked;
		const source = SOURCES.find((known) => known === parked.source);
		if (source === undefined) continue;
		const now = await resolveConnection({ ...access, connection: source }, effective).catch(() => undefined);
		if (now !== undefined && !(await isParkedFor(parked, now.values))) continue;
		views.push({ source, since: since.toISOString(), code, message, remedy });
	}
	return views;
}

function storedSecrets(effective: Effective, states: readonly SourceState[]): string[] {
	const stored = states.find(({ source }) => source === 'tenant')?.values ?? {};
	const names = effective.module.connectionFields
		.filter((field) => field.secret && stored[field.name] !== undefined)
		.map((field) => field.name);
	return effective.row?.webhookSecret ? [...names, 'webhookSecret'] : names;
}

/** The mappings as plain JSON, each line with its source. */
export async function entityViews(
	store: Store,
	integration: string,
	mappings: ReadonlyMap<string, EntityMapping>,
): Promise<EntityView[]> {
	const withTable = new Set(await store.linkTables(integration));
	return [...mappings.values()].map((mapping) => {
		const { entity } = mapping.binding;
		return entityView(mapping, withTable.has(entity) ? store.links(integration, entity).name : null);
	});
}

function entityView(
	{ binding, localTable, fields, associations, sources }: EntityMapping,
	linkTable: string | null,
): EntityView {
	return {
		entity: binding.entity,
		displayName: binding.displayName,
		object: binding.object,
		keyField: binding.keyField,
		matchOn: binding.matchOn ?? null,
		localTable: localTable ?? null,
		onCreate: binding.onCreate,
		onDelete: binding.onDelete,
		sources,
		fields: fields.map(sourced),
		associations: associations.map(sourced),
		linkTable,
	};
}

function sourced<Rule>({ rule, from, replaced }: Line<Rule>): SourcedRule<Rule> {
	return { ...rule, from, replaced: replaced.map((one) => ({ ...one.rule, from: one.from })) };
}
