/**
 * A long text in pieces of at most `most` characters, cut at line breaks or blanks where there are any, never inside a
 * surrogate pair.
 */
export function piecesOf(text: string, most: number): string[] {
	const pieces: string[] = [];
	let rest = text;
	while (rest.length > most) {
		const at = cutOf(rest, most);
		pieces.push(rest.slice(0, at).trimEnd());
		rest = rest.slice(at).trimStart();
	}
	return [...pieces, rest].filter((piece) => piece !== '');
}

function cutOf(text: string, most: number): number {
	const head = text.slice(0, most);
	const at = Math.max(head.lastIndexOf('\n'), head.lastIndexOf(' '));
	if (at > most / 2) return at;
	return /[\uD800-\uDBFF]$/.test(head) ? most - 1 : most;
}
