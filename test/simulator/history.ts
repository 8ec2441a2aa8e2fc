/** One edit by a person, on either side. */
export interface Edit {
	/** Position in time, over both sides. */
	at: number;
	/** In the other side's stored form; null = empty. */
	value: string | null;
	/** Both sides and the base held the same when it was made: whoever made it had seen everything before it. */
	settled: boolean;
	/** Both sides held the same, though the base did not say so yet. */
	visible: boolean;
	/** The value was taken back to what was last agreed: who has not looked in between cannot know of it. */
	back: boolean;
}

/** What happened to one field of one record, as far as it decides what may come of it. */
export class FieldHistory {
	local: Edit | undefined;
	external: Edit | undefined;
	/**
	 * The engine wrote without a chance to see an edit: made between its read and its write (no vendor offers a conditional
	 * write), or in your system after the flow had read the record, or over there before the create was known to have
	 * succeeded.
	 */
	raced = false;
	/** It did so at any time, also before an edit that everybody has seen. */
	everRaced = false;
	/** Local values people have given, and those flows have written, as JSON. */
	readonly typed = new Set<string>();
	readonly copied = new Set<string>();
	/** A person decided a conflict over it. */
	decided = false;

	race(): void {
		this.raced = true;
		this.everRaced = true;
	}

	record(side: 'local' | 'external', edit: Edit): void {
		if (edit.settled) {
			this.raced = false;
			this.decided = false;
		}
		const last = this.last;
		// A second edit on the same side, with nothing from the other in between, has seen what the first had seen.
		const goesOn = last?.side === side;
		this[side] = {
			...edit,
			settled: edit.settled || (goesOn && last.edit.settled),
			visible: edit.visible || (goesOn && last.edit.visible),
		};
	}

	get last(): { side: 'local' | 'external'; edit: Edit } | undefined {
		const { local, external } = this;
		if (local && (!external || local.at > external.at)) return { side: 'local', edit: local };
		return external ? { side: 'external', edit: external } : undefined;
	}

	get other(): Edit | undefined {
		return this.last?.side === 'local' ? this.external : this.local;
	}
}
