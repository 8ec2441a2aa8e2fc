import type { FieldValue } from '../adapters/field-value';

/** Digits that a double keeps whatever the number is (IEEE 754, DBL_DIG). */
const EXACT_DIGITS = 15;
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/;

interface NoNumber {
	wrong: string;
	remedy: string;
}

/**
 * A number from a number or from text with a point. Text of more digits than a number can hold is refused rather than
 * changed: an amount must arrive as it left.
 */
export function numberFrom(given: FieldValue): number | NoNumber {
	if (typeof given === 'number') {
		if (Number.isInteger(given) && !Number.isSafeInteger(given)) return tooExact();
		return given;
	}
	const text = typeof given === 'string' ? given.trim() : '';
	if (!PLAIN_NUMBER.test(text)) {
		return {
			wrong: 'must be a number',
			remedy: 'Give a number, or text such as 1234.56 with a point and without separators.',
		};
	}
	const digits = text.replace(/[+\-.]/g, '').replace(/^0+/, '');
	const significant = text.includes('.') ? digits.replace(/0+$/, '') : digits;
	return significant.length > EXACT_DIGITS ? tooExact() : Number(text);
}

/** Digits behind the point in the shortest text that means this number. */
export function decimalsOf(value: number): number {
	const [, decimals = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
	return Math.max(0, decimals.length - Number(exponent));
}

function tooExact(): NoNumber {
	return {
		wrong: `has more than the ${EXACT_DIGITS} digits that a number can hold exactly`,
		remedy: 'Round it first.',
	};
}
