import type { Points } from './cursor';
import type { Entry } from './entry';

/** One changed entry: which, where in the order of changes, and what is known of it when it is gone. */
export interface ChangeKey {
	order: string;
	id: string;
	/** Set = it was deleted; the entry that tells so. */
	deletedBy?: Entry;
}

/** How far a server has written. */
export interface Mark {
	server: string;
	points: Points;
	/** Its clock, ISO 8601, where it tells. */
	time?: string;
}

/** A stretch of changes to list. */
export interface Stretch {
	/** What was seen before the window; empty = nothing. */
	since: Points;
	to: Points;
	/** Lower and upper edge of what is asked for, both included. */
	low: string | undefined;
	high: string | undefined;
	/** Deletions: none, all in the stretch, or those since a time. */
	deletions: 'none' | 'all' | { since: string };
}

/** How changes of one kind of server are found. */
export interface Feed {
	/** @param since what is known already, so that only what is newer has to be looked at */
	mark(since?: Points): Promise<Mark>;
	/** The lowest order that may still hold something new in this window; undefined = nothing can be new. */
	lowest(since: Points, to: Points): { low: string | undefined } | undefined;
	/** Where a window ends; undefined = with what there is: what is newer comes again in the next one. */
	highest(to: Points): string | undefined;
	/** Keys in any order, more than once at most when an entry changes meanwhile. */
	keys(stretch: Stretch): AsyncGenerator<ChangeKey[]>;
}
