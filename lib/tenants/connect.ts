import type { Adapter, AdapterContext, AdapterModule } from '../adapters/adapter';
import type { TransportOptions } from '../transport/create-transport';
import type { HttpNetwork } from '../transport/network';
import type { Connected } from './connected';
import { findKeyRing, loadEffective, type Effective, type IntegrationAccess } from './effective';
import { ensureLinkTables } from './link-tables';
import { openWebhookSecret } from './sealed-row';
import { parkable } from './parking';
import { withSecretParts } from './secret-parts';
import { lookAt, notEnabled, resolveConnection, type Resolved } from './sources';
import { DEFAULT_TENANT } from './tenant-name';

export interface ConnectRequest extends IntegrationAccess {
	http: TransportOptions['http'];
	/** Asked by adapters that open sockets themselves. */
	egress?: AdapterContext['egress'];
	/** The execution's cancel signal. */
	signal?: AbortSignal;
}

/**
 * Resolves an integration of one tenant: mode, settings, mapping, connection, adapter. Nothing is called yet.
 * - A tenant without a row is refused (`integration_not_enabled`), except tenant `default` with a connection in the
 *   environment: an air-gapped site needs nothing else, and its link tables are made here.
 * - Your own system needs no row with a credential either: nothing is made for it in the store.
 * - A connection whose login was refused comes back with an adapter that calls nobody and says why.
 * - An integration that is switched off comes back with `disabledReason` and an adapter that can do nothing.
 * - Otherwise throws what `loadEffective` and `resolveConnection` throw.
 */
export async function connect(request: ConnectRequest): Promise<Connected> {
	const effective = await loadEffective(request);
	if (effective.row?.enabled === false) return switchedOff(effective);
	const resolved =
		effective.row === undefined && effective.module.ownSystem !== true
			? await connectByEnvironment(request, effective)
			: await resolveConnection(request, effective);
	const open = await connected(request, effective, resolved);
	const { tenant, entry, parked } = effective;
	const { integration, displayName } = entry;
	const secrets = secretsIn(effective, resolved.values);
	const whose = { store: request.store, tenant, integration, displayName };
	return { ...open, adapter: await parkable(open.adapter, { ...whose, resolved, secrets, parked }) };
}

/** The same whether enabled, parked or not, for a person who tries a connection out. */
export async function connectToTry(request: ConnectRequest): Promise<Connected> {
	const effective = await loadEffective(request);
	return await connected(request, effective, await resolveConnection(request, effective));
}

async function connectByEnvironment(request: ConnectRequest, effective: Effective): Promise<Resolved> {
	if (effective.tenant !== DEFAULT_TENANT) throw notEnabled(effective);
	if (request.connection !== 'auto' && request.connection !== 'environment') throw notEnabled(effective);
	const found = await lookAt('environment', request, effective);
	if (found.state === 'empty' && request.connection === 'auto') throw notEnabled(effective);
	const resolved = await resolveConnection({ ...request, connection: 'environment' }, effective);
	await ensureLinkTables(request.store, effective.module, effective.bindings);
	return resolved;
}

async function connected(request: ConnectRequest, effective: Effective, resolved: Resolved): Promise<Connected> {
	const { createTransport } = await import('../transport/create-transport');
	const { module, row } = effective;
	const { source, values } = resolved;
	const account = module.accountKey(values);
	const transport = createTransport({
		http: request.http,
		budget: request.store.budget,
		account,
		limits: module.limits,
		network: await networkOf(module, values),
		secrets: secretsIn(effective, values),
		signal: request.signal,
	});
	const webhookSecret = await webhookSecretOf(request, row);
	const { signal, egress } = request;
	const adapter = module.create({ connection: values, transport, signal, egress, webhookSecret });
	const caveats = module.caveats?.(values) ?? [];
	return { ...shared(effective), source, account, adapter, caveats, calls: () => transport.calls };
}

/** Opened when a webhook comes, not before: a lost key must not stop records whose connection needs none. */
async function webhookSecretOf(request: ConnectRequest, row: Effective['row']): Promise<() => string | undefined> {
	if (row === undefined || row.webhookSecret === null) return () => undefined;
	try {
		const ring = await findKeyRing(request);
		return () => openWebhookSecret(ring, row);
	} catch (unusableKey) {
		return () => {
			throw unusableKey;
		};
	}
}

function switchedOff(effective: Effective): Connected {
	const adapter: Adapter = {};
	return {
		...shared(effective),
		source: null,
		adapter,
		caveats: [],
		disabledReason:
			`The integration ${effective.entry.integration} is switched off for tenant "${effective.tenant}". ` +
			'Run Integration → Enable to switch it on.',
		calls: () => 0,
	};
}

function shared(effective: Effective): Omit<Connected, 'source' | 'adapter' | 'caveats' | 'calls'> {
	const { tenant, entry, mode, module, settings, bindings, row } = effective;
	const accountId = row?.accountId ?? null;
	return { tenant, integration: entry.integration, mode, module, settings, bindings, accountId };
}

function secretsIn(effective: Effective, values: Resolved['values']): string[] {
	return effective.module.connectionFields
		.filter((field) => field.secret)
		.flatMap((field) => values[field.name] ?? [])
		.flatMap(withSecretParts);
}

/** Adapters that call over the transport have the field `proxy`; the others see to their own connections. */
async function networkOf(module: AdapterModule, values: Resolved['values']): Promise<HttpNetwork | undefined> {
	const named = module.connectionFields.map((field) => field.name);
	if (!named.includes('proxy')) return undefined;
	const { readNetwork } = await import('../transport/network');
	return readNetwork(values, module.displayName);
}
