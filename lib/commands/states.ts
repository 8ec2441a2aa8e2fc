import type { CommandStatus } from '../store/command-log';

/**
 * The moves a command makes in the log.
 *
 *     begin -> running --answer: yes--> succeeded
 *                 |  ^ --answer: no---> failed ----run again----> running
 *                 |  |
 *                 |  +---due again----- waiting   (nothing was done: down, throttled, proven not there)
 *                 +--answer lost, died-> unknown --found---> succeeded
 *                                          |-- proven not there -> waiting, running or failed
 *                                          +-- a person says ----> succeeded, failed
 *
 * `succeeded` is for good. A `running` row whose lease is over is that of a run which died: it is treated as `unknown`.
 */
export const MOVES: Readonly<Record<CommandStatus, readonly CommandStatus[]>> = {
	running: ['succeeded', 'failed', 'waiting', 'unknown'],
	waiting: ['running', 'failed', 'waiting'],
	unknown: ['running', 'succeeded', 'failed', 'waiting', 'unknown'],
	failed: ['running', 'failed'],
	succeeded: [],
};

const STATUSES = Object.keys(MOVES) as CommandStatus[];

/** From where a row may come into this status. */
export function movesTo(status: CommandStatus): CommandStatus[] {
	return STATUSES.filter((from) => MOVES[from].includes(status));
}
