/** The system's time, with the 100 ns that SAP's stamps have and JSON drops. */
export class Clock {
	private ticks = 0;

	constructor(readonly now: () => number) {}

	/** `2026-11-28T10:00:00.1230457Z`: never the same twice. */
	stamp(): string {
		this.ticks = (this.ticks + 1) % 10_000;
		return `${new Date(this.now()).toISOString().slice(0, 23)}${String(this.ticks).padStart(4, '0')}Z`;
	}

	/** In the zone of the system, which is UTC. */
	day(): string {
		return `${new Date(this.now()).toISOString().slice(0, 10)}T00:00:00`;
	}

	time(): string {
		return new Date(this.now()).toISOString().slice(11, 19);
	}
}
