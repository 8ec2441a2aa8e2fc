import type { Adapter, EntityBinding, Fields } from '../../../lib/adapters/adapter';
import { hubSpot } from '../../../lib/adapters/hubspot';
import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { startHubSpot, type HubSpotOptions, type HubSpotStandIn } from '../../../sandbox/hubspot';
import type { Harness } from '../harness';

type FakeTimersConfig = Extract<Parameters<typeof jest.useFakeTimers>[0], { doNotFake?: unknown }>;

export interface HubSpotHarness extends Harness {
	standIn: HubSpotStandIn;
	bindings: { order: EntityBinding; company: EntityBinding; contact: EntityBinding };
}

/** Everything but `Date`. */
const REAL: NonNullable<FakeTimersConfig['doNotFake']> = [
	'hrtime',
	'nextTick',
	'performance',
	'queueMicrotask',
	'setImmediate',
	'clearImmediate',
	'setInterval',
	'clearInterval',
	'setTimeout',
	'clearTimeout',
];

/** Long enough to be no accident, and found in no answer of the stand-in. */
const TOKEN = 'pat-eu1-5ecre700-c0de-4000-8000-0123456789ab';
const REFUSED_TOKEN = 'pat-eu1-0badbad0-c0de-4000-8000-0123456789ab';

const bindingOf = (entity: string): EntityBinding => {
	const defaults = hubSpot.entities.find((one) => one.entity === entity);
	if (!defaults) throw new Error(`HubSpot has no entity ${entity}`);
	return { ...defaults, keyField: hubSpot.keyField, onDelete: 'unlink', onCreate: {} };
};

/**
 * The stand-in with the adapter in front. Only the clock is false: it stands still until `advance`, so that polling
 * windows and equal timestamps are exact; timers run as always.
 */
export async function startHubSpotHarness(options: HubSpotOptions = {}): Promise<HubSpotHarness> {
	jest.useFakeTimers({ doNotFake: REAL, now: new Date('2026-11-23T10:00:00.000Z') });
	const standIn = await startHubSpot({
		accessToken: TOKEN,
		rateLimit: { perTenSeconds: 100_000, searchPerSecond: 100_000 },
		...options,
	});
	const budget = createMemoryBudget(() => performance.now());
	const connect: Harness['connect'] = ({ signal, refused } = {}): Adapter => {
		const connection = { accessToken: refused ? REFUSED_TOKEN : TOKEN, baseUrl: standIn.url };
		const transport = createTransport({
			http: createFetchHttp(),
			budget,
			account: hubSpot.accountKey(connection),
			// The real pace has a test of its own; here it would only make the others slow.
			limits: { general: { intervalMs: 1, burst: 1_000 }, search: { intervalMs: 1, burst: 1_000 } },
			secrets: [connection.accessToken],
			retry: { attempts: 3, baseMs: 1, maxMs: 5 },
			signal,
		});
		return hubSpot.create({ connection, transport });
	};
	const bindings = { order: bindingOf('order'), company: bindingOf('company'), contact: bindingOf('contact') };
	await connect().prepare?.(Object.values(bindings));
	const { account, calls, faults } = standIn;
	const WRITES = ['/batch/upsert', '/batch/update', '/batch/associate', '/batch/archive'];
	return {
		standIn,
		bindings,
		connect,
		secrets: [TOKEN, REFUSED_TOKEN],
		binding: bindings.order,
		related: bindings.company,
		sample: (n, binding = bindings.order): Fields =>
			binding.object === 'deals' ? { dealname: `Order ${n}`, amount: n } : { name: `Company ${n}` },
		textField: 'description',
		normalised: { field: 'closedate', sent: '2026-12-24', stored: '2026-12-24T00:00:00.000Z' },
		refusedValue: { amount: 'a lot' },
		remote: {
			count: () => account.list('deals').length,
			get: (id) => {
				const record = account.get('deals', id);
				return record && !record.archived ? record.properties : undefined;
			},
			edit: (id, fields) => void account.edit('deals', id, fields),
			remove: (id) => account.archive('deals', id),
			merge: (winner, loser) => account.merge('deals', winner, loser).id,
			associated: (id) =>
				account
					.associations('deals', id)
					.filter((link) => link.object === 'companies')
					.map((link) => link.id),
		},
		wire: {
			calls: () => calls.count,
			largestBatch: () => Math.max(0, ...calls.list().map((call) => call.inputs ?? 0)),
			clear: () => calls.clear(),
		},
		faults: {
			loseNextWrite: () => {
				// Whichever write comes first; the others are taken back by `clear`.
				for (const pathIncludes of WRITES) faults.add({ kind: 'lostAnswer', match: { pathIncludes } });
			},
			down: () => faults.add({ kind: 'status', status: 503, times: Infinity }),
			hang: () => faults.add({ kind: 'hang', times: Infinity }),
			clear: () => faults.clear(),
		},
		advance: (ms) => void jest.setSystemTime(Date.now() + ms),
		setIndexingDelay: (ms) => {
			account.indexDelayMs = ms;
		},
		stop: async () => {
			await standIn.stop();
			jest.useRealTimers();
		},
	};
}
