import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { flagFrom, wholeNumberFrom } from '../parameter-values';

const DEFAULT_WAIT_SECONDS = 30;
/** Longer than any call is waited for; an execution should not stand still for more. */
const MAX_WAIT_SECONDS = 300;

export const waitOption: INodeProperties = {
	displayName: 'Wait for Another Run (Seconds)',
	name: 'waitSeconds',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: MAX_WAIT_SECONDS },
	default: 30,
	description:
		'How long to wait when another execution is carrying out the same command at this moment; its answer is then the answer here',
};

export const tryAgainOption: INodeProperties = {
	displayName: 'Try Again After a Failure',
	name: 'tryAgain',
	type: 'boolean',
	default: false,
	description:
		'Whether to call again when the external system has refused this command before; nothing of it was done then. Otherwise the earlier refusal is the answer.',
};

export function waitSecondsFrom(options: IDataObject, index: number): number {
	const bounds = { min: 0, max: MAX_WAIT_SECONDS, byDefault: DEFAULT_WAIT_SECONDS };
	return wholeNumberFrom(options['waitSeconds'], 'Wait for Another Run (Seconds)', index, bounds);
}

export function tryAgainFrom(options: IDataObject, index: number): boolean {
	return flagFrom(options['tryAgain'], 'Try Again After a Failure', index);
}
