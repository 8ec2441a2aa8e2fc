/** Thrown through a step that was interrupted; nothing is wrong. */
export class Interrupted extends Error {
	constructor(readonly signal: string) {
		super(`Interrupted by ${signal}.`);
		this.name = 'Interrupted';
	}
}

/** What was started, to be stopped in reverse order, once, also when a start is interrupted half-way. */
export class Shutdown {
	private readonly controller = new AbortController();
	private readonly stops: Array<() => Promise<void>> = [];
	private stopping: Promise<void> | undefined;

	/** Aborted by Ctrl-C, SIGTERM or SIGHUP. */
	get signal(): AbortSignal {
		return this.controller.signal;
	}

	interrupt(signal: string): void {
		this.controller.abort(new Interrupted(signal));
	}

	/** Register right after starting something, before the next `await`. */
	add(stop: () => Promise<unknown>): void {
		this.stops.push(async () => {
			await stop();
		});
	}

	/** Stops everything; one failure does not keep the others from stopping. */
	async stop(onFailure: (error: unknown) => void): Promise<void> {
		this.stopping ??= (async () => {
			for (let next = this.stops.pop(); next; next = this.stops.pop()) await next().catch(onFailure);
		})();
		await this.stopping;
	}
}
