/** Lets one piece of work in at a time, in the order they came. */
export class Turns {
	#last: Promise<unknown> = Promise.resolve();

	take<T>(work: () => Promise<T>): Promise<T> {
		const mine = this.#last.then(work, work);
		this.#last = mine.catch(() => undefined);
		return mine;
	}
}
