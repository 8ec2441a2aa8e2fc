/** How a field is stored, whatever form it was sent in. */
export type FieldKind = 'text' | 'number' | 'phone' | 'email';

export interface RemoteRecord {
	id: string;
	object: string;
	/** Set values only, as stored. */
	fields: Map<string, string>;
	version: number;
	modifiedAt: number;
	indexedAt: number;
	archived: boolean;
	mergedIds: string[];
	/** Per field the version of a person's last edit. */
	edited: Map<string, number>;
}

export class RefusedValue extends Error {}
export class GoneRecord extends Error {}

/**
 * The records of a simulated vendor, as HubSpot keeps them: everything is text and stored in the vendor's own form, an empty
 * value clears, one field is unique, records are archived or merged away. No network and no faults; those are the wire's.
 */
export class Remote {
	readonly records = new Map<string, RemoteRecord>();
	/** Merged id -> id of the record it became part of. */
	private readonly survivors = new Map<string, string>();
	private readonly links = new Set<string>();
	private lastId = 1_000;
	private lastVersion = 0;
	indexingDelayMs = 0;

	constructor(
		private readonly kinds: Readonly<Record<string, FieldKind>>,
		private readonly keyField: string,
		private readonly now: () => number,
	) {}

	/** As stored; undefined = empty. Throws what the vendor would refuse. */
	stored(field: string, value: string): string | undefined {
		const text = value.trim();
		if (text === '') return undefined;
		switch (this.kinds[field]) {
			case undefined:
				throw new RefusedValue(`there is no field ${field}`);
			case 'text':
				return text;
			case 'email':
				return text.toLowerCase();
			case 'phone':
				return (text.startsWith('+') ? '+' : '') + text.replace(/\D/g, '');
			case 'number': {
				const number = Number(text);
				if (!Number.isFinite(number)) throw new RefusedValue(`${field} is not a number`);
				return String(Math.round(number * 100) / 100);
			}
		}
	}

	/** Follows merges; undefined = archived or never there. */
	live(object: string, id: string): RemoteRecord | undefined {
		const record = this.records.get(this.survivorOf(id));
		return record && record.object === object && !record.archived ? record : undefined;
	}

	survivorOf(id: string): string {
		let current = id;
		for (let next = this.survivors.get(current); next !== undefined; next = this.survivors.get(current)) current = next;
		return current;
	}

	byKey(object: string, value: string): RemoteRecord | undefined {
		return this.list(object).find((record) => record.fields.get(this.keyField) === value);
	}

	list(object: string): RemoteRecord[] {
		return [...this.records.values()].filter((record) => record.object === object && !record.archived);
	}

	create(object: string, values: Record<string, string>, by: 'app' | 'person'): RemoteRecord {
		const prepared = this.prepare(values);
		const id = String(++this.lastId);
		const record: RemoteRecord = {
			id,
			object,
			fields: new Map(),
			version: 0,
			modifiedAt: 0,
			indexedAt: 0,
			archived: false,
			mergedIds: [],
			edited: new Map(),
		};
		this.records.set(id, record);
		this.apply(record, prepared, by);
		return record;
	}

	update(record: RemoteRecord, values: Record<string, string>, by: 'app' | 'person'): void {
		this.apply(record, this.prepare(values), by);
	}

	archive(record: RemoteRecord): void {
		record.archived = true;
		this.touch(record);
	}

	restore(record: RemoteRecord): void {
		record.archived = false;
		this.touch(record);
	}

	/** The loser is part of the winner from here on; what the winner lacks comes from the loser. */
	merge(winner: RemoteRecord, loser: RemoteRecord, newId: boolean): RemoteRecord {
		this.records.delete(loser.id);
		const survivor = newId ? { ...winner, id: String(++this.lastId) } : winner;
		if (newId) {
			this.records.delete(winner.id);
			this.survivors.set(winner.id, survivor.id);
			survivor.mergedIds = [...winner.mergedIds, winner.id];
			this.records.set(survivor.id, survivor);
		}
		this.survivors.set(loser.id, survivor.id);
		this.moveLinks(loser.id, survivor.id);
		if (newId) this.moveLinks(winner.id, survivor.id);
		survivor.mergedIds = [...survivor.mergedIds, ...loser.mergedIds, loser.id];
		this.touch(survivor);
		for (const [field, value] of loser.fields) {
			if (survivor.fields.has(field)) continue;
			survivor.fields.set(field, value);
			if (field !== this.keyField) survivor.edited.set(field, survivor.version);
		}
		return survivor;
	}

	associate(from: string, to: string, add: boolean): void {
		if (add) this.links.add(`${from}>${to}`);
		else this.links.delete(`${from}>${to}`);
	}

	associated(from: string): string[] {
		return [...this.links].filter((link) => link.startsWith(`${from}>`)).map((link) => link.slice(from.length + 1));
	}

	private moveLinks(from: string, to: string): void {
		for (const other of this.associated(from)) {
			this.associate(from, other, false);
			this.associate(to, other, true);
		}
	}

	private prepare(values: Record<string, string>): Array<[string, string | undefined]> {
		return Object.entries(values).map(([field, value]) => [field, this.stored(field, value)]);
	}

	private apply(record: RemoteRecord, values: Array<[string, string | undefined]>, by: 'app' | 'person'): void {
		this.touch(record);
		for (const [field, value] of values) {
			if (value === undefined) record.fields.delete(field);
			else record.fields.set(field, value);
			if (by === 'person') record.edited.set(field, record.version);
		}
	}

	private touch(record: RemoteRecord): void {
		record.version = ++this.lastVersion;
		record.modifiedAt = this.now();
		record.indexedAt = record.modifiedAt + this.indexingDelayMs;
	}
}
