import type { Adapter, EntityBinding, Mode } from '../../../lib/adapters/adapter';
import { sap } from '../../../lib/adapters/sap';
import { CrosslinkError } from '../../../lib/errors';
import { readNetwork } from '../../../lib/transport/network';
import type { HttpClient } from '../../../lib/transport/http';
import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { ORDER, orderRequest } from './orders';
import { findSapSpecs, startSap, type SapOptions, type SapStandIn } from '../../../sandbox/sap';

export { ORDER, orderRequest };

export const MODES: Mode[] = ['cloud', 'onprem'];

/** Tests that need SAP's own metadata; without it their name says so. */
export function describeSap(name: string, tests: () => void): void {
	if (findSapSpecs() !== undefined) describe(name, tests);
	else
		describe.skip(`${name} (left out: SAP’s metadata is not in ../shared/specs/sap)`, () =>
			it('waits for it', () => {}));
}

export interface SapSite {
	standIn: SapStandIn;
	adapter(
		changes?: Record<string, string>,
		options?: { signal?: AbortSignal; timeoutMs?: number; http?: HttpClient },
	): Adapter;
}

export async function startSapSite(mode: Mode, options: SapOptions = {}): Promise<SapSite> {
	const standIn = await startSap(options);
	const adapter: SapSite['adapter'] = (changes = {}, { signal, timeoutMs, http } = {}) => {
		const connection = connectionOf(standIn, mode, changes);
		const transport = createTransport({
			http: http ?? createFetchHttp(),
			network: readNetwork(connection, 'SAP'),
			budget: createMemoryBudget(() => performance.now()),
			account: sap[mode].accountKey(connection),
			limits: { general: { intervalMs: 1, burst: 1_000 } },
			secrets: [connection['password'] ?? '', connection['clientSecret'] ?? ''],
			retry: { attempts: 3, baseMs: 1, maxMs: 5 },
			deadlines: { ...(timeoutMs !== undefined && { attemptMs: timeoutMs }) },
			signal,
		});
		return sap[mode].create({ connection, transport });
	};
	return { standIn, adapter };
}

export function connectionOf(
	standIn: SapStandIn,
	mode: Mode,
	changes: Record<string, string> = {},
): Record<string, string> {
	return {
		baseUrl: standIn.url,
		username: standIn.username,
		password: standIn.password,
		...(mode === 'onprem' ? { sapClient: '100' } : {}),
		...changes,
	};
}

export const bindingOf = (entity: string): EntityBinding => {
	const defaults = sap.cloud.entities.find((one) => one.entity === entity);
	if (!defaults) throw new Error(`SAP has no entity ${entity}`);
	return { ...defaults, keyField: sap.cloud.keyField, onDelete: 'ignore', onCreate: {} };
};

/** An order as it lies in SAP. */
export const ORDER_BODY = {
	SalesOrderType: 'OR',
	SalesOrganization: '1710',
	DistributionChannel: '10',
	OrganizationDivision: '00',
	SoldToParty: '17100001',
};

export function power<P extends keyof Adapter>(adapter: Adapter, name: P): NonNullable<Adapter[P]> {
	const found = adapter[name];
	if (!found) throw new Error(`the adapter has no ${name}`);
	return found;
}

export async function failureOf(promise: Promise<unknown>): Promise<CrosslinkError> {
	const thrown = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (thrown instanceof CrosslinkError) return thrown;
	throw new Error(`expected a CrosslinkError, got ${String(thrown)}`);
}
