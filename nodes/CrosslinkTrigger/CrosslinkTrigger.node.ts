import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type IHookFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { executeTaken } from '../../lib/host/deliveries';
import { integrationCredentials } from '../../lib/host/integration-credentials';
import { credentialTest } from '../Crosslink/methods/credential-test';
import { getEntities } from '../Crosslink/methods/load-options';
import { handOutWhilePublished } from './hand-out';
import { getWebhookIntegrations } from './methods/load-options';
import { properties } from './properties';
import { receive } from './receive';
import { checkSetup } from './setup';

export class CrosslinkTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crosslink Trigger',
		name: 'crosslinkTrigger',
		icon: { light: 'file:../Crosslink/crosslink.svg', dark: 'file:../Crosslink/crosslink.dark.svg' },
		group: ['trigger'],
		// The same node: of a webhook node of version 1 n8n evaluates an expression with each request, in an isolate of its own.
		version: [1, 2],
		defaultVersion: 2,
		subtitle: '={{ $parameter["integration"] }}',
		description: 'Starts the workflow when a record changes in an external system; each event once, signatures checked',
		eventTriggerDescription: 'Waiting for the external system to send an event',
		activationMessage:
			'From now on events sent to the production URL start this workflow. The external system has to be told this URL once, by hand.',
		defaults: { name: 'Crosslink Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'crosslinkStoreApi', displayName: 'Store (Optional)', required: false, testedBy: 'crosslinkStore' },
			...integrationCredentials(),
		],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		triggerPanel: {
			header: 'Change a record in the external system',
			executionsHelp: {
				inactive:
					'While you build: let the external system send to the <b>test URL</b>, click "Execute step", then change a record there.<br><br>For real: publish the workflow and give the external system the <b>production URL</b>.',
				active:
					'Events sent to the <b>production URL</b> start this workflow by themselves and show in the executions list. To try something out, let the external system send to the <b>test URL</b>.',
			},
			activationHint: 'Publish the workflow and give the external system the production URL.',
		},
		properties,
	};

	methods = { credentialTest, loadOptions: { getWebhookIntegrations, getEntities } };

	/** Vendors such as HubSpot declare the URL in the app itself: there is nothing to register, change or delete from here. */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await checkSetup(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive.call(this);
	}

	/** Called by n8n once the workflow is published, beside the webhook: starts it with what has been received. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await Promise.resolve(handOutWhilePublished(this));
	}

	/** Called by n8n at the start of each execution with what was emitted. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeTaken.call(this);
	}
}
