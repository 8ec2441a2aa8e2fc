import type { CommandStatus } from './command-log';
import type { SyncStatus } from './store';

/** A stretch of time cut into equal steps; a figure of it is one number per step, oldest first. */
export interface Span {
	from: Date;
	/** Length of one step, in milliseconds. */
	stepMs: number;
	steps: number;
}

/** How the links of one entity stand. */
export interface LinkFigures {
	counts: Record<SyncStatus, number>;
	/** A run may have written to the other side without living to tell. */
	inDoubt: number;
	/**
	 * Since when the oldest record waits that is `pending`, `failed` or in `conflict`: its first failure after it was last
	 * in step, as far as the sync log knows of it, otherwise when it was last touched. null = none waits.
	 */
	oldestUnsynced: Date | null;
	lastSyncedAt: Date | null;
	/** Links by the step in which they were last brought in step. */
	synced: number[];
}

/** What came in for one tenant and integration. */
export interface EventFigures {
	/** Events kept, by the step in which they came: what starts workflows. */
	received: number[];
	/** The same of our own writes coming back. */
	echoes: number[];
	/** Nobody has got them yet. */
	waiting: number;
	/** An execution has them in hand. */
	inHand: number;
	oldestWaiting: Date | null;
	/** Events of accounts no tenant has. */
	unrouted: number;
}

/** Counts and ages for reports; never contents. Each is one or two statements that read what indexes hold. */
export interface FigureTable {
	/** @throws CrosslinkError `link_table_missing` */
	links(tenant: string, integration: string, entity: string, span: Span): Promise<LinkFigures>;
	events(tenant: string, integration: string, span: Span): Promise<EventFigures>;
	/** Conflicts that nobody has decided yet. */
	openConflicts(tenant: string, integration: string): Promise<number>;
	/** Commands and what undid them, by status. */
	commands(tenant: string, integration: string): Promise<Record<CommandStatus, number>>;
	/** Failures in the sync log, per step; empty steps where the log is off. */
	failures(tenant: string, integration: string, span: Span): Promise<number[]>;
}
