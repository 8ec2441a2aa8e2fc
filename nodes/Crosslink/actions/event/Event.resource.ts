import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { connectionProperty, integrationProperty, tenantProperty } from '../target';
import { channelProperty } from './channel';
import * as notify from './notify.operation';
import * as replay from './replay.operation';
import * as retry from './retry.operation';

export const operations = { notify, replay, retry };

const ALL = Object.keys(operations);
const CHANNELS = ['notify', 'retry'];

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['event'] } },
		options: [
			{
				name: 'Notify',
				value: 'notify',
				action: 'Notify people of an event',
				description: 'Tell people what has happened, by chat or mail, once for each event',
			},
			{
				name: 'Replay',
				value: 'replay',
				action: 'Replay an event',
				description: 'Let an event start its workflows once more, for example after an execution that failed',
			},
			{
				name: 'Retry',
				value: 'retry',
				action: 'Retry notifications',
				description: 'Send messages that failed in passing once more, when their time has come',
			},
		],
		default: 'replay',
	},
	...shownFor({ event: ['replay'] }, [integrationProperty]),
	...shownFor({ event: CHANNELS }, [channelProperty]),
	...notify.description,
	...replay.description,
	...retry.description,
	...shownFor({ event: CHANNELS }, [connectionProperty]),
	...shownFor({ event: ALL }, [tenantProperty]),
];
