import type { CrosslinkError } from '../errors';
import type { Fields, FieldValue } from './field-value';
import type { ParameterDescription } from './parameters';

/** Something the other system does once and confirms: create a sales order, cancel a billing document. */
export interface CommandDescription {
	/** Camel case verb and noun: `createSalesOrder`. */
	command: string;
	displayName: string;
	/** A sentence of help, as shown in n8n. */
	description: string;
	parameters: ParameterDescription[];
	/**
	 * What may follow when the outcome is not known. `repeat`: doing it twice is as good as once. `lookUp`: only after
	 * `findCommand` has proven that nothing was done. `never`: a person decides.
	 */
	whenUnknown: 'repeat' | 'lookUp' | 'never';
	/**
	 * How long the other side may go on working on a call whose answer was lost, in seconds: a look-up that finds nothing
	 * sooner proves nothing. Left out = 120. Holds for the undoing as well.
	 */
	settlesWithinSeconds?: number;
	/** What undoes it; left out = nothing does. */
	undo?: { displayName: string; description: string };
	/** `execute` takes `dryRun`: the other side checks everything and does nothing. */
	dryRun?: true;
}

/** One command as the adapter gets it: checked against its parameters, logged as intent. */
export interface CommandRequest {
	command: string;
	payload: Fields;
	/**
	 * Ours, unique per tenant and integration, at most 35 characters of `A-Z a-z 0-9 -`: the call must carry it where the
	 * other side keeps it, so that `findCommand` finds it there.
	 */
	reference: string;
	dryRun?: boolean;
}

/** What a finished command has brought about. */
export interface CommandAnswer {
	/** The other side's number of what was made or changed; null for a dry run or where there is none. */
	externalId: string | null;
	/** What a flow can use, plain and without secrets. */
	response: Fields;
	/** Said by the other side beside its yes: warnings, in its own words. */
	warnings: string[];
}

/**
 * What is known of a command whose answer was lost. `nothing` is the other side's own word that it has nothing under our
 * reference; `unsure` is no proof of anything: nothing is repeated.
 */
export type FoundCommand =
	{ found: 'done'; answer: CommandAnswer } | { found: 'nothing' } | { found: 'unsure'; reason: string };

/** A finished command that is to be undone. */
export interface CompensationRequest extends CommandRequest {
	externalId: string | null;
	response: FieldValue;
	/** Ours, for the undoing itself. */
	undoReference: string;
}

/**
 * The powers behind `command.execute`, `command.get` and `command.compensate`.
 * Errors: `rejected` (nothing was done, it will not be taken as it is), `transient` and `throttled` (nothing was done),
 * `unknown` (it may have been done), `auth`. An adapter must never call a lost answer anything but `unknown`.
 */
export interface CommandAdapter {
	/** @throws CrosslinkError as above */
	execute?(request: CommandRequest): Promise<CommandAnswer>;
	/** Looks the outcome up by our reference; never changes anything. */
	findCommand?(request: CommandRequest): Promise<FoundCommand>;
	/** Undoes what was done; @throws CrosslinkError `rejected` `compensation_impossible` when that is no longer possible. */
	compensate?(request: CompensationRequest): Promise<CommandAnswer>;
	/** The same look-up for the undoing. */
	findCompensation?(request: CompensationRequest): Promise<FoundCommand>;
}

/** A failure as a command's log keeps it. */
export type CommandFailure = Pick<CrosslinkError, 'class' | 'code' | 'message' | 'remedy'>;
