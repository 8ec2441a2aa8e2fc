import type { CommandAdapter, CommandDescription, CommandRequest, CompensationRequest } from '../adapters/command';
import type { CommandAnswer, FoundCommand } from '../adapters/command';
import type { AdapterModule } from '../adapters/adapter';
import type { CommandKey, CommandLog, CommandRow } from '../store/command-log';
import type { Vault } from '../tenants/vault';

/** The way to one system, and where its commands are logged. */
export interface CommandRun {
	tenant: string;
	integration: string;
	module: Pick<AdapterModule, 'displayName' | 'commands'>;
	adapter: CommandAdapter;
	log: CommandLog;
	vault: Vault;
	retry: { attempts: number; delaySeconds: number };
	leaseSeconds: number;
	/** n8n execution and node. */
	runId: string;
	/** How long settled commands are kept. */
	logDays: number;
	signal?: AbortSignal;
	now(): Date;
}

/** One call that the log keeps: doing a command, or undoing it. */
export interface Doing {
	key: CommandKey;
	description: CommandDescription;
	/** As errors name it: `command "createSalesOrder" with key "order-17"`. */
	name: string;
	call(row: CommandRow): Promise<CommandAnswer>;
	/** undefined = this system cannot be asked what became of it. */
	find: ((row: CommandRow) => Promise<FoundCommand>) | undefined;
}

/** The doing of a command over an adapter; `payload` as it was checked. */
export function executing(
	run: CommandRun,
	key: CommandKey,
	description: CommandDescription,
	payload: CommandRequest['payload'],
	execute: NonNullable<CommandAdapter['execute']>,
): Doing {
	const request = ({ reference }: CommandRow): CommandRequest => ({
		command: description.command,
		payload,
		reference,
	});
	const find = run.adapter.findCommand?.bind(run.adapter);
	return {
		key,
		description,
		name: `command "${description.command}" with key "${key.key}"`,
		call: async (row) => await execute(request(row)),
		find: find && (async (row) => await find(request(row))),
	};
}

/** The undoing of a finished command. */
export function compensating(
	run: CommandRun,
	key: CommandKey,
	description: CommandDescription,
	done: Omit<CompensationRequest, 'undoReference'>,
	compensate: NonNullable<CommandAdapter['compensate']>,
): Doing {
	const request = ({ reference }: CommandRow): CompensationRequest => ({ ...done, undoReference: reference });
	const find = run.adapter.findCompensation?.bind(run.adapter);
	return {
		key,
		description,
		name: `undoing of command "${description.command}" with key "${key.key}"`,
		call: async (row) => await compensate(request(row)),
		find: find && (async (row) => await find(request(row))),
	};
}
