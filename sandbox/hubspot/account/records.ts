import type { VendorError } from '../http/vendor-error';
import { computedValues } from './computed';
import type { CrmEvent } from './events';
import type { ObjectName, ObjectType } from './object-types';
import { indexRecord, type Actor, type CrmRecord } from './record';
import { checkedValues, checkRequired, checkStage, uniqueClash, type CheckRules } from './write-check';

/** A write that passed every check and cannot fail any more: a batch prepares all, then applies all. */
export interface PreparedWrite {
	type: ObjectType;
	record?: CrmRecord;
	values: Map<string, string>;
}

/** Unique values taken by earlier inputs of the same batch: `property value` to the record id or a placeholder. */
export type Claims = Map<string, string>;

const NOTHING: ReadonlyMap<string, string> = new Map();

/** The records of the account with their unique values, histories and search versions. */
export class Records {
	private readonly tables: Record<ObjectName, Map<string, CrmRecord>> = {
		deals: new Map(),
		companies: new Map(),
		contacts: new Map(),
	};
	private readonly unique = new Map<string, string>();
	private readonly survivors = new Map<string, string>();
	private readonly nextId = new Map<ObjectName, number>();

	constructor(
		private readonly rules: CheckRules,
		private readonly now: () => number,
		private readonly indexDelayMs: () => number,
		private readonly emit: (event: CrmEvent) => void,
	) {}

	/** Live or archived records in the order of their ids. */
	list(type: ObjectType, archived = false): CrmRecord[] {
		return this.all(type).filter((record) => record.archived === archived);
	}

	/** Live and archived records in the order of their ids. */
	all(type: ObjectType): CrmRecord[] {
		return [...this.tables[type.name].values()];
	}

	find(type: ObjectType, id: string): CrmRecord | undefined {
		return this.tables[type.name].get(id);
	}

	findUnique(type: ObjectType, property: string, value: string): CrmRecord | undefined {
		const id = this.unique.get(uniqueKey(type, property, normalKey(property, value)));
		return id === undefined ? undefined : this.find(type, id);
	}

	/** The id that answers for this one after merges; the id itself when it was never merged. */
	survivorOf(id: string): string {
		let current = id;
		for (let next = this.survivors.get(current); next !== undefined; next = this.survivors.get(current)) current = next;
		return current;
	}

	prepareCreate(type: ObjectType, given: ReadonlyMap<string, string>, claims: Claims = new Map()): PreparedWrite {
		const values = checkedValues(type, given, this.rules);
		checkRequired(type, values);
		checkStage(values, NOTHING, this.rules);
		this.checkUnique(type, values, undefined, claims);
		return { type, values };
	}

	prepareUpdate(record: CrmRecord, given: ReadonlyMap<string, string>, claims: Claims = new Map()): PreparedWrite {
		const values = checkedValues(record.type, given, this.rules);
		checkStage(values, record.properties, this.rules);
		this.checkUnique(record.type, values, record, claims);
		return { type: record.type, record, values };
	}

	apply({ type, record: existing, values }: PreparedWrite, actor: Actor): CrmRecord {
		const record = existing ?? this.blank(type, actor);
		this.write(record, values, actor);
		return record;
	}

	/** Moves the modification time and nothing else, as hidden and internal properties do. */
	touch(record: CrmRecord, actor: Actor): void {
		this.write(record, new Map(), actor);
	}

	archive(record: CrmRecord, actor: Actor): void {
		if (record.archived) return;
		record.archived = true;
		record.archivedAt = this.now();
		this.releaseUnique(record);
		this.index(record);
		this.emit({ kind: 'deletion', type: record.type, actor, at: record.archivedAt, id: record.id });
	}

	restore(record: CrmRecord, actor: Actor): void {
		if (!record.archived) return;
		const claims: Claims = new Map();
		this.checkUnique(record.type, record.properties, record, claims);
		record.archived = false;
		delete record.archivedAt;
		for (const [name, value] of record.properties) this.claimUnique(record, name, value);
		this.emit({ kind: 'restore', type: record.type, actor, at: this.now(), id: record.id });
		this.write(record, new Map(), actor);
	}

	/** Takes a record out for good: from now on its id leads to the survivor. */
	absorb(record: CrmRecord, survivorId: string): void {
		this.releaseUnique(record);
		this.tables[record.type.name].delete(record.id);
		this.survivors.set(record.id, survivorId);
	}

	/** Writes checked values, and system values that no caller may set. */
	write(record: CrmRecord, values: ReadonlyMap<string, string>, actor: Actor): void {
		const at = this.now();
		for (const [name, value] of values) this.set(record, name, value, actor, at, true);
		for (const [name, value] of computedValues(record, this.rules.pipelines)) {
			this.set(record, name, value, actor, at, false);
		}
		record.updatedAt = at;
		// Also when no value changed: the vendor moves it for writes that change nothing visible.
		this.set(record, record.type.modifiedProperty, new Date(at).toISOString(), actor, at, false);
		this.index(record);
	}

	private set(record: CrmRecord, name: string, value: string, actor: Actor, at: number, heard: boolean): void {
		const before = record.properties.get(name) ?? '';
		if (before === value) return;
		this.unique.delete(uniqueKey(record.type, name, before));
		if (value === '') record.properties.delete(name);
		else record.properties.set(name, value);
		this.claimUnique(record, name, value);
		const entry = {
			value,
			timestamp: new Date(at).toISOString(),
			sourceType: actor.source,
			sourceId: actor.sourceId,
			...(actor.userId === undefined ? {} : { updatedByUserId: actor.userId }),
		};
		record.history.set(name, [entry, ...(record.history.get(name) ?? [])]);
		if (heard)
			this.emit({ kind: 'propertyChange', type: record.type, actor, at, id: record.id, property: name, value });
	}

	private blank(type: ObjectType, actor: Actor): CrmRecord {
		const number = this.nextId.get(type.name) ?? type.firstId;
		this.nextId.set(type.name, number + 1);
		const at = this.now();
		const id = String(number);
		const record: CrmRecord = {
			id,
			type,
			properties: new Map(),
			history: new Map(),
			archived: false,
			createdAt: at,
			updatedAt: at,
			mergedIds: [],
			index: [],
		};
		this.tables[type.name].set(id, record);
		this.emit({ kind: 'creation', type, actor, at, id });
		const createdAt = new Date(at).toISOString();
		for (const [name, value] of [
			['hs_object_id', id],
			['createdate', createdAt],
			['hs_createdate', createdAt],
			['hs_object_source', actor.source],
			['hs_object_source_id', actor.sourceId],
		] as const) {
			this.set(record, name, value, actor, at, false);
		}
		return record;
	}

	private checkUnique(
		type: ObjectType,
		values: ReadonlyMap<string, string>,
		own: CrmRecord | undefined,
		claims: Claims,
	) {
		for (const [name, value] of values) {
			if (value === '' || !this.rules.catalog.isUnique(type.name, name)) continue;
			const claim = `${name} ${value}`;
			const holder = this.unique.get(uniqueKey(type, name, value)) ?? claims.get(claim);
			if (holder !== undefined && holder !== own?.id) throw this.clash(type, name, value, own?.id ?? 'new', holder);
			claims.set(claim, own?.id ?? 'another input of this batch');
		}
	}

	private clash(type: ObjectType, name: string, value: string, id: string, holder: string): VendorError {
		return uniqueClash(type, name, value, id, holder, this.rules.portalId);
	}

	private claimUnique(record: CrmRecord, name: string, value: string): void {
		if (value === '' || record.archived || !this.rules.catalog.isUnique(record.type.name, name)) return;
		this.unique.set(uniqueKey(record.type, name, value), record.id);
	}

	private releaseUnique(record: CrmRecord): void {
		for (const [name, value] of record.properties) {
			const key = uniqueKey(record.type, name, value);
			if (this.unique.get(key) === record.id) this.unique.delete(key);
		}
	}

	private index(record: CrmRecord): void {
		indexRecord(record, this.now(), this.indexDelayMs());
	}
}

const uniqueKey = (type: ObjectType, property: string, value: string) => `${type.name} ${property} ${value}`;

const normalKey = (property: string, value: string) =>
	property === 'email' ? value.trim().toLowerCase() : value.trim();
