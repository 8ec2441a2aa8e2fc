import type { Choice } from './field-value';

/** One value that a command, a query or a message takes: n8n makes a form field of it, and it is checked before any call. */
export interface ParameterDescription {
	/** Camel case: the key in `payload` or `parameters`. */
	name: string;
	displayName: string;
	/** A sentence of help, as shown in n8n. */
	description: string;
	/** `object` has `parts`; `list` is a list of objects with these `parts`, or of texts where there are none. */
	type: 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'enumeration' | 'object' | 'list';
	required: boolean;
	/** A password or the like: hidden while it is typed, and in no answer, error, log or kept row. */
	secret?: true;
	default?: string | number | boolean;
	/** What `enumeration` allows. */
	choices?: Choice[];
	/** Longest `text` in characters, as the other side's contract has it. */
	maxLength?: number;
	/** Digits behind the point that the other side keeps of a `number`; more are refused. */
	decimals?: number;
	parts?: ParameterDescription[];
}
