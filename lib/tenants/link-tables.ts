import type { AdapterModule, EntityBinding } from '../adapters/adapter';
import type { LinkTableSpec, Store } from '../store/store';

/**
 * Link tables for every entity of the mapping. The columns are those of the adapter, not of one tenant's mapping:
 * all tenants share the table.
 */
export function linkTableSpecs(
	module: Pick<AdapterModule, 'entities'>,
	bindings: ReadonlyMap<string, EntityBinding>,
): LinkTableSpec[] {
	return [...bindings.keys()].map((entity) => ({
		entity,
		columns: module.entities.find((known) => known.entity === entity)?.linkColumns.map(({ column }) => column) ?? [],
	}));
}

/** Tables made by this process, so that a site that lives by its environment alone pays for the look once. */
const made = new WeakMap<Store, Set<string>>();

/** Makes the link tables unless this process already has, over this store. */
export async function ensureLinkTables(
	store: Store,
	module: Pick<AdapterModule, 'integration' | 'entities'>,
	bindings: ReadonlyMap<string, EntityBinding>,
): Promise<void> {
	const known = made.get(store) ?? new Set<string>();
	if (known.has(module.integration)) return;
	await store.createLinkTables(module.integration, linkTableSpecs(module, bindings));
	made.set(store, known.add(module.integration));
}
