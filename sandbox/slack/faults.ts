/** What goes wrong with the next calls of a method (or webhook posts, by the name `webhook`). */
export type SlackFault = { method: string; times?: number } & (
	| { kind: 'error'; error: string; needed?: string }
	| { kind: 'throttle'; retryAfterSeconds: number }
	| { kind: 'status'; status: number }
	/** Does the work, then cuts the connection. */
	| { kind: 'lostAnswer' }
	/** Cuts the connection before any work. */
	| { kind: 'lostRequest' }
);

/** Faults waiting for their calls. */
export class SlackFaults {
	private armed: Array<{ fault: SlackFault; left: number }> = [];

	add(...faults: SlackFault[]): void {
		this.armed.push(...faults.map((fault) => ({ fault, left: fault.times ?? 1 })));
	}

	clear(): void {
		this.armed = [];
	}

	/** The fault that meets this call, used up by it. */
	meet(method: string): SlackFault | undefined {
		const found = this.armed.find((one) => one.fault.method === method && one.left > 0);
		if (found !== undefined) found.left -= 1;
		return found?.fault;
	}
}
