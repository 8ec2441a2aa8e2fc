import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { integrationCredentials } from '../../lib/host/integration-credentials';
import * as command from './actions/command/Command.resource';
import * as event from './actions/event/Event.resource';
import * as integration from './actions/integration/Integration.resource';
import * as link from './actions/link/Link.resource';
import * as query from './actions/query/Query.resource';
import * as record from './actions/record/Record.resource';
import * as report from './actions/report/Report.resource';
import { router } from './actions/router';
import { credentialTest } from './methods/credential-test';
import * as loadOptions from './methods/load-options';
import { getChannelOptions, getChannels, getEvents } from './methods/notifications';
import * as resourceMapping from './methods/resource-mapping';

export class Crosslink implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crosslink',
		name: 'crosslink',
		icon: { light: 'file:crosslink.svg', dark: 'file:crosslink.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Keep records of your system and of CRMs and ERPs in step, safely twice, at once and through a crash',
		defaults: { name: 'Crosslink' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'crosslinkStoreApi', displayName: 'Store (Optional)', required: false, testedBy: 'crosslinkStore' },
			...integrationCredentials({ parameter: 'ownSide', integration: 'database' }),
		],
		hints: [
			{
				message:
					'This writes nothing into your system. Write the patch, then hand the receipt to Confirm Pull; until then the same change is offered again.',
				displayCondition:
					'={{ $parameter["resource"] === "record" && ["pull", "sync"].includes($parameter["operation"]) && $parameter["ownSide"] !== "database" }}',
				whenToDisplay: 'afterExecution',
				location: 'outputPane',
			},
			{
				message:
					'The last item has "summary". If its "finished" is false the time was up: run this node again, and it goes on from there.',
				displayCondition: '={{ $parameter["resource"] === "record" && $parameter["operation"] === "reconcile" }}',
				whenToDisplay: 'afterExecution',
				location: 'outputPane',
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Command',
						value: 'command',
						description: 'Something an external system does once and confirms, such as creating an order',
					},
					{
						name: 'Event',
						value: 'event',
						description: 'Telling people what has happened, and what triggers have taken in',
					},
					{ name: 'Integration', value: 'integration', description: 'Settings of one external system for one tenant' },
					{ name: 'Link', value: 'link', description: 'Which record of yours belongs to which record over there' },
					{ name: 'Query', value: 'query', description: 'A question to an external system; nothing changes there' },
					{ name: 'Record', value: 'record', description: 'The data itself, in either direction' },
					{ name: 'Report', value: 'report', description: 'How everything stands, and what needs somebody' },
				],
				default: 'record',
			},
			...record.description,
			...link.description,
			...integration.description,
			...event.description,
			...report.description,
			...query.description,
			...command.description,
		],
	};

	methods = {
		credentialTest,
		loadOptions: { ...loadOptions, getChannels, getEvents },
		resourceMapping: { ...resourceMapping, getChannelOptions },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router.call(this);
	}
}
