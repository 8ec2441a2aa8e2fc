import type { AdapterModule } from '../../lib/adapters/adapter';
import type { Harness } from './harness';
import { associationPromises } from './promises/associations';
import { changePromises } from './promises/changes';
import { failurePromises } from './promises/failures';
import { readFailurePromises } from './promises/read-failures';
import { readingPromises } from './promises/reading';
import { removingPromises } from './promises/removing';
import { writingPromises } from './promises/writing';

/** A part of the kit: defines tests against the harness of the moment. */
export type PromiseTests = (module: AdapterModule, harness: () => Harness, power: { writes: boolean }) => void;

const PARTS: PromiseTests[] = [
	writingPromises,
	removingPromises,
	readingPromises,
	changePromises,
	associationPromises,
	failurePromises,
];
/** For adapters that only read: what writes is left out, the rest is the same. */
const READING_PARTS: PromiseTests[] = [readingPromises, changePromises, readFailurePromises];

/**
 * Checks what an adapter promises (`AdapterModule.promises`) against its stand-in or real system; what it does not
 * promise shows as skipped. Each test gets a fresh harness, with what `prepare` makes already made.
 */
export function conformance(
	name: string,
	module: AdapterModule,
	start: () => Promise<Harness>,
	{ writes }: { writes: boolean } = { writes: true },
): void {
	describe(`${name} keeps its promises`, () => {
		let harness: Harness | undefined;
		beforeEach(async () => {
			harness = await start();
		});
		afterEach(async () => {
			await harness?.stop();
			harness = undefined;
		});
		const current = (): Harness => {
			if (!harness) throw new Error('the harness did not start');
			return harness;
		};
		for (const part of writes ? PARTS : READING_PARTS) part(module, current, { writes });
	});
}

/** `it` where the adapter promises something, `it.skip` where it does not. */
export function promised(given: boolean): jest.It {
	return given ? it : it.skip;
}
