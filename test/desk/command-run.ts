import { randomUUID } from 'node:crypto';
import type { CommandRun } from '../../lib/commands/command-run';
import type { Store } from '../../lib/store/store';
import { vaultOf } from '../../lib/tenants/vault';
import { createTransport } from '../../lib/transport/create-transport';
import { createFetchHttp } from '../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../lib/transport/memory-budget';
import { deskModule } from './adapter';

/** One run of commands over a store and the desk, as a node would have it; quick in waiting. */
export async function deskRun(
	store: Store,
	deskUrl: string,
	more: Partial<CommandRun> = {},
	values: Record<string, string> = {},
): Promise<CommandRun> {
	const module = deskModule();
	const transport = createTransport({
		http: createFetchHttp(),
		budget: createMemoryBudget(),
		account: 'desk',
		limits: module.limits,
		secrets: ['desk-token'],
		signal: more.signal,
		retry: { attempts: 2, baseMs: 1, maxMs: 1 },
	});
	const connection = { baseUrl: deskUrl, token: 'desk-token', timeoutMs: '1500', ...values };
	return {
		tenant: 'default',
		integration: 'desk',
		module,
		adapter: module.create({ connection, transport, signal: more.signal }),
		log: store.commands,
		vault: await vaultOf({ tenant: 'default', integration: 'desk', environment: {} }, 'command_log'),
		retry: { attempts: 3, delaySeconds: 0.05 },
		leaseSeconds: 1,
		runId: randomUUID(),
		logDays: 30,
		now: () => new Date(),
		...more,
	};
}

/** What a flow asks for one order. */
export function order(
	key: string,
	more: object = {},
): Parameters<typeof import('../../lib/commands/execute').executeCommand>[1] {
	return {
		command: 'createOrder',
		payload: { customer: 'ACME', amount: 12.5, ...more },
		idempotencyKey: key,
		tryAgain: false,
		waitSeconds: 10,
	};
}
