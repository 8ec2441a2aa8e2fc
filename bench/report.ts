/** A figure beside the others of its table. */
export interface Row {
	name: string;
	cells: Array<string | number>;
}

/** Prints a Markdown table, ready for docs/performance.md. */
export function printTable(title: string, columns: string[], rows: Row[]): void {
	const lines = [
		`\n### ${title}\n`,
		`| | ${columns.join(' | ')} |`,
		`|---|${columns.map(() => '---:').join('|')}|`,
		...rows.map((row) => `| ${row.name} | ${row.cells.map(shown).join(' | ')} |`),
	];
	process.stdout.write(`${lines.join('\n')}\n`);
}

/** Of an odd number of runs the middle one: one slow run on a busy machine says nothing. */
export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

const shown = (cell: string | number): string => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell);
