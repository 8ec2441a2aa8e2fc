import type { IExecuteFunctions, IPollFunctions } from 'n8n-workflow';
import { CrosslinkError } from '../../lib/errors';
import type { Target } from '../../lib/host/target';
import type { Start } from '../../lib/polling/poll';
import { DEFAULT_ITEMS_PER_POLL, MAX_ITEMS_PER_POLL } from './properties';

const KINDS = ['changes', 'inbox', 'attention'] as const;

/** What the node is set to. */
export interface Parameters {
	what: (typeof KINDS)[number];
	target: Target;
	entities: string[];
	/** Of the inbox. */
	events: string[];
	start: Start;
	includeRaw: boolean;
	itemsPerPoll: number;
}

/** The node's parameters in a poll. */
export function pollParameters(context: IPollFunctions): Parameters {
	return read((name, fallback) => context.getNodeParameter(name, fallback as string));
}

/** The same in a run by hand, which has one empty item. */
export function runParameters(context: IExecuteFunctions): Parameters {
	return read((name, fallback) => context.getNodeParameter(name, 0, fallback));
}

function read(parameter: (name: string, fallback: unknown) => unknown): Parameters {
	const what = KINDS.find((kind) => kind === parameter('what', 'changes'));
	if (what === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'parameter_invalid',
			message: 'The parameter "What" is none of the things that can be polled.',
			remedy: `Set it to one of: ${KINDS.join(', ')}.`,
		});
	}
	const options = parameter('options', {}) as { includeRaw?: boolean; itemsPerPoll?: number };
	return {
		what,
		target: {
			tenant: textOf(parameter('tenant', 'default')),
			integration: textOf(parameter('integration', '')),
			connection: parameter('connection', 'auto') as Target['connection'],
		},
		entities: listOf(parameter('entities', [])),
		events: listOf(parameter('events', [])),
		start: parameter('start', what === 'attention' ? 'beginning' : 'now') === 'beginning' ? 'beginning' : 'now',
		includeRaw: options.includeRaw === true,
		itemsPerPoll: boundedCount(options.itemsPerPoll),
	};
}

function boundedCount(count: number | undefined): number {
	const whole = Math.floor(Number(count ?? DEFAULT_ITEMS_PER_POLL));
	return Number.isNaN(whole) ? DEFAULT_ITEMS_PER_POLL : Math.min(Math.max(whole, 1), MAX_ITEMS_PER_POLL);
}

function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** An expression may give a list, or one name. */
function listOf(value: unknown): string[] {
	return (Array.isArray(value) ? value : [value]).map(textOf).filter((name) => name !== '');
}
