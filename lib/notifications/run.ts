import type { Adapter, AdapterModule } from '../adapters/adapter';
import type { NotificationLog } from '../store/notification-log';
import type { Settings } from '../tenants/settings';
import type { Vault } from '../tenants/vault';

/** What sending messages of one tenant over one integration needs. */
export interface NotificationRun {
	tenant: string;
	integration: string;
	module: Pick<AdapterModule, 'integration' | 'displayName' | 'notification'>;
	adapter: Adapter;
	log: NotificationLog;
	settings: Pick<Settings, 'messages' | 'notificationDays' | 'retry' | 'leaseSeconds'>;
	/** Without an encryption key nothing is kept, so that nothing can be tried again by itself. */
	vault: Vault;
	/** n8n execution id. */
	runId: string;
	signal?: AbortSignal;
	now(): Date;
}
