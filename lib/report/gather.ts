import { integrations as known } from '../adapters/registry';
import { asCrosslinkError } from '../errors';
import type { CommandRow } from '../store/command-log';
import type { Span } from '../store/figures';
import type { Conflict, Store } from '../store/store';
import { brakeStops } from '../sync/brakes';
import type { Connected } from '../tenants/connected';
import { loadEffective, type Effective, type IntegrationAccess } from '../tenants/effective';
import { DEFAULT_TENANT } from '../tenants/tenant-name';
import { findingsOf, stateOf } from './findings';
import type {
	BudgetHealth,
	CommandInDoubt,
	EntityHealth,
	HealthReport,
	IntegrationHealth,
	OpenConflict,
} from './health';
import { spanOf, type Period } from './span';

/** What a report is made of, and of whom. */
export interface HealthRequest {
	store: Store;
	/** One tenant; undefined = all that have anything configured, for whoever runs the site. */
	tenant: string | undefined;
	/** Empty = all of them. */
	integrations: readonly string[];
	period: Period;
	now: Date;
	access(tenant: string, integration: string): IntegrationAccess;
	/** Resolves a connection without calling anybody, to see its budget. */
	connect(tenant: string, integration: string): Promise<Connected>;
	signal?: AbortSignal;
}

/** Conflicts shown with their values; of more, the number is told. */
const MAX_CONFLICTS = 25;
/** Commands in doubt or given up that are looked at. */
const MAX_COMMANDS = 100;
/** Tenants read in one step. */
const TENANT_PAGE = 500;

/** Reads how everything stands. Calls nobody; a part that cannot be read is told of and hides no other. */
export async function gatherHealth(request: HealthRequest): Promise<HealthReport> {
	const span = spanOf(request.period, request.now);
	const found: IntegrationHealth[] = [];
	for (const place of await placesOf(request)) {
		request.signal?.throwIfAborted();
		found.push(await integrationHealth(request, place, span));
	}
	return {
		madeAt: request.now.toISOString(),
		period: request.period,
		from: span.from.toISOString(),
		stepSeconds: span.stepMs / 1000,
		steps: span.steps,
		state: stateOf(found),
		integrations: found,
	};
}

interface Place {
	tenant: string;
	integration: string;
}

/** Every tenant with a row; the default one also where it is connected by the environment alone. */
async function placesOf({ store, tenant, integrations }: HealthRequest): Promise<Place[]> {
	const wanted = known.filter((one) => integrations.length === 0 || integrations.includes(one.integration));
	const places: Place[] = [];
	for (const { integration } of wanted) {
		const tenants = tenant === undefined ? await tenantsOf(store, integration) : [tenant];
		for (const one of tenants) {
			const row = await store.configs.get(one, integration);
			const byEnvironment = one === DEFAULT_TENANT && (await store.linkTables(integration)).length > 0;
			if (row !== undefined || byEnvironment) places.push({ tenant: one, integration });
		}
	}
	return places.sort((a, b) => compare(a.tenant, b.tenant) || compare(a.integration, b.integration));
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

async function tenantsOf(store: Store, integration: string): Promise<string[]> {
	const tenants = new Set([DEFAULT_TENANT]);
	for (let after: string | undefined; ;) {
		const rows = await store.configs.page(integration, { afterTenant: after, limit: TENANT_PAGE });
		for (const row of rows) tenants.add(row.tenant);
		after = rows.at(-1)?.tenant;
		if (rows.length < TENANT_PAGE) break;
	}
	tenants.delete('*');
	return [...tenants];
}

async function integrationHealth(request: HealthRequest, place: Place, span: Span): Promise<IntegrationHealth> {
	const { tenant, integration } = place;
	const { store } = request;
	const effective = await loadEffective(request.access(tenant, integration)).catch((thrown: unknown) =>
		asCrosslinkError(thrown),
	);
	const usable = effective instanceof Error ? undefined : effective;
	const row = usable ? usable.row : await store.configs.get(tenant, integration);
	const events = await store.figures.events(tenant, integration, span);
	const health: IntegrationHealth = {
		tenant,
		integration,
		displayName: known.find((one) => one.integration === integration)?.displayName ?? integration,
		mode: usable?.mode ?? row?.mode ?? null,
		enabled: row?.enabled ?? true,
		findings: [],
		entities: await entitiesOf(request, place, usable, span),
		events: { ...events, oldestWaiting: events.oldestWaiting?.toISOString() ?? null },
		failures: await store.figures.failures(tenant, integration, span),
		conflicts: await conflictsOf(store, place),
		commands: await commandsOf(store, place),
		parked: (await store.parking.find(tenant, integration)).map(({ source, message, remedy, since }) => ({
			...{ source, message, remedy, since: since.toISOString() },
		})),
		budget: usable && row?.enabled !== false ? await budgetOf(request, place) : [],
		error: effective instanceof Error ? effective.toPlain() : null,
	};
	return { ...health, findings: findingsOf(health, request.now) };
}

async function entitiesOf(
	{ store }: HealthRequest,
	{ tenant, integration }: Place,
	effective: Effective | undefined,
	span: Span,
): Promise<EntityHealth[]> {
	const entities: EntityHealth[] = [];
	for (const entity of await store.linkTables(integration)) {
		const figures = await store.figures.links(tenant, integration, entity, span);
		const stops = await brakeStops(store, tenant, integration, entity);
		entities.push({
			entity,
			displayName: effective?.bindings.get(entity)?.displayName ?? entity,
			links: figures.counts,
			inDoubt: figures.inDoubt,
			oldestUnsynced: figures.oldestUnsynced?.toISOString() ?? null,
			lastSyncedAt: figures.lastSyncedAt?.toISOString() ?? null,
			synced: figures.synced,
			brakes: stops.filter(({ at }) => at >= span.from).map((stop) => ({ ...stop, at: stop.at.toISOString() })),
		});
	}
	return entities;
}

async function conflictsOf(store: Store, { tenant, integration }: Place): Promise<IntegrationHealth['conflicts']> {
	const open = await store.figures.openConflicts(tenant, integration);
	if (open === 0) return { open, shown: [] };
	const page = await store.conflicts.page(tenant, { integration, status: 'open' }, { limit: MAX_CONFLICTS });
	return { open, shown: page.map(shown) };
}

async function commandsOf(store: Store, { tenant, integration }: Place): Promise<IntegrationHealth['commands']> {
	const counts = await store.figures.commands(tenant, integration);
	if (counts.unknown === 0) return { counts, inDoubt: [] };
	const troubled = await store.commands.troubled(tenant, integration, undefined, MAX_COMMANDS);
	return { counts, inDoubt: troubled.filter(({ status }) => status === 'unknown').map(inDoubt) };
}

function inDoubt({ command, key, kind, failure, updatedAt }: CommandRow): CommandInDoubt {
	const since = updatedAt.toISOString();
	return { command, idempotencyKey: key, kind, message: failure?.message ?? '', since };
}

function shown(conflict: Conflict): OpenConflict {
	return {
		conflictId: conflict.id,
		entity: conflict.entity,
		localId: conflict.localId,
		externalId: conflict.externalId,
		field: conflict.field,
		reason: conflict.reason,
		local: conflict.local,
		external: conflict.reason === 'several_matches' ? conflict.candidates : conflict.external,
		base: conflict.baseLocal,
		since: conflict.createdAt.toISOString(),
	};
}

/** A connection that cannot be resolved has no budget to show; that it cannot is told by `integration.get` and each run. */
async function budgetOf(request: HealthRequest, { tenant, integration }: Place): Promise<BudgetHealth[]> {
	const connected = await request.connect(tenant, integration).catch(() => undefined);
	if (connected?.account === undefined) return [];
	const budgets: BudgetHealth[] = [];
	for (const [bucket, { intervalMs, burst }] of Object.entries(connected.module.limits)) {
		const { bookedMs, pausedMs } = await request.store.budget.look(connected.account, bucket);
		budgets.push({ bucket, used: bookedMs / (intervalMs * burst), pausedMs });
	}
	return budgets;
}
