import { requireLinks } from '../adapters/capability';
import { findIntegration } from '../adapters/registry';
import type { CommandRun } from '../commands/command-run';
import type { AnswerKeeper } from '../queries/kept-answer';
import type { LinkTable, Store } from '../store/store';
import type { Replication } from '../sync/replication';
import type { ConnectRequest } from '../tenants/connect';
import type { Connected } from '../tenants/connected';
import { replicationOf } from '../tenants/replication-of';
import type { Vault } from '../tenants/vault';
import { credentialOf, runIdOf, type HostContext } from './context';
import { hostEgress } from './egress';
import { n8nHttp } from './http';
import { openHostStore } from './store';
import type { Target } from './target';

export type RunOptions = Pick<Replication, 'despiteBrakes'>;

/** One run of a node: the open store, and the way to every integration. Close it when the run is over. */
export interface Session {
	readonly store: Store;
	/** An enabled integration (or one with `disabledReason`); kept, so that asking twice connects once. */
	connect(target: Target, itemIndex: number): Promise<Connected>;
	/** The same whether enabled or not. */
	connectToTry(target: Target, itemIndex: number): Promise<Connected>;
	/** What the engine needs for one entity. Throws `entity_unknown`. */
	replication(connected: Connected, entity: string, options?: RunOptions): Replication;
	/** The same for work that stays in the store: no connection is looked up, and no call can be made. */
	storeReplication(target: Target, entity: string, itemIndex: number): Promise<Replication>;
	/** The link table, without any connection. Throws `integration_unknown`, `capability_missing`, or what the store says of a missing table. */
	links(target: { integration: string; entity: string }): LinkTable;
	/** Where the last known answers to queries over this connection are kept. */
	answers(connected: Connected, target: Target, itemIndex: number): Promise<AnswerKeeper>;
	/** What running commands over this connection needs. */
	commands(connected: Connected, target: Target, itemIndex: number): Promise<CommandRun>;
	/** The log of commands alone, without any connection. */
	commandLog(
		target: Target,
		itemIndex: number,
	): Promise<Pick<CommandRun, 'tenant' | 'integration' | 'log' | 'vault' | 'runId'>>;
	/** Seals messages to people that are kept for a later try. */
	messages(connected: Connected, target: Target, itemIndex: number): Promise<Vault>;
	/** Everything the tenants' functions ask for. */
	access(target: Target, itemIndex: number): ConnectRequest;
	close(): void;
}

/**
 * Opens the store (credential, then CROSSLINK_STORE_URL, then a file in n8n's user folder) for one run of a node.
 * @throws CrosslinkError of the store, with the remedy
 */
export async function openSession(context: HostContext): Promise<Session> {
	const { store, keyRing, release } = await openHostStore(context);
	const signal = context.getExecutionCancelSignal?.();
	const runId = runIdOf(context);
	const connections = new Map<string, Promise<Connected>>();

	const access = (target: Target, itemIndex: number): ConnectRequest => ({
		...target,
		store,
		environment: process.env,
		keyRing,
		credential: () => credentialOf(context, findIntegration(target.integration).credentialType, itemIndex),
		http: n8nHttp(context),
		egress: hostEgress(context),
		signal,
	});

	const commandLog: Session['commandLog'] = async (target, itemIndex) => {
		const { vaultOf } = await import('../tenants/vault');
		const { tenant, integration } = target;
		const vault = await vaultOf(access(target, itemIndex), 'command_log');
		return { tenant, integration, log: store.commands, vault, runId };
	};

	return {
		store,
		access,
		async connect(target, itemIndex) {
			const key = JSON.stringify([target.tenant, target.integration, target.connection]);
			const { connect } = await import('../tenants/connect');
			const connection = connections.get(key) ?? connect(access(target, itemIndex));
			connections.set(key, connection);
			return await connection;
		},
		async connectToTry(target, itemIndex) {
			const { connectToTry } = await import('../tenants/connect');
			return await connectToTry(access(target, itemIndex));
		},
		replication: (connected, entity, options = {}) =>
			replicationOf(connected, entity, { store, runId, signal, ...options }),
		async storeReplication(target, entity, itemIndex) {
			const { loadEffective } = await import('../tenants/effective');
			const effective = await loadEffective(access(target, itemIndex));
			const integration = effective.entry.integration;
			return replicationOf({ ...effective, integration, adapter: {} }, entity, { store, runId, signal });
		},
		links({ integration, entity }) {
			const entry = findIntegration(integration);
			requireLinks(entry);
			return store.links(entry.integration, entity);
		},
		async answers({ tenant, integration, account = '' }, target, itemIndex) {
			const { vaultOf } = await import('../tenants/vault');
			const vault = await vaultOf({ ...access(target, itemIndex), tenant, integration }, 'query_answer');
			return { tenant, integration, account, table: store.answers, vault };
		},
		async commands({ tenant, integration, module, adapter, settings }, target, itemIndex) {
			const { retry, leaseSeconds, commandLogDays: logDays } = settings;
			const place = await commandLog({ ...target, tenant, integration }, itemIndex);
			return { ...place, module, adapter, retry, leaseSeconds, logDays, signal, now: () => new Date() };
		},
		commandLog,
		async messages({ tenant, integration }, target, itemIndex) {
			const { vaultOf } = await import('../tenants/vault');
			return await vaultOf({ ...access(target, itemIndex), tenant, integration }, 'notification_log');
		},
		close: release,
	};
}
