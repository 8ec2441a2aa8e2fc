import type { FieldValue } from '../adapters/field-value';
import type { CommandFailure } from '../adapters/command';
import type { Lease } from './store';

/** Which moves are allowed between them is data in `lib/commands/states.ts`. */
export type CommandStatus = 'running' | 'waiting' | 'unknown' | 'succeeded' | 'failed';

/** The doing of a command, and the undoing of it: two calls, two rows. */
export type CommandKind = 'execute' | 'compensate';

export interface CommandKey {
	tenant: string;
	integration: string;
	/** The flow's own; unique per tenant and integration. */
	key: string;
	kind: CommandKind;
}

/** What is to be done. */
export interface CommandValues {
	command: string;
	payloadHash: string;
	/** JSON, or sealed. */
	payload: string;
}

/** What a row begins with. */
export interface NewCommand extends CommandKey, CommandValues {
	/** Ours, sent along with the call. */
	reference: string;
	run: string;
}

export interface CommandRow extends NewCommand {
	status: CommandStatus;
	/** Calls made, this one included. */
	attempts: number;
	/** Look-ups since the last call that brought no proof. */
	lookUps: number;
	failure: CommandFailure | null;
	externalId: string | null;
	/** JSON, or sealed; null = none. */
	response: string | null;
	warnings: string[];
	settledBy: 'answer' | 'lookUp' | 'person' | null;
	leaseOwner: string | null;
	/** Somebody holds a lease that has not run out, by the store's clock. */
	held: boolean;
	/** How long ago the last call began, in milliseconds of the store's clock. */
	sentMsAgo: number;
	nextAttemptAt: Date | null;
	/** Grows with every change. */
	version: number;
	createdAt: Date;
	updatedAt: Date;
}

/** What a holder of the lease writes; left-out parts keep their value. */
export interface CommandChange {
	status: CommandStatus;
	attempts?: number;
	lookUps?: number;
	failure?: CommandFailure | null;
	externalId?: string | null;
	response?: string | null;
	warnings?: FieldValue[];
	settledBy?: CommandRow['settledBy'];
	/** From now on; null = not by itself. */
	nextAttemptInSeconds?: number | null;
}

/** Commands and what is known of them (table `command_log`). Every method is bound to one tenant. */
export interface CommandLog {
	/**
	 * Commits a new row as `running` with the lease, before anything is called; or gives the row there is.
	 * `begun` = the row is new and ours.
	 */
	begin(command: NewCommand, lease: Lease): Promise<{ row: CommandRow; begun: boolean }>;
	get(key: CommandKey): Promise<CommandRow | undefined>;
	findByReference(tenant: string, integration: string, reference: string): Promise<CommandRow | undefined>;
	/** The lease of a row that nobody holds, if it has not changed since it was read; its status stays. */
	take(key: CommandKey, version: number, lease: Lease): Promise<CommandRow | undefined>;
	/** Commits before a further call that it is about to be made; undefined = the lease is not ours any more. */
	sending(
		key: CommandKey,
		lease: Lease,
		call: { attempts: number; values?: CommandValues; from: readonly CommandStatus[] },
	): Promise<CommandRow | undefined>;
	/** Puts off the end of a lease; false = it is not ours any more. */
	renew(key: CommandKey, lease: Lease): Promise<boolean>;
	/** Writes what became of it and gives the lease back; undefined = it was not ours any more, or not in one of `from`. */
	settle(
		key: CommandKey,
		owner: string,
		change: CommandChange,
		from: readonly CommandStatus[],
	): Promise<CommandRow | undefined>;
	/** What waits and whose time has come, or whose run has died; longest waiting first. */
	due(tenant: string, integration: string, limit: number): Promise<CommandRow[]>;
	/** `unknown` or `failed`, by when they became so, starting behind this place. */
	troubled(
		tenant: string,
		integration: string,
		after: { updatedAt: Date; key: string } | undefined,
		limit: number,
	): Promise<CommandRow[]>;
	/** Deletes commands that succeeded or failed before; at most `limit`. What is not settled stays. */
	prune(tenant: string, before: Date, limit: number): Promise<number>;
}
