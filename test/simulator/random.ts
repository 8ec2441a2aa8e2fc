/** One seeded stream of numbers: the same seed always gives the same run. */
export class Random {
	private state: number;

	constructor(readonly seed: number) {
		this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
	}

	/** 0 <= value < 1 (mulberry32). */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	}

	/** Whole number, 0 <= value < below. */
	below(below: number): number {
		return Math.floor(this.next() * below);
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	pick<T>(from: readonly T[]): T {
		if (from.length === 0) throw new Error('nothing to pick from');
		return from[this.below(from.length)] as T;
	}

	/** Up to `most` of them, at least one, in random order. */
	some<T>(from: readonly T[], most: number): T[] {
		const left = [...from];
		const taken: T[] = [];
		for (let count = 1 + this.below(Math.min(most, left.length)); count > 0 && left.length > 0; count--) {
			taken.push(...left.splice(this.below(left.length), 1));
		}
		return taken;
	}
}
