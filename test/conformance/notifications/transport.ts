import type { AdapterModule } from '../../../lib/adapters/adapter';
import type { BudgetLedger } from '../../../lib/transport/budget';
import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import type { Transport } from '../../../lib/transport/transport';

/** A transport as the pack makes it, with no pace of its own unless a test is about that. */
export function transportOf(
	module: AdapterModule,
	connection: Record<string, string>,
	{ budget = createMemoryBudget(), paced = false }: { budget?: BudgetLedger; paced?: boolean } = {},
): Transport {
	const fast = { intervalMs: 1, burst: 1_000 };
	return createTransport({
		http: createFetchHttp(),
		budget,
		account: module.accountKey(connection),
		limits: paced ? module.limits : Object.fromEntries(Object.keys(module.limits).map((name) => [name, fast])),
		secrets: module.connectionFields.filter(({ secret }) => secret).flatMap(({ name }) => connection[name] ?? []),
	});
}
