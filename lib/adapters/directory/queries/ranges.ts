import type { CrosslinkError } from '../../../errors';
import type { Reach } from '../directory';
import { readEntry } from '../search';

/** Windows gives so many values of an attribute at once, and says in the attribute's name which they are. */
const RANGE = 1_500;

/**
 * All values of an attribute with many, block by block: `member;range=0-1499`, … up to the block whose name ends with `*`.
 * A server that gives all at once names them without a range, or with one to the end.
 * @throws CrosslinkError of `tooMany` for more than `most`
 */
export async function valuesInRanges(
	reach: Reach,
	dn: string,
	attribute: string,
	most: number,
	tooMany: () => CrosslinkError,
	range = RANGE,
): Promise<string[]> {
	const found: string[] = [];
	for (let from = 0; ;) {
		const entry = await readEntry(reach, dn, [`${attribute};range=${from}-${from + range - 1}`]);
		const block = [...(entry?.attributes.values() ?? [])].find((one) => isBlock(one.name, attribute));
		if (block === undefined) return found;
		found.push(...block.values.map((value) => value.toString('utf8')));
		if (found.length > most) throw tooMany();
		const end = /;range=\d+-(\d+|\*)$/i.exec(block.name)?.[1] ?? '*';
		// Past the last block Windows answers with an error: it must not be asked for.
		if (end === '*' || block.values.length === 0) return found;
		from = Number(end) + 1;
	}
}

const isBlock = (name: string, attribute: string): boolean =>
	name.toLowerCase().split(';')[0] === attribute.toLowerCase();
