import type { MessageVault } from '../notifications/run';
import { KEPT_MESSAGES } from '../store/notification-log';
import { findKeyRing, type IntegrationAccess } from './effective';
import { open, seal } from './seal';

/**
 * Seals messages of one tenant and channel: values of records are in them.
 * @returns undefined where there is no encryption key
 * @throws CrosslinkError `encryption_key_invalid` for a key that is none
 */
export async function messageVault(
	access: Pick<IntegrationAccess, 'tenant' | 'integration' | 'environment' | 'keyRing'>,
): Promise<MessageVault | undefined> {
	const ring = await findKeyRing(access);
	if (ring === undefined) return undefined;
	const { tenant, integration } = access;
	// Its own field: no text of the table opens as another secret of the integration, nor the other way round.
	const place = { tenant, integration, field: KEPT_MESSAGES };
	return { seal: (text) => seal(ring, place, text), open: (sealed) => open(ring, place, sealed) };
}
