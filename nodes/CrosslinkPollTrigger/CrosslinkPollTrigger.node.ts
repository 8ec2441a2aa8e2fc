import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';
import { executeTaken } from '../../lib/host/deliveries';
import { integrationCredentials } from '../../lib/host/integration-credentials';
import { credentialTest } from '../Crosslink/methods/credential-test';
import { getEntities } from '../Crosslink/methods/load-options';
import { getPollIntegrations } from './methods/load-options';
import { poll } from './poll';
import { properties } from './properties';
import { sample } from './sample';

export class CrosslinkPollTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crosslink Poll Trigger',
		name: 'crosslinkPollTrigger',
		icon: { light: 'file:../Crosslink/crosslink.svg', dark: 'file:../Crosslink/crosslink.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["what"] + ": " + $parameter["integration"] }}',
		description:
			'Starts the workflow with records that changed, with events another workflow took in, or with what needs a person',
		eventTriggerDescription: '',
		activationMessage: 'From now on this workflow is started by itself, as often as Poll Times says.',
		defaults: { name: 'Crosslink Poll Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'crosslinkStoreApi', displayName: 'Store (Optional)', required: false, testedBy: 'crosslinkStore' },
			...integrationCredentials(),
		],
		properties,
	};

	methods = { credentialTest, loadOptions: { getPollIntegrations, getEntities } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await poll.call(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeTaken.call(this, async () => await sample.call(this));
	}
}
