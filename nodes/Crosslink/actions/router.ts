import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { asCrosslinkError } from '../../../lib/errors';
import { toNodeError } from '../../../lib/host/node-error';
import { openSession } from '../../../lib/host/session';
import { emit } from './emit';
import * as command from './command/Command.resource';
import * as event from './event/Event.resource';
import * as integration from './integration/Integration.resource';
import * as link from './link/Link.resource';
import { failedItem, type Execute, type ItemResult, type WithoutStore } from './operation';
import * as query from './query/Query.resource';
import * as record from './record/Record.resource';
import * as report from './report/Report.resource';

interface Operation {
	execute: Execute;
	withoutStore?: WithoutStore;
}

type Operations = Record<string, Operation>;

const RESOURCES: Record<string, Operations> = {
	record: record.operations,
	link: link.operations,
	integration: integration.operations,
	event: event.operations,
	report: report.operations,
	query: query.operations,
	command: command.operations,
};

/** Runs the chosen operation for all input items in one session. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const indexes = this.getInputData().map((_item, index) => index);
	const resource = this.getNodeParameter('resource', 0) as string;
	const name = this.getNodeParameter('operation', 0) as string;
	const operation = RESOURCES[resource]?.[name];
	if (operation === undefined) {
		throw toNodeError(this.getNode(), new Error(`there is no operation "${name}" on "${resource}"`));
	}
	if (indexes.length === 0) return [[]];
	return [emit(this, await runInSession(this, operation, indexes))];
}

/** What concerns all items (a store that is down) stops the node, or, with "continue on fail", fails each item. */
async function runInSession(
	context: IExecuteFunctions,
	{ execute, withoutStore }: Operation,
	indexes: number[],
): Promise<ItemResult[]> {
	try {
		const session = await openSession(context);
		try {
			return await execute.call(context, session, indexes);
		} finally {
			session.close();
		}
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		if (withoutStore !== undefined) return withoutStore.call(context, indexes, error);
		if (context.continueOnFail()) return indexes.map((index) => failedItem(index, error));
		throw toNodeError(context.getNode(), error);
	}
}
