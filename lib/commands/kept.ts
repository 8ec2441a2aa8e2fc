import type { Fields, FieldValue } from '../adapters/field-value';
import type { CommandRow } from '../store/command-log';
import { commandField } from '../store/sealed-fields';
import type { Vault } from '../tenants/vault';

/** Longest response that is kept, in characters of JSON. */
const MAX_RESPONSE = 512 * 1024;

/**
 * Payload and response may name people. They are sealed as soon as there is an encryption key; without one they are kept
 * as they are, like the records of links and conflicts: a site that has set up nothing must still have exactly one order.
 */
export function keep(vault: Vault, what: 'payload' | 'response', reference: string, value: FieldValue): string {
	const text = JSON.stringify(value);
	return vault.hasKey ? vault.seal(commandField(what, reference), text) : text;
}

/** @throws CrosslinkError `auth` when it was sealed and the key is not there any more */
export function keptPayload(vault: Vault, { payload, reference }: Pick<CommandRow, 'payload' | 'reference'>): Fields {
	return opened(vault, 'payload', reference, payload) as Fields;
}

export function keptResponse(
	vault: Vault,
	{ response, reference }: Pick<CommandRow, 'response' | 'reference'>,
): FieldValue {
	return response === null ? null : opened(vault, 'response', reference, response);
}

/** What is kept of a response: all of it, or a word that it was too long. */
export function boundedResponse(response: Fields): Fields {
	const { length } = JSON.stringify(response);
	return length <= MAX_RESPONSE ? response : { cut: true, characters: length };
}

function opened(vault: Vault, what: 'payload' | 'response', reference: string, kept: string): FieldValue {
	// JSON never begins like a sealed text.
	const text = kept.startsWith('v1.') ? vault.open(commandField(what, reference), kept) : kept;
	return JSON.parse(text) as FieldValue;
}
