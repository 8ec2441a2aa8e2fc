/** One call that reached the stand-in's vendor paths. */
export interface LoggedCall {
	method: string;
	/** Without the query. */
	path: string;
	/** The status answered; 0 when the connection was cut or hangs. */
	status: number;
	/** Number of `inputs` in a batch body, else undefined. */
	inputs?: number;
	/** Milliseconds since the epoch. */
	at: number;
	/** The kind of the fault that met it. */
	fault?: string;
}

const KEPT = 20_000;

/** The calls so far, oldest first; bounded, so that a long demo does not grow without end. */
export class Calls {
	private log: LoggedCall[] = [];
	private total = 0;

	add(call: LoggedCall): void {
		this.total += 1;
		this.log.push(call);
		if (this.log.length > KEPT) this.log = this.log.slice(-KEPT / 2);
	}

	/** Calls since the last clear. */
	get count(): number {
		return this.total;
	}

	/** Calls whose path contains the text, e.g. `/batch/upsert`. */
	list(pathIncludes = ''): LoggedCall[] {
		return this.log.filter((call) => call.path.includes(pathIncludes));
	}

	clear(): void {
		this.log = [];
		this.total = 0;
	}
}
