import { requireCapability } from '../adapters/capability';
import { findIntegration, loadAdapter } from '../adapters/registry';
import type { ConnectionValues, Fields, Mode, PrepareResult } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { IntegrationConfigRow, Store } from '../store/store';
import { bindingsOf, buildMappings } from './bindings';
import { connectToTry, type ConnectRequest } from './connect';
import type { ConnectionSource } from './connected';
import { missingFields, pickConnectionValues, placesFor, refuseUnknownFields } from './connection-values';
import { findKeyRing, loadEffective, type IntegrationAccess } from './effective';
import { readMode } from './environment';
import { viewIntegration, viewOrFault, type BrokenIntegrationView, type IntegrationView } from './integration-view';
import { linkTableSpecs } from './link-tables';
import { sealConnection, sealWebhookSecret } from './sealed-row';
import { parseSettings, refuseWrongMessages } from './settings';
import { levelsOf, siteInput } from './site-settings';
import { ALL_TENANTS, checkTenant } from './tenant-name';
import { namesFile, pathOfTenant } from './value-files';

/** What to change; left-out parts (and an empty secret) stay as they are, null takes a part away (settings: the defaults). */
export interface IntegrationChange {
	mode?: Mode;
	/** Replaces all earlier settings: an object or one JSON text, see `parseSettings`. */
	settings?: unknown;
	/** Replaces all stored connection values. Sealed before it reaches the store. */
	connection?: Readonly<Record<string, unknown>> | null;
	/** Sealed before it reaches the store. */
	webhookSecret?: string | null;
	/** The account whose webhook events are this tenant's; events of it that waited unrouted come to it at once. */
	accountId?: string | null;
}

/** Answer of `testIntegration`. */
export interface IntegrationTest {
	tenant: string;
	integration: string;
	mode: Mode;
	source: ConnectionSource | null;
	accountId: string;
	/** The account was not known before: from now on its webhook events are this tenant's. */
	accountNoted: boolean;
	message: string;
}

/** Answer of `prepareIntegration`. */
export interface IntegrationPreparation {
	tenant: string;
	integration: string;
	mode: Mode;
	source: ConnectionSource | null;
	steps: PrepareResult['steps'];
}

/**
 * Stores mode, settings and secrets for one tenant. Everything is checked before anything is written.
 * A new row starts switched off; the entities of one that is switched on get their link tables at once.
 * Throws `rejected`: `mode_unknown`, `settings_invalid`, `mapping_invalid`, `connection_field_unknown`,
 * `connection_value_invalid`, `connection_incomplete`, `webhook_secret_invalid`, `account_invalid`, `account_taken`,
 * `encryption_key_missing`.
 */
export async function configureIntegration(
	access: IntegrationAccess,
	change: IntegrationChange,
): Promise<IntegrationView> {
	const tenant = checkTenant(access.tenant);
	const entry = findIntegration(access.integration);
	const owner = { tenant, integration: entry.integration };
	const row = await access.store.configs.get(tenant, entry.integration);
	const mode = change.mode ?? row?.mode ?? entry.modes[0] ?? 'cloud';
	const stored = await loadAdapter(entry.integration, mode);
	// What is stored has to fit what runs here, where the environment's mode wins.
	const inForce = readMode(access.environment, entry.integration);
	const module = inForce === undefined ? stored : await loadAdapter(entry.integration, inForce);

	const given = change.settings === undefined ? row?.settings : change.settings;
	const input = await parseSettings(given, entry.integration);
	if (change.settings !== undefined) await refuseWrongMessages(input, entry.integration);
	const site = await siteInput(await access.store.configs.get(ALL_TENANTS, entry.integration), entry.integration);
	const bindings = bindingsOf(
		buildMappings(module, levelsOf(site, input), change.settings === undefined ? undefined : 'tenant'),
	);

	const save: Parameters<IntegrationAccess['store']['configs']['save']>[0] = { ...owner };
	// Only what was given is written, so that two changes at once do not undo each other.
	if (change.mode !== undefined || row === undefined) save.mode = mode;
	if (change.settings !== undefined) save.settings = asFields(input);
	if (change.connection === null) save.credentials = null;
	if (change.connection) {
		const values = checkedConnection(module, change.connection);
		save.credentials = sealConnection(await findKeyRing(access), owner, values);
	}
	if (change.webhookSecret === null) save.webhookSecret = null;
	if (change.webhookSecret) {
		const secret = checkedWebhookSecret(change.webhookSecret);
		save.webhookSecret = sealWebhookSecret(await findKeyRing(access), owner, secret);
	}
	if (change.accountId !== undefined)
		save.accountId = change.accountId === null ? null : checkedAccount(change.accountId);
	if (row?.enabled) await access.store.createLinkTables(entry.integration, linkTableSpecs(module, bindings));
	await access.store.configs.save(save);
	// A person has acted: what was refused before may be tried again.
	if (change.connection !== undefined || change.mode !== undefined) {
		await access.store.parking.release(tenant, entry.integration);
	}
	if (save.accountId) await routeWaiting(access.store, entry.integration, save.accountId, tenant);
	return await viewIntegration(access);
}

/** Makes the link tables and switches the integration on for this tenant. Safe to repeat. */
export async function enableIntegration(access: IntegrationAccess): Promise<IntegrationView> {
	const { tenant, entry, row, mode, module, bindings } = await loadEffective(access);
	// Tables first: a crash in between leaves an unused table, not an integration that fails on its first record.
	await access.store.createLinkTables(entry.integration, linkTableSpecs(module, bindings));
	const created: Partial<IntegrationConfigRow> = row === undefined ? { mode } : {};
	await access.store.configs.save({ tenant, integration: entry.integration, ...created, enabled: true });
	return await viewIntegration(access);
}

/**
 * Switches the integration off for this tenant: runs then skip its records. Links and secrets stay. Safe to repeat;
 * for tenant `default` it also stops a connection that the environment gives. Settings that are at fault do not hinder it.
 */
export async function disableIntegration(access: IntegrationAccess): Promise<IntegrationView | BrokenIntegrationView> {
	const tenant = checkTenant(access.tenant);
	const { integration, modes } = findIntegration(access.integration);
	const row = await access.store.configs.get(tenant, integration);
	const created: Partial<IntegrationConfigRow> = row === undefined ? { mode: modes[0] } : {};
	const saved = await access.store.configs.save({ tenant, integration, ...created, enabled: false });
	return await viewOrFault(access, saved);
}

/**
 * Calls the other side once with the connection in force, whether enabled, parked or not; a connection that answers is
 * parked no more. A connection that answers proves whose
 * account it is: it is noted for a tenant that has none, so that webhook events of the account find the tenant.
 */
export async function testIntegration(request: ConnectRequest): Promise<IntegrationTest> {
	const { tenant, integration, mode, source, adapter, caveats, bindings } = await connectToTry(request);
	const test = requireCapability(integration, adapter, 'test');
	const result = await test([...bindings.values()]);
	await request.store.parking.release(tenant, integration, source ?? undefined);
	const accountNoted = await noteAccount(request.store, tenant, integration, result.accountId);
	const message = [result.message, ...caveats].join(' ');
	return { tenant, integration, mode, source, ...result, message, accountNoted };
}

/** Creates in the account what the mapping needs, whether enabled or not. Safe to repeat. */
export async function prepareIntegration(request: ConnectRequest): Promise<IntegrationPreparation> {
	const { tenant, integration, mode, source, adapter, bindings } = await connectToTry(request);
	const prepare = requireCapability(integration, adapter, 'prepare');
	const { steps } = await prepare([...bindings.values()]);
	return { tenant, integration, mode, source, steps };
}

type Pack = Parameters<typeof pickConnectionValues>[0];

function checkedConnection(pack: Pack, given: Readonly<Record<string, unknown>>): ConnectionValues {
	refuseUnknownFields(pack, given);
	const values = pickConnectionValues(pack, given);
	const path = pack.connectionFields.find((field) => namesFile(field, values[field.name]));
	if (path !== undefined) throw pathOfTenant(pack, path);
	const missing = missingFields(pack, values);
	if (missing.length === 0) return values;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'connection_incomplete',
		message:
			`The connection values of ${pack.displayName} cannot be stored: ` +
			`${missing.map((field) => `"${field.name}"`).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
		remedy: `Give all values at once, or leave them out here: ${placesFor(pack, missing)}`,
	});
}

async function noteAccount(store: Store, tenant: string, integration: string, accountId: string): Promise<boolean> {
	const row = await store.configs.get(tenant, integration);
	if (row === undefined || row.accountId !== null || accountId === '') return false;
	// Two tenants may share an account; its events go to the one that was named first.
	if ((await store.configs.findByAccounts(integration, [accountId])).has(accountId)) return false;
	await store.configs.save({ tenant, integration, accountId });
	await routeWaiting(store, integration, accountId, tenant);
	return true;
}

/** Events moved in one statement. */
const ROUTE_STEP = 1_000;

/** Events of the account that came before its tenant was known. */
async function routeWaiting(store: Store, integration: string, accountId: string, tenant: string): Promise<void> {
	while ((await store.inbox.route(integration, accountId, tenant, ROUTE_STEP)) === ROUTE_STEP);
}

function checkedAccount(given: string): string {
	const accountId = given.trim();
	const fault = checkId('account id', accountId);
	if (accountId !== '' && fault === undefined) return accountId;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'account_invalid',
		message: fault?.message ?? 'The account ID is empty.',
		remedy: 'Copy it from the external system (HubSpot: the number of the portal), or leave it out.',
	});
}

const MAX_WEBHOOK_SECRET_CHARACTERS = 4_096;

function checkedWebhookSecret(given: unknown): string {
	const secret = typeof given === 'string' ? given.trim() : '';
	if (secret !== '' && secret.length <= MAX_WEBHOOK_SECRET_CHARACTERS) return secret;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'webhook_secret_invalid',
		message: `The webhook secret is not text of 1 to ${MAX_WEBHOOK_SECRET_CHARACTERS} characters.`,
		remedy: 'Copy it again from the other system, or leave it out.',
	});
}

/** Settings passed through JSON are plain JSON values; the types cannot say so. */
const asFields = (input: object): Fields => JSON.parse(JSON.stringify(input)) as Fields;
