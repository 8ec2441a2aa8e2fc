import type { Database } from '../dialect';
import { numberOf } from '../row-values';
import type { CallBudget } from '../store';

/**
 * A token bucket kept as one number (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): the moment until
 * which calls are booked. It runs on the database's clock, so that clocks of several machines do not matter.
 */
export function callBudget(database: Database): CallBudget {
	const { dialect } = database;
	const table = dialect.table('call_budget');
	/** Where the booking goes on: not in the past, not before a pause has ended. */
	const start = dialect.greatest(dialect.greatest('budget.booked_until_ms', 'budget.paused_until_ms'), dialect.nowMs);
	return {
		async reserve(account, bucket, { intervalMs, burst }) {
			assertPositive('intervalMs', intervalMs);
			assertPositive('burst', burst);
			const [row] = await database.statement(
				`INSERT INTO ${table} AS budget (account, bucket, booked_until_ms, paused_until_ms)
				VALUES ($1, $2, ${dialect.nowMs} + $3, 0)
				ON CONFLICT (account, bucket) DO UPDATE SET booked_until_ms = ${start} + $3
				RETURNING booked_until_ms - ${dialect.nowMs} AS booked_ms, paused_until_ms - ${dialect.nowMs} AS paused_ms`,
				[account, bucket, intervalMs],
			);
			if (!row) throw new TypeError('An upsert of one row returned none.');
			return Math.ceil(Math.max(0, numberOf(row, 'booked_ms') - burst * intervalMs, numberOf(row, 'paused_ms')));
		},
		async pause(account, bucket, ms) {
			assertPositive('ms', ms);
			await database.statement(
				`INSERT INTO ${table} AS budget (account, bucket, booked_until_ms, paused_until_ms)
				VALUES ($1, $2, 0, ${dialect.nowMs} + $3)
				ON CONFLICT (account, bucket) DO UPDATE
				SET paused_until_ms = ${dialect.greatest('budget.paused_until_ms', 'excluded.paused_until_ms')}`,
				[account, bucket, ms],
			);
		},
		async look(account, bucket) {
			const [row] = await database.statement(
				`SELECT booked_until_ms - ${dialect.nowMs} AS booked_ms, paused_until_ms - ${dialect.nowMs} AS paused_ms
				FROM ${table} WHERE account = $1 AND bucket = $2`,
				[account, bucket],
			);
			if (!row) return { bookedMs: 0, pausedMs: 0 };
			return { bookedMs: Math.max(0, numberOf(row, 'booked_ms')), pausedMs: Math.max(0, numberOf(row, 'paused_ms')) };
		},
	};
}

function assertPositive(name: string, value: number): void {
	if (Number.isFinite(value) && value >= 0) return;
	throw new TypeError(`${name} of a call budget must be a number of at least 0, not ${value}.`);
}
