import Table from 'cli-table3';

/** One number or value that must be right. */
export interface Row {
	what: string;
	expected: string | number;
	seen: string | number;
}

export function isRight({ expected, seen }: Row): boolean {
	return expected === seen;
}

/** The table of what happened, as text. */
export function reportTable(rows: Row[], colours = process.stdout.isTTY === true): string {
	const table = new Table({
		head: ['what', 'expected', 'seen', 'ok'],
		style: colours ? {} : { head: [], border: [] },
		colWidths: [null, 24, 24, 5],
		wordWrap: true,
	});
	for (const row of rows) table.push([row.what, String(row.expected), String(row.seen), isRight(row) ? 'yes' : 'NO']);
	return table.toString();
}
