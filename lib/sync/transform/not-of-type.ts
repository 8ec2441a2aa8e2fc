import type { FieldValue } from '../../adapters/adapter';
import { CrosslinkError } from '../../errors';

const SHOWN_CHARACTERS = 40;

/** A value that is not what its rule says it is. */
export function notOfType(field: string, value: FieldValue, wanted: string, remedy?: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'value_not_of_type',
		message: `Field "${field}" should be ${wanted}, but is ${shortened(value)}.`,
		remedy: remedy ?? 'Correct the value at its source, or change the type in the field rule.',
	});
}

/** A value as JSON, fit for one line of a message. */
export function shortened(value: FieldValue): string {
	const text = JSON.stringify(value);
	return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
