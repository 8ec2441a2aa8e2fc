import { randomUUID } from 'node:crypto';
import { sap } from '../../../lib/adapters/sap';
import type { Mode } from '../../../lib/adapters/adapter';
import type { CommandRun } from '../../../lib/commands/command-run';
import type { executeCommand } from '../../../lib/commands/execute';
import type { Store } from '../../../lib/store/store';
import { vaultOf } from '../../../lib/tenants/vault';
import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { ORDER } from './orders';

/** The stand-in does all of its work before it answers, so that a lost call is at work no longer than this. */
const SETTLES_SECONDS = 1;

/** One run of commands over a store and a SAP system, as a node would have it; quick in waiting. */
export async function sapRun(
	store: Store,
	mode: Mode,
	connection: Record<string, string>,
	more: Partial<CommandRun> = {},
): Promise<CommandRun> {
	const module = sap[mode];
	const transport = createTransport({
		http: createFetchHttp(),
		budget: createMemoryBudget(),
		account: module.accountKey(connection),
		limits: { general: { intervalMs: 1, burst: 1_000 } },
		secrets: [connection['password'] ?? ''],
		retry: { attempts: 2, baseMs: 1, maxMs: 1 },
	});
	const commands = (module.commands ?? []).map((one) => ({ ...one, settlesWithinSeconds: SETTLES_SECONDS }));
	return {
		tenant: 'default',
		integration: 'sap',
		module: { displayName: module.displayName, commands },
		adapter: module.create({ connection, transport }),
		log: store.commands,
		vault: await vaultOf({ tenant: 'default', integration: 'sap', environment: {} }, 'command_log'),
		retry: { attempts: 3, delaySeconds: 0.05 },
		leaseSeconds: 1,
		runId: randomUUID(),
		logDays: 30,
		now: () => new Date(),
		...more,
	};
}

/** What a flow asks for one order. */
export function salesOrder(key: string): Parameters<typeof executeCommand>[1] {
	return { command: 'createSalesOrder', payload: ORDER, idempotencyKey: key, tryAgain: false, waitSeconds: 3 };
}
