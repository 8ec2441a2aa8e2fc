import type { Store } from '../store/store';
import { effectiveSettings, parseSettings } from '../tenants/settings';
import { siteInput } from '../tenants/site-settings';
import { ALL_TENANTS } from '../tenants/tenant-name';

const DAY_MS = 86_400_000;
/** How long an inbox that has nothing old left is not looked at again. */
const PAUSE_MS = 3_600_000;
/** Events deleted for one tenant before others have their turn. */
const STEP = 2_000;
const TENANTS_A_PAGE = 500;

/** When what is named here is looked at again, by store. */
const pauses = new WeakMap<Store, Map<string, number>>();

/**
 * Takes one step of deleting a tenant's events that are older than its `inboxDays`, at most once an hour and process when
 * there is nothing more to do. Where integrations want different numbers of days the longest holds.
 * @param now milliseconds since 1970
 * @returns how many events were deleted
 * @throws CrosslinkError of the store, or `settings_invalid`
 */
export async function pruneInbox(store: Store, tenant: string, now = Date.now()): Promise<number> {
	if (!takesTurn(store, tenant, now)) return 0;
	const before = new Date(now - (await inboxDaysOf(store, tenant)) * DAY_MS);
	const deleted = await store.inbox.prune(tenant, before, STEP);
	if (deleted === STEP) endPause(store, tenant);
	return deleted;
}

/**
 * The same for every tenant of an integration, for an ingress that takes in the events of all of them.
 * @param tenant the ingress's own, which may have no configuration
 */
export async function pruneInboxes(
	store: Store,
	integration: string,
	tenant: string,
	now = Date.now(),
): Promise<number> {
	const turn = `${ALL_TENANTS} ${integration}`;
	if (!takesTurn(store, turn, now)) return 0;
	let deleted = await pruneInbox(store, tenant, now);
	let goesOn = deleted === STEP;
	let afterTenant: string | undefined;
	for (;;) {
		const rows = await store.configs.page(integration, { afterTenant, limit: TENANTS_A_PAGE });
		for (const row of rows) {
			if (row.tenant === tenant || row.tenant === ALL_TENANTS) continue;
			const count = await pruneInbox(store, row.tenant, now);
			goesOn ||= count === STEP;
			deleted += count;
		}
		if (rows.length < TENANTS_A_PAGE) break;
		afterTenant = rows.at(-1)?.tenant;
	}
	if (goesOn) endPause(store, turn);
	return deleted;
}

async function inboxDaysOf(store: Store, tenant: string): Promise<number> {
	const [rows, siteRows] = await Promise.all([store.configs.getMany(tenant), store.configs.getMany(ALL_TENANTS)]);
	const integrations = new Set([...rows, ...siteRows].map(({ integration }) => integration));
	const ofEach = await Promise.all(
		[...integrations].map(async (integration) => {
			const of = (candidates: typeof rows) => candidates.find((row) => row.integration === integration);
			const site = await siteInput(of(siteRows), integration);
			return effectiveSettings(site, await parseSettings(of(rows)?.settings, integration)).inboxDays;
		}),
	);
	return ofEach.length === 0 ? effectiveSettings().inboxDays : Math.max(...ofEach);
}

/** Notes the pause before the work: a second caller meanwhile has nothing to do. */
function takesTurn(store: Store, name: string, now: number): boolean {
	const ofStore = pauses.get(store) ?? new Map<string, number>();
	pauses.set(store, ofStore);
	if ((ofStore.get(name) ?? 0) > now) return false;
	ofStore.set(name, now + PAUSE_MS);
	return true;
}

function endPause(store: Store, name: string): void {
	pauses.get(store)?.delete(name);
}
