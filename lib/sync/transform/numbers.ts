import type { FieldValue, Transform } from '../../adapters/adapter';
import { notOfType } from './not-of-type';

const PLAIN = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;

/** Digits in groups of three or in one run; what stands between groups is never the decimal mark. */
const WRITTEN = {
	',': /^[+-]?(\d{1,3}([.\s'’]\d{3})+|\d+)(,\d+)?$/,
	'.': /^[+-]?(\d{1,3}([,\s'’]\d{3})+|\d+)(\.\d+)?$/,
};
const GROUPING = { ',': /[.\s'’]/g, '.': /[,\s'’]/g };

/**
 * A number from a number or a text. Without `mark` the text is as JSON would write it.
 * @throws CrosslinkError `rejected` for other texts, and for whole numbers too long for a number to hold exactly
 */
export function numberFrom(value: FieldValue, field: string, mark?: Transform['decimalMark']): number {
	if (typeof value === 'number') return value;
	if (typeof value !== 'string') throw notOfType(field, value, 'a number');
	const text = plainText(value.trim(), mark);
	const number = text === undefined ? Number.NaN : Number(text);
	if (text === undefined || !Number.isFinite(number)) {
		throw notOfType(field, value, mark === undefined ? 'a number' : `a number with the decimal mark "${mark}"`);
	}
	if (INTEGER.test(text) && !Number.isSafeInteger(number)) {
		const remedy = 'Set the type of the field rule to text: so many digits are no amount, and would be changed.';
		throw notOfType(field, value, 'a number of at most 15 digits', remedy);
	}
	return number;
}

/** A local number in external units: shifted by `scale`, rounded to `decimals`. */
export function scaledOut(number: number, transform: Transform): number {
	return rounded(shifted(number, -(transform.scale ?? 0)), placesOf(transform));
}

/** The inverse of {@link scaledOut}. */
export function scaledIn(number: number, transform: Transform): number {
	return shifted(rounded(number, placesOf(transform)), transform.scale ?? 0);
}

function plainText(text: string, mark: Transform['decimalMark']): string | undefined {
	if (mark === undefined) return PLAIN.test(text) ? text : undefined;
	if (!WRITTEN[mark].test(text)) return undefined;
	return text.replace(GROUPING[mark], '').replace(',', '.');
}

/** Cents are whole: what counts smaller units here is not given parts of them. */
function placesOf({ decimals, scale }: Transform): number | undefined {
	return decimals ?? (scale === undefined ? undefined : Math.max(scale, 0));
}

/** Half away from zero, by the digits a person sees: 1.005 has two digits more than 1, whatever its bits say. */
function rounded(number: number, places: number | undefined): number {
	if (places === undefined) return number;
	const whole = Math.round(shifted(Math.abs(number), places));
	// Beyond this every number is whole already.
	if (!Number.isSafeInteger(whole)) return number;
	return Math.sign(number) * shifted(whole, -places) + 0;
}

/** number × 10^places without the error that multiplying would bring. */
function shifted(number: number, places: number): number {
	if (places === 0) return number;
	const [digits = '', exponent = '0'] = String(number).split('e');
	return Number(`${digits}e${Number(exponent) + places}`);
}
