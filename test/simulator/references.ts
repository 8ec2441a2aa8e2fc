import type { EntityBinding, Fields, FieldValue } from '../../lib/adapters/adapter';
import { valueAt } from '../../lib/sync/fields';
import { push } from '../../lib/sync/push';
import type { PushItem } from '../../lib/sync/replication';
import type { LinkRow } from '../../lib/store/store';
import { associationKey } from '../../lib/sync/sent-references';
import type { Site } from './flows';
import type { Random } from './random';
import { KEY_FIELD } from './remote-adapter';
import type { World } from './world';

/** Records that orders refer to: by one id, and by a list. They are made by a flow of their own, sometimes late. */
export const REFERENCES = [
	{ entity: 'company', object: 'companies', field: 'companyId', many: false, ids: ['c1', 'c2', 'c3'] },
	{ entity: 'contact', object: 'contacts', field: 'contactIds', many: true, ids: ['p1', 'p2', 'p3', 'p4'] },
] as const;

export type Reference = (typeof REFERENCES)[number];

/** What the other side calls the only field of the records referred to. */
export const NAME_FIELD = 'xname';

const NAME_RULE = {
	local: 'name',
	external: NAME_FIELD,
	direction: 'push',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
} as const;

export const referredBindings = (): EntityBinding[] =>
	REFERENCES.map(({ entity, object }) => ({
		entity,
		displayName: entity,
		object,
		fields: [{ ...NAME_RULE }],
		associations: [],
		linkColumns: [],
		keyField: KEY_FIELD,
		onDelete: 'ignore',
		onCreate: {},
	}));

/** A few values only, so that they are taken back and set anew all the time. */
export function randomReference(random: Random, { many, ids }: Reference): FieldValue {
	if (!many) return random.chance(0.25) ? null : random.pick(ids);
	return ids.filter(() => random.chance(0.4));
}

/** The field as it was last agreed on; undefined = never. */
export function agreedReference(link: LinkRow | undefined, { field }: Reference): FieldValue | undefined {
	return link?.base?.local[associationKey(field)];
}

/** Brings the records of one entity that orders refer to over to the other side. */
export async function referredFlow(site: Site, { entity, ids }: Reference): Promise<void> {
	const items = ids.map((localId): PushItem => ({ localId, fields: { name: `${entity} ${localId}` } }));
	await push(site.replication(entity), items);
}

/** References at rest: exactly those the record names, and each record referred to made once. */
export async function referenceFaults(world: World, id: string, fields: Fields): Promise<string[]> {
	const faults: string[] = [];
	const record = world.recordOf(id);
	const there = record ? world.remote.associated(record.id) : [];
	for (const { entity, object, field } of REFERENCES) {
		const value = valueAt(fields, field);
		if (value === undefined) continue;
		const wanted = [value].flat().filter((one) => typeof one === 'string');
		const links = await world.linksOf(entity).findByLocalIds(world.tenant, wanted);
		const expected = links.map(({ externalId }) => externalId).sort();
		const found = there.filter((one) => world.remote.records.get(one)?.object === object).sort();
		if (wanted.length !== expected.length || JSON.stringify(expected) !== JSON.stringify(found)) {
			faults.push(
				`${id} ${field}: associated with ${found.join()}, but it names ${wanted.join()} (${expected.join()})`,
			);
		}
	}
	return faults;
}

/** Records referred to that were made more than once. */
export function doubledReferred({ created }: World): string[] {
	const ids = new Set<string>(REFERENCES.flatMap((reference) => reference.ids));
	return [...created].flatMap(([id, made]) => (ids.has(id) && made > 1 ? [`${id}: ${made} records were created`] : []));
}
