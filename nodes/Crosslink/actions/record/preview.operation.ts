import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { previewOwn } from '../../../../lib/sync/own-run';
import type { PlanSummary, PushItem, SyncOutcome } from '../../../../lib/sync/replication';
import { byTarget, type Group } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { choiceFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { entityTargetAt } from '../target';
import { skippedWhenDisabled } from './outcomes';
import { ownRecordsFor, readsOwnDatabase } from './own-side';
import { deletedOption, lastChangedOption, pushedRecordProperties, pushItemAt } from './pushed-record';

export const description: INodeProperties[] = shownFor({ record: ['preview'] }, [
	...pushedRecordProperties,
	{
		displayName: 'Direction',
		name: 'direction',
		type: 'options',
		options: [
			{ name: 'Push Fields', value: 'push', description: 'What Push Fields would do with these records' },
			{ name: 'Sync Both Ways', value: 'sync', description: 'What Sync Both Ways would do with these records' },
		],
		default: 'push',
		description: 'Which operation to plan',
	},
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{
				name: 'Each Record and a Summary',
				value: 'records',
				description: 'One item per record, and a last one with "summary"',
			},
			{ name: 'Summary Only', value: 'summary', description: 'One item: how many of what, calls and seconds' },
		],
		default: 'records',
		description: 'What to give out',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [deletedOption, lastChangedOption],
	},
]);

const DIRECTIONS = ['push', 'sync'] as const;
const OUTPUTS = ['records', 'summary'] as const;

interface Planned extends PushItem {
	direction: (typeof DIRECTIONS)[number];
	output: (typeof OUTPUTS)[number];
}

/** Says what a push or a sync would do and cost; writes nothing anywhere. What would fail is part of the plan. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { preview } = await import('../../../../lib/sync/preview');
	const inDatabase = readsOwnDatabase(this, indexes[0] ?? 0);
	return await byTarget<Planned>(
		indexes,
		(index) => ({ target: entityTargetAt(this, index), value: plannedAt(this, index, inDatabase) }),
		async (group) =>
			await skippedWhenDisabled(this, session, group, async (replication) => {
				// One plan for a group: its summary counts what one run would do.
				const { direction, output } = group.items[0]?.value as Planned;
				const records = group.items.map(({ value: { direction: _direction, output: _output, ...item } }) => item);
				const { outcomes, summary } = inDatabase
					? await previewHere(replication, await ownRecordsFor(this, session, group), records, direction)
					: await preview(replication, records, direction);
				return [...(output === 'records' ? planned(group, outcomes) : []), summaryOf(group, direction, summary)];
			}),
	);
}

async function previewHere(...given: Parameters<typeof previewOwn>): ReturnType<typeof previewOwn> {
	const { previewOwn: plan } = await import('../../../../lib/sync/own-run');
	return await plan(...given);
}

function plannedAt(context: IExecuteFunctions, index: number, inDatabase: boolean): Planned {
	return {
		...pushItemAt(context, index, inDatabase),
		direction: choiceFrom(context.getNodeParameter('direction', index, 'push'), DIRECTIONS, 'Direction', index),
		output: choiceFrom(context.getNodeParameter('output', index, 'records'), OUTPUTS, 'Output', index),
	};
}

function planned(group: Group<Planned>, outcomes: SyncOutcome[]): ItemResult[] {
	return group.items.map(({ index }, position) => ({ index, json: asJson(outcomes[position] as SyncOutcome) }));
}

/** Belongs to the group's last item, so that it comes out behind its records. */
function summaryOf(group: Group<Planned>, direction: string, summary: PlanSummary): ItemResult {
	const { tenant, integration, entity } = group.target;
	const index = group.items.at(-1)?.index ?? 0;
	return { index, json: asJson({ tenant, integration, entity, direction, summary }) };
}
