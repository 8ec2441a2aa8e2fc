import type { LinkRow, Store } from '../store/store';
import { isOwnSystem } from './own-system';

/** Names one record of the other side. */
export interface RecordName {
	tenant: string;
	integration: string;
	entity: string;
	externalId: string;
}

/** The link of a record, or undefined. */
export type LinkOf = (record: RecordName) => LinkRow | undefined;

/** Looks up the links of these records: one statement per tenant, integration and entity. Your own system has none. */
export async function findLinks(store: Store, records: readonly RecordName[]): Promise<LinkOf> {
	const found = new Map<string, Map<string, LinkRow>>();
	for (const [place, group] of groupsOf(records)) {
		const { tenant, integration, entity } = group[0] as RecordName;
		if (isOwnSystem(integration) || !(await hasLinkTable(store, integration, entity))) continue;
		const ids = [...new Set(group.map(({ externalId }) => externalId))];
		found.set(place, await store.links(integration, entity).findByExternalIds(tenant, ids));
	}
	return (record) => found.get(placeOf(record))?.get(record.externalId);
}

function groupsOf(records: readonly RecordName[]): Map<string, RecordName[]> {
	const groups = new Map<string, RecordName[]>();
	for (const record of records) {
		const group = groups.get(placeOf(record));
		if (group === undefined) groups.set(placeOf(record), [record]);
		else group.push(record);
	}
	return groups;
}

function placeOf({ tenant, integration, entity }: RecordName): string {
	return JSON.stringify([tenant, integration, entity]);
}

/** A link table, once made, stays: what was seen is not asked for again. */
const seen = new WeakMap<Store, Map<string, ReadonlySet<string>>>();

async function hasLinkTable(store: Store, integration: string, entity: string): Promise<boolean> {
	const known = seen.get(store) ?? new Map<string, ReadonlySet<string>>();
	seen.set(store, known);
	if (known.get(integration)?.has(entity)) return true;
	const entities = new Set(await store.linkTables(integration));
	known.set(integration, entities);
	return entities.has(entity);
}
