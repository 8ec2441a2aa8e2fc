import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { Egress } from '../transport/egress';
import type { Store } from '../store/store';
import type { KeyRing } from '../tenants/key-ring';
import { credentialOf, inQueueMode, type HostContext } from './context';
import { hostEgress, withoutFilter } from './egress';
import { storeCaveats, storePlace } from './store-place';

const STORE_CREDENTIAL = 'crosslinkStoreApi';

/** The store of one run, and the key that its credential brings along. */
export interface HostStore {
	store: Store;
	keyRing: KeyRing | undefined;
	release(): void;
}

/** Opens the store that the node's credential, the environment or n8n's user folder names. */
export async function openHostStore(context: HostContext): Promise<HostStore> {
	return await open(await credentialOf(context, STORE_CREDENTIAL, 0), hostEgress(context));
}

/** Opens the store of a credential, makes its tables and writes a row; says where it is. */
export async function testStore(credential: ICredentialDataDecryptedObject): Promise<string> {
	const { store, release } = await open(credential, withoutFilter(process.env));
	try {
		await store.check();
		return [`The store works: ${store.location}`, ...storeCaveats(credential)].join('. ');
	} finally {
		release();
	}
}

/** A store that the environment names is the site's own, as n8n's database is, and not asked about. */
async function open(credential: ICredentialDataDecryptedObject | undefined, filter: Egress): Promise<HostStore> {
	const key = typeof credential?.encryptionKey === 'string' ? credential.encryptionKey.trim() : '';
	const keyRing = key === '' ? undefined : await keyRingOf(key);
	const place = await storePlace(credential);
	const egress = credential === undefined ? undefined : filter;
	const { acquireStore } = await import('../store/open');
	return { ...(await acquireStore(place, { queueMode: inQueueMode(), egress })), keyRing };
}

async function keyRingOf(key: string): Promise<KeyRing> {
	const { parseKeyRing } = await import('../tenants/key-ring');
	return parseKeyRing(key, 'the encryption key of the Crosslink Store credential');
}
