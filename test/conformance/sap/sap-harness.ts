import type { Adapter, ExternalRecord, Fields, Mode, UpsertRecord } from '../../../lib/adapters/adapter';
import type { SapStandIn } from '../../../sandbox/sap';
import type { Harness } from '../harness';
import { bindingOf, ORDER_BODY, startSapSite } from './sap-site';

type FakeTimersConfig = Extract<Parameters<typeof jest.useFakeTimers>[0], { doNotFake?: unknown }>;

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

const order = bindingOf('order');

/**
 * The stand-in with the adapter in front, for the parts of the kit that read. SAP's records are made by commands, never by
 * sync: so what the kit writes is written in SAP itself, as its people do.
 */
export async function startSapHarness(mode: Mode): Promise<Harness> {
	jest.useFakeTimers({ doNotFake: REAL, now: new Date('2026-11-23T10:00:00.000Z') });
	const { standIn, adapter } = await startSapSite(mode);
	const connect: Harness['connect'] = ({ signal, refused } = {}): Adapter =>
		adapter(refused ? { password: 'wrong-Passw0rd' } : {}, signal && { signal });
	const orders = () => standIn.system.tables.of('A_SalesOrder');
	return {
		connect,
		create: async (records) => records.map((record) => write(standIn, record)),
		secrets: [standIn.password],
		binding: order,
		related: bindingOf('company'),
		sample: (n): Fields => ({ ...ORDER_BODY, CustomerPaymentTerms: String(n % 10_000).padStart(4, '0') }),
		anId: '4711',
		textField: 'AssignmentReference',
		normalised: { field: 'CustomerPaymentTerms', sent: 'abcd', stored: 'ABCD' },
		refusedValue: { SalesOrderType: 'too long for it' },
		remote: {
			count: () => orders().length,
			get: (id) => orders().find((one) => one['SalesOrder'] === id) as Record<string, string> | undefined,
			edit: (id, fields) => standIn.system.touchOrder(id, fields),
			remove: (id) => standIn.system.deleteRow('A_SalesOrder', 'SalesOrder', id),
			merge: () => {
				throw new Error('SAP merges no orders');
			},
			associated: () => [],
		},
		wire: {
			calls: () => standIn.calls.length,
			largestBatch: () => Math.max(0, ...standIn.calls.map((call) => call.keys)),
			clear: () => void standIn.calls.splice(0),
		},
		faults: {
			loseNextWrite: () => standIn.faults.add({ kind: 'lostAnswer', match: { method: 'POST' } }),
			down: () => standIn.faults.add({ kind: 'status', status: 503, times: Infinity }),
			hang: () => standIn.faults.add({ kind: 'hang', times: Infinity }),
			clear: () => standIn.faults.clear(),
		},
		advance: (ms) => void jest.setSystemTime(Date.now() + ms),
		setIndexingDelay: (ms) => {
			standIn.indexDelayMs = ms;
		},
		stop: async () => {
			await standIn.stop();
			jest.useRealTimers();
		},
	};
}

function write(standIn: SapStandIn, { key, fields }: UpsertRecord): ExternalRecord {
	const row = standIn.create('API_SALES_ORDER_SRV', 'A_SalesOrder', { ...fields, [key.field]: key.value });
	return {
		externalId: String(row['SalesOrder']),
		fields: {},
		version: null,
		modifiedAt: null,
		aliases: [],
		deleted: false,
	};
}
