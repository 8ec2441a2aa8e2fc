import { badRequest } from './gateway-error';
import { fromLiteral, type Value } from './values';

/** One step of a path: `A_SalesOrder('1')`, `to_Item`. */
export interface Step {
	name: string;
	/** Single keys come without a name: ''. */
	keys: Array<{ name: string; value: Value }> | undefined;
}

/** Takes a path below the service's root apart; it is decoded already. */
export function parsePath(path: string): Step[] {
	const steps: Step[] = [];
	let rest = path;
	while (rest !== '') {
		const found = /^([A-Za-z_$][A-Za-z0-9_]*)(?:\(((?:[^'()]|'(?:[^']|'')*')*)\))?(?:\/|$)/.exec(rest);
		if (!found) throw badRequest(`Invalid URI: ${rest.slice(0, 80)}`);
		steps.push({ name: found[1] ?? '', keys: found[2] === undefined ? undefined : parseKeys(found[2]) });
		rest = rest.slice(found[0].length);
	}
	return steps;
}

function parseKeys(text: string): Array<{ name: string; value: Value }> {
	const parts = text.match(/(?:[^,']|'(?:[^']|'')*')+/g) ?? [];
	return parts.map((one) => {
		const found = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(one);
		return found
			? { name: found[1] ?? '', value: fromLiteral((found[2] ?? '').trim()) }
			: { name: '', value: fromLiteral(one.trim()) };
	});
}
