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

const PARTS = {
	writing: writingPromises,
	removing: removingPromises,
	reading: readingPromises,
	changes: changePromises,
	associations: associationPromises,
	failures: failurePromises,
} satisfies Record<string, PromiseTests>;
/** For adapters that only read: what writes is left out, the rest is the same. */
const READING_PARTS = {
	reading: readingPromises,
	changes: changePromises,
	failures: readFailurePromises,
} satisfies Partial<Record<Part, PromiseTests>>;

export type Part = keyof typeof PARTS;

/**
 * Checks what an adapter promises (`AdapterModule.promises`) against its stand-in or real system; what it does not
 * promise shows as skipped. Each test gets a fresh harness, with what `prepare` makes already made.
 * @param writes false = the adapter only reads
 * @param without parts that are not run, each with its reason, which shows as a test that was left out
 */
export function conformance(
	name: string,
	module: AdapterModule,
	start: () => Promise<Harness>,
	{ writes = true, without = {} }: { writes?: boolean; without?: Partial<Record<Part, string>> } = {},
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
		const parts = writes ? PARTS : READING_PARTS;
		for (const [part, tests] of Object.entries(parts) as Array<[Part, PromiseTests]>) {
			const reason = without[part];
			if (reason === undefined) tests(module, current, { writes });
			else it.todo(`${part}: ${reason}`);
		}
	});
}

/** `it` where the adapter promises something, `it.skip` where it does not. */
export function promised(given: boolean): jest.It {
	return given ? it : it.skip;
}
