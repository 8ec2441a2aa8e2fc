import type { EdmType } from '../metadata/model';
import { badRequest } from './gateway-error';
import { comparable, fromLiteral, type Row } from './values';

export type Test = (row: Row) => boolean;

const TOKEN =
	/\s*(datetimeoffset'(?:[^']|'')*'|datetime'(?:[^']|'')*'|time'(?:[^']|'')*'|guid'(?:[^']|'')*'|'(?:[^']|'')*'|[(),]|[A-Za-z_][A-Za-z0-9_/]*|-?\d+(?:\.\d+)?[mMdDlL]?)/gy;

/**
 * Reads $filter: comparisons, and, or, not, brackets, startswith, endswith and substringof.
 * @throws GatewayError 400 for what it cannot read, for a property the type has not, or one that may not be filtered
 */
export function parseFilter(text: string, type: EdmType): Test {
	const tokens = tokenize(text);
	let at = 0;
	const peek = () => tokens[at];
	const next = () => tokens[at++] ?? fail(text);
	const expect = (token: string) => {
		if (next() !== token) fail(text);
	};
	const property = (name: string) => {
		const found = type.properties.get(name);
		if (!found) throw badRequest(`Property ${name} not found in type ${type.name}`);
		if (!found.filterable) throw badRequest(`Property ${name} is not filterable`);
		return found;
	};

	function either(): Test {
		const tests = [both()];
		while (peek() === 'or') {
			next();
			tests.push(both());
		}
		return tests.length === 1 ? (tests[0] as Test) : (row) => tests.some((test) => test(row));
	}
	function both(): Test {
		const tests = [single()];
		while (peek() === 'and') {
			next();
			tests.push(single());
		}
		return tests.length === 1 ? (tests[0] as Test) : (row) => tests.every((test) => test(row));
	}
	function single(): Test {
		if (peek() === 'not') {
			next();
			const test = single();
			return (row) => !test(row);
		}
		if (peek() === '(') {
			next();
			const test = either();
			expect(')');
			return test;
		}
		const name = next();
		if (name === 'startswith' || name === 'endswith' || name === 'substringof') return textTest(name);
		return comparison(name);
	}
	function textTest(name: string): Test {
		expect('(');
		const first = next();
		expect(',');
		const second = next();
		expect(')');
		const [field, literal] = name === 'substringof' ? [second, first] : [first, second];
		property(field);
		const wanted = String(fromLiteral(literal));
		return (row) => {
			const value = String(row[field] ?? '');
			if (name === 'startswith') return value.startsWith(wanted);
			return name === 'endswith' ? value.endsWith(wanted) : value.includes(wanted);
		};
	}
	function comparison(name: string): Test {
		const field = property(name);
		const operator = next();
		const wanted = comparable(field, fromLiteral(next()));
		return (row) =>
			compare(comparable(field, row[name] ?? (field.type === 'Edm.String' ? '' : null)), operator, wanted);
	}

	const test = either();
	if (at !== tokens.length) fail(text);
	return test;
}

function compare(left: string | boolean | null, operator: string, right: string | boolean | null): boolean {
	if (operator === 'eq') return left === right;
	if (operator === 'ne') return left !== right;
	// An unknown value is neither before nor after anything.
	if (left === null || right === null) return false;
	switch (operator) {
		case 'gt':
			return left > right;
		case 'ge':
			return left >= right;
		case 'lt':
			return left < right;
		case 'le':
			return left <= right;
		default:
			throw badRequest(`Unknown operator '${operator}'`);
	}
}

function tokenize(text: string): string[] {
	const tokens: string[] = [];
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < text.length) {
		const start = TOKEN.lastIndex;
		const found = TOKEN.exec(text);
		if (!found) {
			if (text.slice(start).trim() === '') break;
			fail(text);
		}
		tokens.push((found as RegExpExecArray)[1] ?? '');
	}
	return tokens;
}

function fail(text: string): never {
	throw badRequest(`Invalid filter expression: ${text.slice(0, 100)}`);
}
