import { acquireStore } from '../lib/store/open';
import type { Adapter, AdapterModule, Cursor, EntityBinding } from '../lib/adapters/adapter';
import { pollChanges } from '../lib/polling/changes';
import { effectiveSettings } from '../lib/tenants/settings';

const RECEIVER = 'bench/poll';
const AGAIN_SECONDS = 60;
const LIMIT = 1_000;

/** What a poll follows. */
export interface Followed {
	module: AdapterModule;
	adapter(): Promise<Adapter>;
	binding: EntityBinding;
	/** Where the last poll ended. */
	cursor: Cursor;
}

/**
 * Whole polls as the node makes them: position, page, links, hash of each record, and both kept in one transaction on a
 * PostgreSQL. Each is another tenant's first, so that it has the same work.
 */
export async function wholePolls(storeUrl: string, { module, adapter, binding, cursor }: Followed) {
	const { store } = await acquireStore(storeUrl, { idleCloseMs: 0 });
	const { integration } = module;
	let turn = 0;
	return async (): Promise<number> => {
		const tenant = `tenant-${++turn}`;
		const key = { tenant, integration, entity: binding.entity, poll: RECEIVER };
		const options = { againSeconds: AGAIN_SECONDS, cursor: { key, cursor, expected: undefined } };
		await store.inbox.receive(RECEIVER, [], options);
		const found = await pollChanges({
			...{ store, tenant, integration, receiver: RECEIVER, limit: LIMIT, againSeconds: AGAIN_SECONDS },
			...{ entities: [binding.entity], start: 'now', timeLeft: () => true },
			connected: {
				...{ tenant, integration, mode: 'cloud', source: 'environment', module, adapter: await adapter() },
				settings: effectiveSettings(),
				bindings: new Map([[binding.entity, binding]]),
				account: 'bench',
				accountId: null,
				caveats: [],
				calls: () => 0,
			},
		});
		return found.events.length;
	};
}
