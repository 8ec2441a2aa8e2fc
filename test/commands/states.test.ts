import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandAdapter } from '../../lib/adapters/command';
import type { CommandRun } from '../../lib/commands/command-run';
import { executeCommand } from '../../lib/commands/execute';
import { getCommand } from '../../lib/commands/get-command';
import type { CommandOutcome } from '../../lib/commands/outcome';
import { retryCommands } from '../../lib/commands/retry-commands';
import { MOVES, movesTo } from '../../lib/commands/states';
import { CrosslinkError, type ErrorClass } from '../../lib/errors';
import type { CommandLog, CommandStatus } from '../../lib/store/command-log';
import { deskRun, order } from '../desk/command-run';
import { siteOf } from '../store/both-stores';

/** What meets the next call, and the next look-up. */
type Fate = 'fine' | 'rejected' | 'transient' | 'lostBefore' | 'lostAfter' | 'diesBefore' | 'diesAfter';
type Sight = 'clear' | 'blind';
type Step =
	| { do: 'execute'; fates: [Fate, Fate]; sight: Sight; atOnce: boolean }
	| { do: 'get'; sight: Sight }
	| { do: 'retry'; fate: Fate; sight: Sight };

const LEASE_SECONDS = 0.05;
const fate = fc.constantFrom<Fate>(
	'fine',
	'rejected',
	'transient',
	'lostBefore',
	'lostAfter',
	'diesBefore',
	'diesAfter',
);
const sight = fc.constantFrom<Sight>('clear', 'clear', 'blind');
const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({ do: fc.constant('execute' as const), fates: fc.tuple(fate, fate), sight, atOnce: fc.boolean() }),
	fc.record({ do: fc.constant('get' as const), sight }),
	fc.record({ do: fc.constant('retry' as const), fate, sight }),
);

const site = siteOf('sqlite');

/** A remote that does a thing as often as it is told to, under fates that the test decides. */
class Remote {
	readonly done: string[] = [];
	fates: Fate[] = [];
	sight: Sight = 'clear';

	readonly adapter: CommandAdapter = {
		execute: async ({ reference }) => {
			const now = this.fates.shift() ?? 'fine';
			if (now === 'rejected' || now === 'transient') throw failing(now);
			if (now === 'lostBefore') throw failing('unknown');
			if (now === 'diesBefore') return await never();
			this.done.push(reference);
			if (now === 'lostAfter') throw failing('unknown');
			if (now === 'diesAfter') return await never();
			return { externalId: 'x', response: {}, warnings: [] };
		},
		findCommand: async ({ reference }) => {
			if (this.sight === 'blind') return { found: 'unsure', reason: 'it does not say' };
			if (!this.done.includes(reference)) return { found: 'nothing' };
			return { found: 'done', answer: { externalId: 'x', response: {}, warnings: [] } };
		},
	};
}

const never = () => new Promise<never>(() => undefined);
const failing = (errorClass: ErrorClass) =>
	new CrosslinkError({ class: errorClass, code: 'fate', message: 'as the test wants it', remedy: 'none' });

/** Notes every move that the log makes. */
function watched(log: CommandLog, moves: Array<[CommandStatus, CommandStatus]>): CommandLog {
	return {
		...log,
		// Whoever dies renews no lease.
		renew: async () => true,
		async settle(key, owner, change, from) {
			const before = await log.get(key);
			const settled = await log.settle(key, owner, change, from);
			if (settled !== undefined && before !== undefined) moves.push([before.status, settled.status]);
			return settled;
		},
	};
}

it('never does a thing twice, and never says what is not so, whatever happens in which order', async () => {
	let serial = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
			const remote = new Remote();
			const moves: Array<[CommandStatus, CommandStatus]> = [];
			const key = `k-${++serial}`;
			const tenant = `t-${serial}`;
			const run = async (): Promise<CommandRun> => ({
				...(await deskRun(site.store, 'http://127.0.0.1:9', { tenant, leaseSeconds: LEASE_SECONDS })),
				retry: { attempts: 3, delaySeconds: 0.001 },
				adapter: remote.adapter,
				log: watched(site.store.commands, moves),
			});
			const check = (outcome: CommandOutcome): void => {
				const times = remote.done.filter((reference) => reference === outcome.reference).length;
				if (outcome.outcome === 'succeeded') expect(times).toBe(1);
				if (outcome.outcome === 'failed') expect(times).toBe(0);
			};
			/** The outcome, unless the run dies; then its lease is waited out. */
			const orDies = async (work: Promise<CommandOutcome[]>): Promise<void> => {
				const outcomes = await Promise.race([work, sleep(4 * LEASE_SECONDS * 1000).then(() => [])]);
				outcomes.forEach(check);
			};
			for (const one of steps) {
				remote.sight = one.sight;
				if (one.do === 'execute') {
					remote.fates = [...one.fates];
					const asked = { ...order(key), waitSeconds: 0.05 };
					const times = one.atOnce ? 2 : 1;
					await Promise.all(
						Array.from({ length: times }, async () => orDies(executeCommand(await run(), asked).then((all) => [all]))),
					);
				} else if (one.do === 'retry') {
					remote.fates = [one.fate];
					await orDies(retryCommands(await run(), 10));
				} else {
					await orDies(
						getCommand(await run(), { idempotencyKey: key }).then(
							(all) => [all],
							() => [],
						),
					);
				}
				expect(new Set(remote.done).size).toBe(remote.done.length);
			}
			// When all is well again, the truth comes out.
			remote.fates = [];
			remote.sight = 'clear';
			await sleep(2 * LEASE_SECONDS * 1000);
			const last = await executeCommand(await run(), { ...order(key), tryAgain: true, waitSeconds: 5 });
			expect(last.outcome).toBe('succeeded');
			expect(remote.done).toHaveLength(1);
			for (const [from, to] of moves) expect([from, to, MOVES[from].includes(to)]).toEqual([from, to, true]);
		}),
		{ numRuns: Number(process.env.CROSSLINK_RUNS ?? 60) },
	);
}, 300_000);

it('what succeeded is never left, and every state but that can be settled', () => {
	expect(MOVES.succeeded).toEqual([]);
	for (const [from, to] of Object.entries(MOVES)) {
		if (from !== 'succeeded') expect(to.some((status) => status === 'succeeded' || status === 'running')).toBe(true);
	}
	expect(movesTo('succeeded').sort()).toEqual(['running', 'unknown']);
});
