import type { Fields, FieldValue } from '../../lib/adapters/adapter';
import { valueAt, withValueAt } from '../../lib/sync/fields';

export interface LocalRecord {
	id: string;
	fields: Fields;
	/** Moves with every write. */
	version: number;
	modifiedAt: number;
	deleted: boolean;
}

/** Your system: records with fields, and an update that is refused when the record has moved since it was read. */
export class Local {
	readonly records = new Map<string, LocalRecord>();

	constructor(private readonly now: () => number) {}

	create(id: string): LocalRecord {
		const record = { id, fields: {}, version: 1, modifiedAt: this.now(), deleted: false };
		this.records.set(id, record);
		return record;
	}

	/** `undefined` takes the field away. */
	edit(record: LocalRecord, path: string, value: FieldValue | undefined): void {
		record.fields = value === undefined ? without(record.fields, path) : withValueAt(record.fields, path, value);
		this.touch(record);
	}

	/** `UPDATE … WHERE id = … AND version = …`: false when somebody was faster. */
	updateIf(record: LocalRecord, version: number, patch: Fields): boolean {
		if (record.version !== version || record.deleted) return false;
		record.fields = merged(record.fields, patch);
		this.touch(record);
		return true;
	}

	delete(record: LocalRecord): void {
		record.deleted = true;
		this.touch(record);
	}

	private touch(record: LocalRecord): void {
		record.version++;
		record.modifiedAt = this.now();
	}
}

function without(fields: Fields, path: string): Fields {
	const [head = '', ...rest] = path.split('.');
	if (rest.length === 0) {
		const { [head]: _taken, ...others } = fields;
		return others;
	}
	const inner = valueAt(fields, head);
	return inner === undefined ? fields : { ...fields, [head]: without(inner as Fields, rest.join('.')) };
}

function merged(into: Fields, patch: Fields): Fields {
	const result = { ...into };
	for (const [name, value] of Object.entries(patch)) {
		const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
		result[name] = nested ? merged((result[name] ?? {}) as Fields, value as Fields) : value;
	}
	return result;
}
