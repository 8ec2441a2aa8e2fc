import { Problem } from './problem';

/** Errors shown; the rest is in the log. */
const SHOWN = 5;

/** Turns a failed build into a problem that shows the compiler's first errors. */
export function buildProblem(output: string, logFile: string): Problem {
	const lines = output.replace(/\x1b\[[0-9;]*m/g, '').split('\n');
	const errors = lines.map((line) => line.trim()).filter((line) => /error TS\d+:/.test(line));
	const shown =
		errors.length > 0 ? errors.slice(0, SHOWN) : lines.filter((line) => /error/i.test(line)).slice(0, SHOWN);
	const count = errors.length > 0 ? `${errors.length} compiler error${errors.length === 1 ? '' : 's'}` : 'see below';
	return new Problem(
		`The build of the pack failed: ${count}.`,
		`Correct the source and start again; all of it: ${logFile}`,
		shown,
	);
}
