/** Says by name what is not tested here; past jest, which keeps the console of a skipped file to itself. */
export function leftOut(what: string, why: string): void {
	process.stderr.write(`Left out: ${what} (${why}).\n`);
}
