import type { AdapterModule, EntityBinding } from '../adapters/adapter';
import type { LinkTableSpec, Store } from '../store/store';

/**
 * Link tables for every entity of the mapping. The columns are those of the adapter, not of one tenant's mapping:
 * all tenants share the table. Your own system has none: its ids are the local ids.
 */
export function linkTableSpecs(
	module: Pick<AdapterModule, 'entities' | 'ownSystem'>,
	bindings: ReadonlyMap<string, EntityBinding>,
): LinkTableSpec[] {
	if (module.ownSystem === true) return [];
	return [...bindings].map(([entity, { localTable }]) => ({
		entity,
		...(localTable !== undefined && { localTable }),
		columns: module.entities.find((known) => known.entity === entity)?.linkColumns.map(({ column }) => column) ?? [],
	}));
}

/** Tables made by this process, by integration and entity, so that a site that lives by its environment alone pays for the look once. */
const made = new WeakMap<Store, Set<string>>();

/** Makes the link tables unless this process already has, over this store. */
export async function ensureLinkTables(
	store: Store,
	module: Pick<AdapterModule, 'integration' | 'entities' | 'ownSystem'>,
	bindings: ReadonlyMap<string, EntityBinding>,
): Promise<void> {
	const known = made.get(store) ?? new Set<string>();
	const specs = linkTableSpecs(module, bindings);
	const names = specs.map(({ entity, localTable = '' }) => `${module.integration} ${entity} ${localTable}`);
	if (names.every((name) => known.has(name))) return;
	await store.createLinkTables(module.integration, specs);
	for (const name of names) known.add(name);
	made.set(store, known);
}
