/** How fast one bucket of an external account may be called. */
export interface BucketLimit {
	/** Steady spacing between two calls, in milliseconds. */
	intervalMs: number;
	/** Calls that may go at once after a pause. */
	burst: number;
}

/** Where bookings are kept; the store's `CallBudget` is one. */
export interface BudgetLedger {
	reserve(account: string, bucket: string, limit: BucketLimit): Promise<number>;
	pause(account: string, bucket: string, ms: number): Promise<void>;
}
