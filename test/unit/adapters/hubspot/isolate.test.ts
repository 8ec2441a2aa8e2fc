import fc from 'fast-check';
import { CrosslinkError } from '../../../../lib/errors';
import { distinctBatches } from '../../../../lib/adapters/hubspot/batches';
import { IsolatingWriter, type BatchPort } from '../../../../lib/adapters/hubspot/isolate';

interface Result {
	input: number;
	error?: CrosslinkError;
}

const failure = (errorClass: CrosslinkError['class'], httpStatus?: number) =>
	new CrosslinkError({ class: errorClass, code: 'x', message: 'x', remedy: 'x', httpStatus });

/** Refuses a batch with a bad input in it; `named` = how many of them a refusal names. */
function refusingPort(bad: Set<number>, named: number) {
	const calls: number[][] = [];
	const port: BatchPort<number, Result> = {
		async write(inputs) {
			calls.push(inputs);
			if (inputs.some((input) => bad.has(input))) throw failure('rejected', 400);
			return { results: inputs.map((input) => ({ input })), unsettled: [] };
		},
		failed: (input, error) => ({ input, error }),
		blamed: (error, inputs) =>
			new Map(
				inputs
					.filter((input) => bad.has(input))
					.slice(0, named)
					.map((input) => [input, error]),
			),
	};
	return { port, calls };
}

const batch = fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 100 });

it('fails exactly the bad inputs, whatever the batch and however little the refusal says', async () => {
	await fc.assert(
		fc.asyncProperty(batch, fc.func(fc.boolean()), fc.nat(3), async (inputs, isBad, named) => {
			const bad = new Set(inputs.filter((input) => isBad(input)));
			const { port, calls } = refusingPort(bad, named);
			const results = await new IsolatingWriter(port).write(inputs);
			expect(results.map((result) => result.input).sort()).toEqual([...inputs].sort());
			for (const { input, error } of results) expect(error !== undefined).toBe(bad.has(input));
			expect(calls.length).toBeLessThanOrEqual(2 * inputs.length);
		}),
	);
});

it('finds one bad input among 100 in at most 15 calls, or in 2 when it is named', async () => {
	const inputs = Array.from({ length: 100 }, (_, n) => n);
	const silent = refusingPort(new Set([63]), 0);
	await new IsolatingWriter(silent.port).write(inputs);
	expect(silent.calls.length).toBeLessThanOrEqual(15);
	const speaking = refusingPort(new Set([63]), 1);
	await new IsolatingWriter(speaking.port).write(inputs);
	expect(speaking.calls).toHaveLength(2);
});

it.each(['transient', 'throttled', 'auth', 'unknown', 'bug'] as const)(
	'stops at a failure of class %s: what is done stays done, nothing more is called',
	async (errorClass) => {
		let calls = 0;
		const writer = new IsolatingWriter<number, Result>({
			write: async (inputs) => {
				calls += 1;
				if (calls === 2) throw failure(errorClass, 500);
				return { results: inputs.map((input) => ({ input })), unsettled: [] };
			},
			failed: (input, error) => ({ input, error }),
			blamed: () => new Map(),
		});
		expect(await writer.write([1, 2])).toEqual([{ input: 1 }, { input: 2 }]);
		expect((await writer.write([3, 4])).map((result) => result.error?.class)).toEqual([errorClass, errorClass]);
		expect((await writer.write([5])).map((result) => result.error?.class)).toEqual([errorClass]);
		expect(calls).toBe(2);
	},
);

it('ends although the other side never says anything about a record', async () => {
	const writer = new IsolatingWriter<number, Result>({
		write: async (inputs) => ({ results: [], unsettled: inputs }),
		failed: (input, error) => ({ input, error }),
		blamed: () => new Map(),
	});
	const results = await writer.write([1, 2, 3, 4, 5]);
	expect(results.map((result) => result.error?.code)).toEqual(Array(5).fill('answer_incomplete'));
});

it('cuts into batches without a key twice, losing nothing and keeping the order of equal keys', () => {
	const items = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.nat() }), { maxLength: 60 });
	fc.assert(
		fc.property(items, fc.integer({ min: 1, max: 10 }), (all, size) => {
			const batches = distinctBatches(all, size, (item) => item.key);
			for (const one of batches) {
				expect(one.length).toBeLessThanOrEqual(size);
				expect(new Set(one.map((item) => item.key)).size).toBe(one.length);
			}
			for (const key of 'abcd') {
				const ofKey = (list: typeof all) => list.filter((item) => item.key === key);
				expect(ofKey(batches.flat())).toEqual(ofKey(all));
			}
		}),
	);
});
