import { RequestProblem } from './problem';
import type { Precondition } from './precondition';
import type { Entity, RecordOf, Stamp } from './records';

export interface ListQuery {
	/** Only these; unknown ids are left out. */
	ids?: string[];
	/** Only records changed at or after this moment. */
	updatedSince?: Date;
	limit: number;
	/** Id of the last record of the page before. */
	after?: string;
}

export interface ListPage<R> {
	results: R[];
	/** Hand it to the next call; null = that was the last page. */
	after: string | null;
}

/** Sorts `99` before `100`, and `c-2` before `c-10`. */
const byId = new Intl.Collator('en', { numeric: true });

/** The records of one entity, in memory, by id. Hands out copies, so that nobody changes a record behind its back. */
export class RecordTable<E extends Entity> {
	private readonly records = new Map<string, RecordOf[E]>();

	constructor(
		private readonly entity: E,
		private readonly now: () => Date,
		private readonly onChange: (id: string) => void,
	) {}

	ids(): string[] {
		return [...this.records.keys()].sort(byId.compare);
	}

	has(id: string): boolean {
		return this.records.has(id);
	}

	/** Throws a 404. */
	get(id: string): RecordOf[E] {
		const record = this.records.get(id);
		if (!record) throw new RequestProblem(404, 'not_found', `There is no ${this.entity} ${id}.`);
		return structuredClone(record);
	}

	list(query: ListQuery): ListPage<RecordOf[E]> {
		const wanted = query.ids && new Set(query.ids);
		const since = query.updatedSince?.toISOString();
		const matching = this.ids()
			.filter((id) => query.after === undefined || byId.compare(id, query.after) > 0)
			.filter((id) => wanted === undefined || wanted.has(id))
			.map((id) => this.get(id))
			.filter((record) => since === undefined || record.updatedAt >= since);
		const results = matching.slice(0, query.limit);
		return { results, after: matching.length > query.limit ? (results.at(-1)?.id ?? null) : null };
	}

	/** Puts a record in as it is, without telling anyone. */
	load(record: RecordOf[E]): void {
		this.records.set(record.id, structuredClone(record));
	}

	/** Throws a 409 when the id is taken. */
	add(record: Omit<RecordOf[E], Stamp>, by: string): RecordOf[E] {
		if (this.records.has(record.id)) {
			throw new RequestProblem(409, 'exists', `There is a ${this.entity} ${record.id} already.`, 'id');
		}
		const added = { ...record, version: 1, updatedAt: this.now().toISOString(), updatedBy: by } as RecordOf[E];
		this.records.set(record.id, structuredClone(added));
		this.onChange(record.id);
		return added;
	}

	/**
	 * Changes the given fields only; `custom_fields` is merged key by key. A patch that changes nothing moves no
	 * `version` or `updatedAt` and tells nobody. Throws a 404, or a 412 when the record is not as `condition` wants it.
	 */
	patch(id: string, patch: object, by: string, condition?: Precondition): RecordOf[E] {
		const before = this.get(id);
		if (condition && !condition(before.version)) throw this.movedOn(before);
		const merged: RecordOf[E] = { ...before, ...patch };
		if ('custom_fields' in before && 'custom_fields' in patch) {
			Object.assign(merged, { custom_fields: { ...before.custom_fields, ...(patch.custom_fields as object) } });
		}
		// Records are plain JSON, and a merge keeps the order of keys that are there already.
		if (JSON.stringify(merged) === JSON.stringify(before)) return before;
		const changed = { ...merged, version: before.version + 1, updatedAt: this.now().toISOString(), updatedBy: by };
		this.records.set(id, structuredClone(changed));
		this.onChange(id);
		return changed;
	}

	private movedOn({ id, version, updatedAt, updatedBy }: RecordOf[E]): RequestProblem {
		const message =
			`The ${this.entity} ${id} has changed since you read it: it has version ${version} now, ` +
			`of ${updatedAt} by ${updatedBy}. Read it again, then decide what to write.`;
		return new RequestProblem(412, 'changed_meanwhile', message);
	}
}
