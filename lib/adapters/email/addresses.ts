import { CrosslinkError } from '../../errors';

/** One bare address, nothing that a header's syntax gives a meaning to: no name, no list, no group, no comment. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"\u0000-\u001f\u007f]{1,64}@[^\s@<>()[\]\\,;:"\u0000-\u001f\u007f]{1,255}$/;

export function isAddress(text: string): boolean {
	return ADDRESS.test(text);
}

/** @throws CrosslinkError `rejected` `addressee_invalid`, naming the first that is none */
export function checkAddresses(addresses: readonly string[]): string[] {
	const wrong = addresses.findIndex((address) => !isAddress(address));
	if (wrong < 0) return [...addresses];
	throw new CrosslinkError({
		class: 'rejected',
		code: 'addressee_invalid',
		message: `Addressee number ${wrong + 1} is no mail address.`,
		remedy: 'Give bare addresses such as name@example.com, several as a list or with commas between them.',
	});
}
