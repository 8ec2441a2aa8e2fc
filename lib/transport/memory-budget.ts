import type { BucketLimit, BudgetLedger } from './budget';

/**
 * A ledger in this process's memory, for tools that have no store (sandbox, bench, tests). It spaces calls in the
 * manner of the generic cell rate algorithm: `burst` calls at once, then one each `intervalMs`.
 * @param now milliseconds, ever growing
 */
export function createMemoryBudget(now: () => number = Date.now): BudgetLedger {
	/** When the next call is due if calls came at the steady pace. */
	const due = new Map<string, number>();
	const pausedUntil = new Map<string, number>();
	const key = (account: string, bucket: string) => JSON.stringify([account, bucket]);

	return {
		async reserve(account: string, bucket: string, limit: BucketLimit): Promise<number> {
			const name = key(account, bucket);
			const at = now();
			const from = Math.max(at, pausedUntil.get(name) ?? 0);
			const next = Math.max(due.get(name) ?? 0, from);
			const start = Math.max(from, next - (limit.burst - 1) * limit.intervalMs);
			due.set(name, next + limit.intervalMs);
			return start - at;
		},
		async pause(account: string, bucket: string, ms: number): Promise<void> {
			const name = key(account, bucket);
			pausedUntil.set(name, Math.max(pausedUntil.get(name) ?? 0, now() + ms));
		},
	};
}
