import type { Adapter, EntityBinding, ExternalRecord, Fields, UpsertRecord } from '../../lib/adapters/adapter';

/** What the kit needs of a running system (stand-in or real) and the adapter in front of it. */
export interface Harness {
	/** A new adapter over a transport of its own; `refused` = with a credential the system does not take. */
	connect(options?: { signal?: AbortSignal; refused?: boolean }): Adapter;
	/** Values that must be in no error. */
	secrets: string[];
	binding: EntityBinding;
	/** Makes new records in the system itself, in order; for adapters that only read. Others make them by their `upsert`. */
	create?(records: UpsertRecord[]): Promise<ExternalRecord[]>;
	/** Another entity that `binding` can be associated with. */
	related: EntityBinding;
	/** External values of a valid new record, told apart by the number. */
	sample(n: number, binding?: EntityBinding): Fields;
	/** An id in the system's own form, whether or not there is such a record; left out = a GUID. */
	anId?: string;
	/** A text field that may be written and cleared. */
	textField: string;
	/** A value that the system stores in another form. */
	normalised: { field: string; sent: string; stored: string };
	/** A value that the system refuses, for this record alone. */
	refusedValue: Fields;

	remote: {
		/** Live records of the binding's object. */
		count(): number;
		/** Set values of a live record; undefined when there is none. */
		get(externalId: string): Record<string, string> | undefined;
		/** A person's edit. */
		edit(externalId: string, fields: Record<string, string>): void | Promise<void>;
		remove(externalId: string): void | Promise<void>;
		/** Returns the survivor's id. */
		merge(winnerId: string, loserId: string): string;
		/** Ids of related records. */
		associated(externalId: string): string[];
	};
	wire: {
		/** Calls that arrived. */
		calls(): number;
		/** Inputs of the largest batch call that arrived. */
		largestBatch(): number;
		clear(): void;
	};
	faults: {
		/** The next write is done, its answer never arrives. */
		loseNextWrite(): void;
		/** Writes are refused as if the system were down, until cleared. */
		down(): void;
		/** No call is answered any more. */
		hang(): void;
		clear(): void;
	};
	/** Moves the clock of both sides; a real server's stays, so that only what does not hang on time can be promised. */
	advance(ms: number): void;
	/** How long changes stay invisible to polling. */
	setIndexingDelay(ms: number): void;
	stop(): Promise<void>;
}
