import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRun,
	IWorkflowExecuteAdditionalData,
	WorkflowParameters,
} from 'n8n-workflow';

/** n8n writes a key into its user folder when its core is loaded: it must be a folder of our own by then. */
export const USER_FOLDER = mkdtempSync(path.join(tmpdir(), 'crosslink-engine-'));
process.env.N8N_USER_FOLDER = USER_FOLDER;
process.env.N8N_LOG_LEVEL ??= 'silent';
afterAll(() => rmSync(USER_FOLDER, { recursive: true, force: true }));

// Loaded after the folder is set.
/* eslint-disable @typescript-eslint/no-require-imports -- an import would run before the lines above */
const core = require('n8n-core') as typeof import('n8n-core');
const { ICredentialsHelper, NodeHelpers, Workflow } = require('n8n-workflow') as typeof import('n8n-workflow');
/* eslint-enable @typescript-eslint/no-require-imports */

export const ROOT = path.resolve(__dirname, '../..');
export const PACK = 'n8n-nodes-crosslink';
const BASE_URL = 'http://127.0.0.1:5678/';

/** Credential values by credential type, as a user would have saved them. */
export type CredentialValues = Record<string, ICredentialDataDecryptedObject>;

export interface Pack {
	nodeTypes: INodeTypes;
	credentialTypes: Record<string, ICredentialType>;
}

const START: INodeType = {
	description: {
		displayName: 'Start',
		name: 'start',
		group: ['trigger'],
		version: 1,
		description: 'Hands in the items of a test',
		defaults: { name: 'Start' },
		inputs: [],
		outputs: ['main'],
		properties: [],
	},
};

/** Loads the built pack the way n8n loads an installed package: by its package.json, under its real type names. */
export async function loadPack(directory = ROOT): Promise<Pack> {
	const loader = new core.PackageDirectoryLoader(directory);
	await loader.loadAll();
	const find = (type: string) => {
		if (type === 'test.start') return START;
		const [pack, name] = type.split('.');
		if (pack !== loader.packageName || name === undefined) throw new Error(`There is no node type ${type}`);
		return loader.getNode(name).type;
	};
	const nodeTypes: INodeTypes = {
		getByName: (type) => find(type),
		getByNameAndVersion: (type, version) => NodeHelpers.getVersionedNodeType(find(type), version),
		getKnownTypes: () => ({}),
	};
	const credentialTypes = Object.fromEntries(
		Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
	);
	return { nodeTypes, credentialTypes };
}

/** Hands out the test's credential values; everything about them is n8n's or the pack's own. */
class Credentials extends ICredentialsHelper {
	constructor(private readonly values: CredentialValues) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		_details: unknown,
		type: string,
	): Promise<ICredentialDataDecryptedObject> {
		const values = this.values[type];
		if (values === undefined) throw new Error(`the test has no credential of type ${type}`);
		return await Promise.resolve({ ...values });
	}

	authenticate = unexpected('authenticate');
	preAuthentication = unexpected('preAuthentication');
	runPreAuthentication = unexpected('runPreAuthentication');
	getCredentials = unexpected('getCredentials');
	updateCredentials = unexpected('updateCredentials');
	updateCredentialsOauthTokenData = unexpected('updateCredentialsOauthTokenData');

	getCredentialsProperties() {
		return [];
	}
}

function unexpected(name: string) {
	return (): Promise<never> => Promise.reject(new Error(`the pack was not expected to call ${name}`));
}

export interface Given {
	pack: Pack;
	credentials?: CredentialValues;
	/** Chosen in the node; all of `credentials` when left out. */
	chosen?: string[];
}

/** What the engine gives every node: real contexts, the test's credentials. */
export function additionalDataFor(
	credentials: CredentialValues = {},
	more: Partial<IWorkflowExecuteAdditionalData> = {},
): IWorkflowExecuteAdditionalData {
	return {
		credentialsHelper: new Credentials(credentials),
		externalSecretsProxy: new core.ExternalSecretsProxy(),
		executeWorkflow: unexpected('executeWorkflow'),
		getRunExecutionData: unexpected('getRunExecutionData'),
		getRuntimeCredential: unexpected('getRuntimeCredential'),
		startRunnerTask: unexpected('startRunnerTask'),
		currentNodeExecutionIndex: 0,
		executionId: '1',
		variables: {},
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
		restApiUrl: `${BASE_URL}rest`,
		instanceBaseUrl: BASE_URL,
		formBaseUrl: `${BASE_URL}form`,
		formWaitingBaseUrl: `${BASE_URL}form-waiting`,
		formTestBaseUrl: `${BASE_URL}form-test`,
		webhookBaseUrl: `${BASE_URL}webhook`,
		webhookWaitingBaseUrl: `${BASE_URL}webhook-waiting`,
		webhookTestBaseUrl: `${BASE_URL}webhook-test`,
		mcpBaseUrl: `${BASE_URL}mcp`,
		mcpTestBaseUrl: `${BASE_URL}mcp-test`,
		...more,
	};
}

/** A node of the pack with its credentials chosen. */
export function packNode(given: Given, name: string, parameters: INodeParameters, more: Partial<INode> = {}): INode {
	const chosen = given.chosen ?? Object.keys(given.credentials ?? {});
	return {
		id: `id-of-${name}`,
		name,
		type: `${PACK}.crosslink`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: Object.fromEntries(chosen.map((type) => [type, { id: type, name: type }])),
		...more,
	};
}

/** Nodes that are not in the line, such as an agent's tools, and how they hang on it. */
export interface Beside {
	nodes: INode[];
	connections: WorkflowParameters['connections'];
}
const NOTHING: Beside = { nodes: [], connections: {} };

/** A workflow of one line: Start, then these nodes. */
export function workflowOf(given: Given, nodes: INode[], beside: Beside = NOTHING): InstanceType<typeof Workflow> {
	const start: INode = {
		id: 'start',
		name: 'Start',
		type: 'test.start',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const line = [start, ...nodes];
	const connections: WorkflowParameters['connections'] = {};
	line.slice(0, -1).forEach((node, index) => {
		const next = line[index + 1] as INode;
		connections[node.name] = { main: [[{ node: next.name, type: 'main', index: 0 }]] };
	});
	return new Workflow({
		id: 'workflow',
		name: 'Test',
		nodes: [...line, ...beside.nodes],
		connections: { ...connections, ...beside.connections },
		active: false,
		nodeTypes: given.pack.nodeTypes,
		settings: { executionOrder: 'v1' },
	});
}

export interface NodeRun {
	run: IRun;
	/** Items of each output of the last node. */
	outputs: INodeExecutionData[][];
	/** JSON of the first output's items. */
	json: IDataObject[];
	/** What stopped the last node. */
	error: { message: string; description?: string | null; context?: IDataObject; failure?: IDataObject } | undefined;
}

/** Runs Start with `items`, then the nodes, in n8n's own engine. */
export async function runNodes(
	given: Given,
	nodes: INode[],
	items: IDataObject[],
	more: Partial<IWorkflowExecuteAdditionalData> = {},
	beside?: Beside,
): Promise<NodeRun> {
	const workflow = workflowOf(given, nodes, beside);
	const additionalData = additionalDataFor(given.credentials, more);
	additionalData.hooks = new core.ExecutionLifecycleHooks('manual', '1', {
		id: 'workflow',
		name: 'Test',
		active: false,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	} as ConstructorParameters<typeof core.ExecutionLifecycleHooks>[2]);
	const run = await new core.WorkflowExecute(additionalData, 'manual').run({
		workflow,
		startNode: workflow.getNode('Start') ?? undefined,
		pinData: { Start: items.map((json) => ({ json })) },
	});
	const last = nodes.at(-1)?.name ?? 'Start';
	const task = run.data.resultData.runData[last]?.at(-1);
	const outputs = (task?.data?.main ?? []).map((output) => output ?? []);
	return {
		run,
		outputs,
		json: (outputs[0] ?? []).map(({ json }) => json),
		error: (task?.error ?? run.data.resultData.error) as NodeRun['error'],
	};
}

/** Runs one operation of the `crosslink` node for these items. */
export async function runCrosslink(
	given: Given,
	parameters: INodeParameters,
	items: IDataObject[] = [{}],
	more: Partial<INode> = {},
): Promise<NodeRun> {
	return await runNodes(given, [packNode(given, 'Crosslink', parameters, more)], items);
}

export { core };
