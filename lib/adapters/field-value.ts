/** A plain JSON value. `undefined` never stands for a value: absent, null and empty are three things. */
export type FieldValue = string | number | boolean | null | FieldValue[] | { [key: string]: FieldValue };

/** Field name (or path) to value. A missing key means "absent", not "null". */
export type Fields = Record<string, FieldValue>;

/** One value of an enumeration, a pipeline or a stage. */
export interface Choice {
	value: string;
	label: string;
}
