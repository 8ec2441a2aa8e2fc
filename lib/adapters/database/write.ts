import { canonicalJson } from '../../canonical-json';
import { asCrosslinkError, type CrosslinkError } from '../../errors';
import type { EntityBinding, ExternalRecord, Fields, UpsertRecord, UpsertResult } from '../adapter';
import { WRITE_ROWS } from './limits';
import { commitUnknown, MOVED, recordGone, recordMoved, UNIQUE } from './write-errors';

/** What one transaction can do with the rows of a table; each kind of database has its own. */
export interface RowTransaction {
	/** The row with this id, which nobody else can change until the transaction ends. */
	lock(id: string): Promise<ExternalRecord | undefined>;
	/** The same by a column with unique values. @throws CrosslinkError `rejected`, `key_not_unique` */
	lockByKey(column: string, value: string): Promise<ExternalRecord | undefined>;
	update(id: string, fields: Fields): Promise<void>;
	/** @returns the new row's id */
	insert(fields: Fields): Promise<string>;
	/** Runs `work`; what it did is undone when it throws, and the transaction goes on. */
	alone<T>(work: () => Promise<T>): Promise<T>;
	/** Rows as they are, by id. */
	read(ids: string[]): Promise<Map<string, ExternalRecord>>;
}

/** The way to the rows of one table. */
export interface RowStore {
	/**
	 * Runs `work` in a transaction, again after a deadlock or a connection that broke before the commit.
	 * @param columns that rows come with
	 * @throws CrosslinkError `unknown`, `commit_unknown`, when the connection broke in the commit
	 */
	writing<T>(columns: string[], work: (rows: RowTransaction) => Promise<T>): Promise<T>;
	/** Rows as they are now, outside of any transaction of ours, by id. */
	read(ids: string[], columns: string[]): Promise<Map<string, ExternalRecord>>;
}

/** How often a batch is written after it has been seen that a broken commit had not come through. */
const TRIES = 3;

/**
 * Writes rows, {@link WRITE_ROWS} in a transaction: those with an id are updated, the others found by their key or made.
 *
 * - A refused row leaves the others done.
 * - `onlyIf` is looked at while the row is locked, so that no edit can come between the look and the write.
 * - When the connection breaks in the commit, the rows are read: they tell whether it came through.
 * - Result fields are the written ones, as the table has them after its triggers.
 */
export async function upsertRows(
	store: RowStore,
	binding: EntityBinding,
	records: UpsertRecord[],
): Promise<UpsertResult[]> {
	const results = new Map<UpsertRecord, UpsertResult>();
	let halted: CrosslinkError | undefined;
	for (let from = 0; from < records.length; from += WRITE_ROWS) {
		const batch = records.slice(from, from + WRITE_ROWS);
		try {
			if (halted !== undefined) throw halted;
			for (const [record, result] of await writeBatch(store, binding, batch)) results.set(record, result);
		} catch (thrown) {
			// What concerns the connection concerns every further batch, too.
			halted = asCrosslinkError(thrown);
			for (const record of batch) results.set(record, { ref: record.ref, ok: false, error: halted });
		}
	}
	return records.map((record) => results.get(record) as UpsertResult);
}

/** One record's write as it would be once committed. */
interface Written {
	record: UpsertRecord;
	id: string;
	created: boolean;
	before: ExternalRecord | undefined;
	after: ExternalRecord | undefined;
}

async function writeBatch(
	store: RowStore,
	binding: EntityBinding,
	batch: UpsertRecord[],
): Promise<Map<UpsertRecord, UpsertResult>> {
	const columns = columnsOf(batch);
	const results = new Map<UpsertRecord, UpsertResult>();
	let open = batch;
	for (let tries = 1; open.length > 0; tries++) {
		let written: Written[] = [];
		try {
			await store.writing(columns, async (rows) => {
				written = [];
				for (const record of inLockOrder(open)) {
					try {
						written.push(await rows.alone(() => writeOne(rows, binding, record)));
					} catch (thrown) {
						const error = asCrosslinkError(thrown);
						if (!concernsOneRow(error)) throw error;
						results.set(record, { ref: record.ref, ok: false, error });
					}
				}
				const after = await rows.read(written.map(({ id }) => id));
				for (const one of written) one.after = after.get(one.id);
			});
			for (const one of written) results.set(one.record, resultOf(binding, one));
			return results;
		} catch (thrown) {
			const error = asCrosslinkError(thrown);
			if (error.code !== COMMIT_UNKNOWN) throw error;
			open = await lookUp(store, binding, columns, written, results, error, tries < TRIES);
		}
	}
	return results;
}

/** What has become of writes whose commit was not answered; those that did not come through are returned. */
async function lookUp(
	store: RowStore,
	binding: EntityBinding,
	columns: string[],
	written: Written[],
	results: Map<UpsertRecord, UpsertResult>,
	error: CrosslinkError,
	again: boolean,
): Promise<UpsertRecord[]> {
	const now = await store.read(
		written.map(({ id }) => id),
		columns,
	);
	const open: UpsertRecord[] = [];
	for (const one of written) {
		const found = now.get(one.id);
		if (found !== undefined && isSame(found, one.after)) results.set(one.record, resultOf(binding, one));
		else if (again && isSame(found, one.before)) open.push(one.record);
		else results.set(one.record, { ref: one.record.ref, ok: false, error: commitUnknown(binding, one.id, error) });
	}
	return open;
}

async function writeOne(rows: RowTransaction, binding: EntityBinding, record: UpsertRecord): Promise<Written> {
	const { externalId, key, fields, onlyIf } = record;
	if (externalId !== undefined) {
		const before = await rows.lock(externalId);
		if (before === undefined) throw recordGone(binding, externalId);
		if (onlyIf !== undefined && !isAsRead(before, onlyIf)) throw recordMoved(binding, externalId);
		await rows.update(externalId, fields);
		return { record, id: externalId, created: false, before, after: undefined };
	}
	const found = await rows.lockByKey(key.field, key.value);
	if (found !== undefined) return await overwrite(rows, record, found);
	try {
		const id = await rows.alone(() =>
			rows.insert({ ...binding.onCreate, ...fields, [key.field]: fields[key.field] ?? key.value }),
		);
		return { record, id, created: true, before: undefined, after: undefined };
	} catch (thrown) {
		// Somebody may have made the row since we looked; any other unique column has another row's value.
		const made = asCrosslinkError(thrown).code === UNIQUE ? await rows.lockByKey(key.field, key.value) : undefined;
		if (made === undefined) throw thrown;
		return await overwrite(rows, record, made);
	}
}

async function overwrite(rows: RowTransaction, record: UpsertRecord, before: ExternalRecord): Promise<Written> {
	await rows.update(before.externalId, record.fields);
	return { record, id: before.externalId, created: false, before, after: undefined };
}

function resultOf(binding: EntityBinding, { record, id, created, after }: Written): UpsertResult {
	if (after === undefined) return { ref: record.ref, ok: false, error: recordGone(binding, id) };
	const names = new Set(Object.keys(record.fields));
	const fields = Object.fromEntries(Object.entries(after.fields).filter(([name]) => names.has(name)));
	return { ref: record.ref, ok: true, created, record: { ...after, fields } };
}

const COMMIT_UNKNOWN = 'commit_unknown';

/** Rows in one order for everybody, so that two batches do not wait for each other; one row's writes keep theirs. */
function inLockOrder(records: UpsertRecord[]): UpsertRecord[] {
	const name = ({ externalId, key }: UpsertRecord): string => externalId ?? key.value;
	return records.toSorted((one, other) => (name(one) < name(other) ? -1 : Number(name(one) > name(other))));
}

/** A column's time may be too coarse to tell two edits of one moment apart; their values do. */
function isAsRead(now: ExternalRecord, { version, fields }: Pick<ExternalRecord, 'version' | 'fields'>): boolean {
	if (now.version !== version) return false;
	return Object.entries(fields).every(
		([name, value]) =>
			!Object.hasOwn(now.fields, name) || canonicalJson(now.fields[name] ?? null) === canonicalJson(value),
	);
}

function isSame(one: ExternalRecord | undefined, other: ExternalRecord | undefined): boolean {
	if (one === undefined || other === undefined) return one === other;
	return one.version === other.version && canonicalJson(one.fields) === canonicalJson(other.fields);
}

function concernsOneRow({ class: errorClass, code }: CrosslinkError): boolean {
	return errorClass === 'rejected' || code === MOVED || code === 'row_locked';
}

function columnsOf(batch: UpsertRecord[]): string[] {
	return [
		...new Set(batch.flatMap(({ fields, onlyIf }) => [...Object.keys(fields), ...Object.keys(onlyIf?.fields ?? {})])),
	];
}
