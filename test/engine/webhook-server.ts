import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INode, INodeExecutionData, INodeParameters, IWebhookData, IWebhookResponseData } from 'n8n-workflow';
import { additionalDataFor, core, packNode, workflowOf, PACK, type Given } from './harness';

export interface TriggerServer {
	/** Where the trigger listens. */
	url: string;
	/** Items of each execution that was started. */
	executions: INodeExecutionData[][];
	stop(): Promise<void>;
}

/** A trigger node of the pack, behind a port: requests reach its `webhook()` in n8n's own context. */
export async function listen(given: Given, parameters: INodeParameters): Promise<TriggerServer> {
	const executions: INodeExecutionData[][] = [];
	const server = createServer((request, response) => {
		answer(given, () => trigger, request, response).then(
			(items) => items && executions.push(items),
			(thrown: unknown) => response.writeHead(599).end(String(thrown)),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/trigger`;
	const trigger = triggerNode(given, {
		...parameters,
		options: { publicUrl: url, ...(parameters['options'] as INodeParameters | undefined) },
	});
	return {
		url,
		executions,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

export function triggerNode(given: Given, parameters: INodeParameters): INode {
	return packNode(
		given,
		'Trigger',
		{ integration: 'hubspot', ...parameters },
		{ type: `${PACK}.crosslinkTrigger`, webhookId: 'webhook-id' },
	);
}

async function answer(
	given: Given,
	node: () => INode,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<INodeExecutionData[] | undefined> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const result = await callWebhook(given, node(), request, Buffer.concat(chunks), response);
	if (result.noWebhookResponse) return undefined;
	response.writeHead(200).end(JSON.stringify(result.webhookResponse ?? 'started'));
	return result.workflowData?.[0];
}

/** Calls the node's `webhook()` as n8n does. */
export async function callWebhook(
	given: Given,
	node: INode,
	request: Pick<IncomingMessage, 'method' | 'headers'>,
	rawBody: Buffer,
	response: ServerResponse | { statusCode: number; end(): void },
): Promise<IWebhookResponseData> {
	const workflow = workflowOf(given, [node]);
	const stored = workflow.getNode(node.name) as INode;
	const nodeType = given.pack.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
	// Express's way to say it.
	const httpResponse = Object.assign(response, {
		status(code: number) {
			response.statusCode = code;
			return response;
		},
	});
	const additionalData = additionalDataFor(given.credentials, {
		httpRequest: { method: request.method, headers: request.headers, params: {}, query: {}, rawBody } as never,
		httpResponse: httpResponse as never,
	});
	const webhookData: IWebhookData = {
		httpMethod: 'POST',
		node: node.name,
		path: 'webhook-id/webhook',
		webhookDescription: nodeType.description.webhooks?.[0] as IWebhookData['webhookDescription'],
		workflowId: 'workflow',
		workflowExecuteAdditionalData: additionalData,
	};
	const context = new core.WebhookContext(workflow, stored, additionalData, 'webhook', webhookData, [], null);
	return (await nodeType.webhook?.call(context)) as IWebhookResponseData;
}
