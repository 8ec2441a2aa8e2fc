import { findKeyRing, type IntegrationAccess } from './effective';
import { open, seal, type SealedPlace } from './seal';

/** Seals and opens texts of one tenant and integration, for one table of the store. */
export interface Vault {
	/** Whether there is a key at all; without one `seal` and `open` throw `encryption_key_missing`. */
	readonly hasKey: boolean;
	/** @param what the text is, in words and in plural: it opens under the same words only */
	seal(what: string, text: string): string;
	/** @throws CrosslinkError `auth` when it cannot be opened */
	open(what: string, sealed: string): string;
}

/** @throws CrosslinkError `encryption_key_invalid` for a key that is none */
export async function vaultOf(
	access: Pick<IntegrationAccess, 'tenant' | 'integration' | 'environment' | 'keyRing'>,
	table: NonNullable<SealedPlace['table']>,
): Promise<Vault> {
	const ring = await findKeyRing(access);
	const { tenant, integration } = access;
	const place = (field: string): SealedPlace => ({ tenant, integration, table, field });
	return {
		hasKey: ring !== undefined,
		seal: (what, text) => seal(ring, place(what), text),
		open: (what, sealed) => open(ring, place(what), sealed),
	};
}
