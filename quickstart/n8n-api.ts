import { setTimeout as delay } from 'node:timers/promises';

import { codeOf, Problem } from './problem';

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

export interface Owner {
	email: string;
	/** At least 8 characters, with a digit and a capital. */
	password: string;
	firstName: string;
	lastName: string;
}

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string | null; name: string }>;
	webhookId?: string;
	disabled?: boolean;
}

/** A workflow as n8n exports it. */
export interface WorkflowFile {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	meta?: Record<string, unknown>;
	pinData?: Record<string, unknown>;
}

export interface SavedWorkflow extends WorkflowFile {
	id: string;
	versionId: string;
	active: boolean;
}

export interface Execution {
	id: string;
	workflowId: string;
	status: string;
	/** What started it: `webhook`, `trigger`, `manual`, ... */
	mode: string;
	finished: boolean;
	/** Flattened; only from {@link N8nApi.execution}. See `run-data.ts`. */
	data?: string;
}

export interface NodeType {
	name: string;
	webhooks?: Array<{ name: string; path: string; httpMethod: string; isFullPath?: boolean }>;
}

const RUNNING = new Set(['new', 'running', 'waiting', 'unknown']);

/** n8n's own REST interface, the one its editor uses, as its owner. */
export class N8nApi {
	private cookie = '';

	constructor(readonly url: string) {}

	/** Makes the first account of a fresh n8n and logs in as it. */
	async setUpOwner(owner: Owner): Promise<void> {
		await this.call('POST', '/rest/owner/setup', owner);
	}

	async login(owner: Pick<Owner, 'email' | 'password'>): Promise<void> {
		await this.call('POST', '/rest/login', { emailOrLdapLoginId: owner.email, password: owner.password });
	}

	/** Only the types whose name starts with the given text, e.g. a package's name. */
	async nodeTypes(prefix: string): Promise<NodeType[]> {
		const types = await this.raw<NodeType[]>('GET', '/types/nodes.json');
		return types.filter(({ name }) => name.startsWith(prefix));
	}

	async createCredential(
		name: string,
		type: string,
		data: Record<string, unknown>,
	): Promise<{ id: string; name: string }> {
		return await this.call('POST', '/rest/credentials', { name, type, data });
	}

	/** n8n relinks credentials that the file names by type and name. */
	async importWorkflow(file: WorkflowFile): Promise<SavedWorkflow> {
		return await this.call('POST', '/rest/workflows', file);
	}

	/** Publishes the saved version; its triggers are live afterwards. */
	async publish(workflow: SavedWorkflow): Promise<void> {
		await this.call('POST', `/rest/workflows/${workflow.id}/activate`, { versionId: workflow.versionId });
	}

	/** Runs a workflow as "Execute workflow" in the editor does; returns the execution's id. */
	async run(workflow: SavedWorkflow, trigger: string): Promise<string> {
		const body = { workflowData: workflow, triggerToStartFrom: { name: trigger } };
		const { executionId } = await this.call<{ executionId: string }>(
			'POST',
			`/rest/workflows/${workflow.id}/run`,
			body,
		);
		return executionId;
	}

	async execution(id: string): Promise<Execution> {
		return await this.call('GET', `/rest/executions/${id}`);
	}

	/** The latest executions, newest first. */
	async executions(workflowId?: string): Promise<Execution[]> {
		const filter = workflowId ? `&filter=${encodeURIComponent(JSON.stringify({ workflowId }))}` : '';
		const { results } = await this.call<{ results: Execution[] }>('GET', `/rest/executions?limit=100${filter}`);
		return results;
	}

	/** Waits until an execution has ended, whichever way. */
	async finished(id: string, signal: AbortSignal): Promise<Execution> {
		for (;;) {
			signal.throwIfAborted();
			const execution = await this.execution(id);
			if (!RUNNING.has(execution.status)) return execution;
			await delay(POLL_MS);
		}
	}

	/** Waits until no execution runs; returns those there are. */
	async idle(signal: AbortSignal): Promise<Execution[]> {
		for (;;) {
			signal.throwIfAborted();
			const executions = await this.executions();
			if (!executions.some(({ status }) => RUNNING.has(status))) return executions;
			await delay(POLL_MS);
		}
	}

	/** n8n wraps its answers in `data`. */
	protected async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		return (await this.raw<{ data: T }>(method, path, body)).data;
	}

	protected async raw<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(this.url + path, {
			method,
			headers: {
				'content-type': 'application/json',
				// n8n closes connections that were quiet for a while, at times when the next request is on its way.
				connection: 'close',
				...(this.cookie ? { cookie: this.cookie } : {}),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(TIMEOUT_MS),
		}).catch((error: unknown) => {
			const reason = codeOf(error) || (error instanceof Error ? error.message : String(error));
			throw new Problem(`n8n does not answer ${method} ${path} (${reason}).`, 'Its log says why.');
		});
		for (const cookie of response.headers.getSetCookie()) {
			if (cookie.startsWith('n8n-auth=')) this.cookie = cookie.split(';')[0] ?? '';
		}
		const text = await response.text();
		if (response.ok) return JSON.parse(text) as T;
		throw new Problem(`n8n refused ${method} ${path} (${response.status}): ${messageOf(text)}.`, 'Its log says more.');
	}
}

/** A client for the n8n at this address; log in or set up the owner first. */
export function n8nApi(url: string): N8nApi {
	return new N8nApi(url);
}

function messageOf(text: string): string {
	try {
		const { message } = JSON.parse(text) as { message?: string };
		if (message) return message;
	} catch {
		// Not JSON: a proxy's or Express' own page; its beginning is all there is to show.
	}
	return text.slice(0, 200);
}
