import { invalid, notFound } from '../http/vendor-error';
import { stockLabels } from './association-types';
import type { CrmState } from './crm-state';
import { mergeRecords } from './merge';
import { OBJECT_TYPES, objectTypeOf, type ObjectName, type ObjectType } from './object-types';
import type { PropertyDefinition } from './property-definition';
import { stockProperty } from './property-definition';
import type { Actor, CrmRecord } from './record';

/** `user`: a person in the CRM's own pages. `integration`: our app. A number: another app with that id. */
export type By = 'user' | 'integration' | number;

/** A record as tests and the page look at it. */
export interface AccountRecord {
	id: string;
	object: ObjectName;
	/** Set values only. */
	properties: Record<string, string>;
	createdAt: Date;
	updatedAt: Date;
	archived: boolean;
	mergedIds: string[];
}

export interface AccountLink {
	object: ObjectName;
	id: string;
	labels: string[];
}

/** In-process access to the account behind the stand-in: to arrange a situation and to look at what came of it. */
export class Account {
	constructor(private readonly state: CrmState) {}

	/** How long a write stays invisible to search, in milliseconds. */
	get indexDelayMs(): number {
		return this.state.indexDelayMs;
	}

	set indexDelayMs(delay: number) {
		this.state.indexDelayMs = delay;
	}

	list(object: string, archived = false): AccountRecord[] {
		return this.state.records.list(objectTypeOf(object), archived).map(shown);
	}

	/** Live or archived; undefined when there is none, also for ids merged away. */
	get(object: string, id: string): AccountRecord | undefined {
		const record = this.state.records.find(objectTypeOf(object), id);
		return record && shown(record);
	}

	/** Live records whose property has exactly this value. */
	find(object: string, property: string, value: string): AccountRecord[] {
		return this.list(object).filter((record) => record.properties[property] === value);
	}

	create(object: string, properties: Record<string, string>, { by = 'user' as By } = {}): AccountRecord {
		const { records } = this.state;
		const prepared = records.prepareCreate(objectTypeOf(object), new Map(Object.entries(properties)));
		return shown(records.apply(prepared, this.actor(by)));
	}

	/** Changes values as the vendor would store them; '' clears. */
	edit(object: string, id: string, properties: Record<string, string>, { by = 'user' as By } = {}): AccountRecord {
		const { records } = this.state;
		const prepared = records.prepareUpdate(this.live(object, id), new Map(Object.entries(properties)));
		return shown(records.apply(prepared, this.actor(by)));
	}

	/** Moves the modification time although no visible value changes. */
	touch(object: string, id: string, { by = 'user' as By } = {}): void {
		this.state.records.touch(this.live(object, id), this.actor(by));
	}

	/** Puts the record into the recycle bin. */
	archive(object: string, id: string, { by = 'user' as By } = {}): void {
		this.state.records.archive(this.live(object, id), this.actor(by));
	}

	restore(object: string, id: string, { by = 'user' as By } = {}): void {
		const record = this.state.records.find(objectTypeOf(object), id);
		if (!record?.archived) throw notFound(`${object} ${id} is not in the recycle bin`);
		this.state.records.restore(record, this.actor(by));
	}

	/** The survivor: the primary record, or with `newId` a record of a new id that answers for both. */
	merge(object: string, primaryId: string, mergedId: string, { newId = false, by = 'user' as By } = {}): AccountRecord {
		return shown(mergeRecords(this.state, objectTypeOf(object), primaryId, mergedId, this.actor(by), newId));
	}

	associations(object: string, id: string): AccountLink[] {
		const links = this.state.associations.of({ type: objectTypeOf(object), id });
		return links.map((link) => ({
			object: link.toType.name,
			id: link.toId,
			labels: link.labels.flatMap(({ label }) => (label === null ? [] : [label])),
		}));
	}

	associate(from: string, fromId: string, to: string, toId: string, { by = 'user' as By } = {}): void {
		const [one, other] = [this.live(from, fromId), this.live(to, toId)];
		if (stockLabels(one.type, other.type).length === 0) throw invalid(`${from} cannot be associated with ${to}`);
		this.state.associations.addDefault(one, other, this.actor(by));
	}

	dissociate(from: string, fromId: string, to: string, toId: string, { by = 'user' as By } = {}): void {
		const other = { type: objectTypeOf(to), id: toId };
		this.state.associations.remove({ type: objectTypeOf(from), id: fromId }, other, this.actor(by));
	}

	properties(object: string): PropertyDefinition[] {
		return this.state.catalog.list(objectTypeOf(object).name);
	}

	/** Adds a custom text property, as an administrator would. */
	addProperty(object: string, name: string, more: Partial<PropertyDefinition> = {}): PropertyDefinition {
		const type = objectTypeOf(object);
		const group = this.state.catalog.groups(type.name)[0]?.name ?? '';
		const free = { archivable: true, readOnlyDefinition: false, readOnlyValue: false };
		const definition = { ...stockProperty(group, name, name), hubspotDefined: false, modificationMetadata: free };
		return this.state.catalog.create(type.name, { ...definition, ...more });
	}

	/** Objects that the account knows. */
	get objects(): ObjectName[] {
		return Object.values(OBJECT_TYPES).map((type: ObjectType) => type.name);
	}

	private live(object: string, id: string): CrmRecord {
		const record = this.state.records.find(objectTypeOf(object), id);
		if (!record || record.archived) throw notFound(`There is no live record ${id} in ${object}`);
		return record;
	}

	private actor(by: By): Actor {
		if (by === 'user') {
			const userId = this.state.owners[0]?.userId ?? 0;
			return { source: 'CRM_UI', sourceId: `userId:${userId}`, userId };
		}
		return { source: 'INTEGRATION', sourceId: String(by === 'integration' ? this.state.appId : by) };
	}
}

const shown = (record: CrmRecord): AccountRecord => ({
	id: record.id,
	object: record.type.name,
	properties: Object.fromEntries(record.properties),
	createdAt: new Date(record.createdAt),
	updatedAt: new Date(record.updatedAt),
	archived: record.archived,
	mergedIds: [...record.mergedIds],
});
