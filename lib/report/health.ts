import type { FieldValue, Mode } from '../adapters/adapter';
import type { PlainError } from '../errors';
import type { CommandStatus } from '../store/command-log';
import type { SyncStatus } from '../store/store';
import type { Period } from './span';

/** How grave a finding is: `bad` needs somebody today, `warning` soon, `info` is good to know. */
export type Severity = 'bad' | 'warning' | 'info';

/** One sentence of what is the matter, and what the reader can do. */
export interface Finding {
	severity: Severity;
	message: string;
	remedy: string;
}

export interface EntityHealth {
	entity: string;
	displayName: string;
	links: Record<SyncStatus, number>;
	inDoubt: number;
	/** ISO 8601; null = nothing waits. */
	oldestUnsynced: string | null;
	lastSyncedAt: string | null;
	/** Links by the step in which they were last brought in step. */
	synced: number[];
	/** Runs the brakes have stopped within the period. */
	brakes: Array<{ kind: 'deletes' | 'changes'; wanted: number; total: number; at: string }>;
}

/** A conflict nobody has decided, with both values. */
export interface OpenConflict {
	conflictId: string;
	entity: string;
	localId: string;
	externalId: string | null;
	field: string;
	reason: string;
	local: FieldValue;
	external: FieldValue;
	base: FieldValue;
	since: string;
}

/** A command of which nobody knows whether it was done. */
export interface CommandInDoubt {
	command: string;
	idempotencyKey: string;
	/** `compensate`: it is the undoing that is in doubt. */
	kind: 'execute' | 'compensate';
	/** Why; '' = no reason was noted. */
	message: string;
	since: string;
}

/** Calls left with the vendor, in one of its buckets. */
export interface BudgetHealth {
	bucket: string;
	/** Part of what may be called at once that is booked, 0 to 1; more = calls wait. */
	used: number;
	/** The vendor said stop: for so long nobody calls. */
	pausedMs: number;
}

export interface IntegrationHealth {
	tenant: string;
	integration: string;
	displayName: string;
	mode: Mode | null;
	enabled: boolean;
	findings: Finding[];
	entities: EntityHealth[];
	events: {
		received: number[];
		echoes: number[];
		waiting: number;
		inHand: number;
		oldestWaiting: string | null;
		unrouted: number;
	};
	/** Failures in the sync log, per step. */
	failures: number[];
	conflicts: { open: number; shown: OpenConflict[] };
	commands: { counts: Record<CommandStatus, number>; inDoubt: CommandInDoubt[] };
	/** Logins that were refused: nothing is called until a person acts. */
	parked: Array<{ source: string; message: string; remedy: string; since: string }>;
	budget: BudgetHealth[];
	/** Set = the configuration cannot be used as it is. */
	error: PlainError | null;
}

/** How everything stands, as plain JSON: per tenant and integration, and over time. */
export interface HealthReport {
	madeAt: string;
	period: Period;
	/** Beginning of the first step. */
	from: string;
	stepSeconds: number;
	steps: number;
	/** The gravest finding there is. */
	state: Severity | 'good';
	integrations: IntegrationHealth[];
}
