import { parseArgs } from 'node:util';

import { Problem } from './problem';

export const DEFAULT_PORT = 5678;

export interface StartOptions {
	/** Check everything, stop everything, and let the exit code tell. */
	once: boolean;
	/** Port of n8n on 127.0.0.1; 0 = any free one. */
	port: number;
	help: boolean;
}

export const USAGE = [
	'npm start                     n8n with Crosslink and the sandbox systems, until Ctrl-C',
	'npm start -- --once           the same, then stops; exit code 0 only if every number is right',
	`npm start -- --port <number>  another port for n8n than ${DEFAULT_PORT}; 0 = any free one`,
];

/** Throws a {@link Problem} that shows the usage. */
export function parseStartOptions(args: string[]): StartOptions {
	const { once, port, help } = parse(args);
	const number = Number(port);
	if (Number.isInteger(number) && number >= 0 && number <= 65_535) return { once, port: number, help };
	throw new Problem(`"${port}" is no port.`, 'Give a number from 0 to 65535: npm start -- --port 5680');
}

function parse(args: string[]): { once: boolean; port: string; help: boolean } {
	try {
		return parseArgs({
			args,
			options: {
				once: { type: 'boolean', default: false },
				port: { type: 'string', default: String(DEFAULT_PORT) },
				help: { type: 'boolean', short: 'h', default: false },
			},
		}).values as { once: boolean; port: string; help: boolean };
	} catch (error) {
		throw new Problem(
			`${error instanceof Error ? error.message.split('.')[0] : String(error)}.`,
			'This is understood:',
			USAGE,
		);
	}
}
