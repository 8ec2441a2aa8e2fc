/**
 * What texts of other tables than `integration_config` are sealed as, in words and in plural: they open under the same words
 * only, and the rotation of the encryption key has to know them.
 */
export const commandField = (column: 'payload' | 'response', reference: string): string =>
	`kept ${column === 'payload' ? 'values' : 'results'} of command ${reference}`;

export const messageField = (reference: string): string => `kept parts of message ${reference}`;

export const answerField = (query: string): string => `kept rows of query "${query}"`;
