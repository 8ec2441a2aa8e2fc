import type { Adapter, AdapterModule } from '../adapters/adapter';
import type { NotificationLog } from '../store/notification-log';
import type { Settings } from '../tenants/settings';

/** Keeps messages sealed for later tries. */
export interface MessageVault {
	seal(text: string): string;
	/** @throws CrosslinkError `auth` when it cannot be opened */
	open(sealed: string): string;
}

/** What sending messages of one tenant over one integration needs. */
export interface NotificationRun {
	tenant: string;
	integration: string;
	module: Pick<AdapterModule, 'integration' | 'displayName' | 'notification'>;
	adapter: Adapter;
	log: NotificationLog;
	settings: Pick<Settings, 'messages' | 'notificationDays' | 'retry' | 'leaseSeconds'>;
	/** undefined = there is no encryption key: nothing is kept, so that nothing can be tried again by itself. */
	vault?: MessageVault;
	/** n8n execution id. */
	runId: string;
	signal?: AbortSignal;
	now(): Date;
}
