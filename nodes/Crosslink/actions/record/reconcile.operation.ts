import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { showProgress } from '../../../../lib/host/progress';
import type { Session } from '../../../../lib/host/session';
import type { Replication, RunReport } from '../../../../lib/sync/replication';
import { despiteBrakesOption } from '../brakes';
import { byTarget, type Group } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { choiceFrom, flagFrom, wholeNumberFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { entityTargetAt } from '../target';
import { NO_PATCH, skippedWhenDisabled } from './outcomes';

const MODES = ['report', 'repair'] as const;
/** Links read and compared at once; some calls' worth, little memory. */
const PAGE_SIZE = { min: 1, max: 10_000, byDefault: 500 };
/** How long one run may take before it stops and can be taken up again, in minutes. */
const MINUTES = { min: 1, max: 24 * 60, byDefault: 10 };
/** Records in the output; the summary counts all of them. */
const MAX_RECORDS = { min: 1, max: 100_000, byDefault: 1_000 };
const MS_PER_MINUTE = 60_000;

export const description: INodeProperties[] = shownFor({ record: ['reconcile'] }, [
	{
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		options: [
			{ name: 'Report', value: 'report', description: 'Only say what differs; write nothing on the other side' },
			{
				name: 'Repair',
				value: 'repair',
				description: 'Bring what differs in step by the field rules, as a sync would',
			},
		],
		default: 'report',
		description: 'What to do with records that differ',
	},
	{
		displayName: 'Start Over',
		name: 'restart',
		type: 'boolean',
		default: false,
		description: 'Whether to begin with the first link again instead of going on where an unfinished run stopped',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			despiteBrakesOption,
			{
				displayName: 'Max Records in Output',
				name: 'maxRecords',
				type: 'number',
				typeOptions: { minValue: MAX_RECORDS.min, maxValue: MAX_RECORDS.max },
				default: 1000,
				description: 'How many of the records that differ to give out; the summary counts all of them',
			},
			{
				displayName: 'Page Size',
				name: 'pageSize',
				type: 'number',
				typeOptions: { minValue: PAGE_SIZE.min, maxValue: PAGE_SIZE.max },
				default: 500,
				description: 'How many links to compare at a time',
			},
			{
				displayName: 'Time Limit (Minutes)',
				name: 'maxMinutes',
				type: 'number',
				typeOptions: { minValue: MINUTES.min, maxValue: MINUTES.max },
				default: 10,
				description: 'When to stop for now. If "summary.finished" is false, run it again: it goes on from there.',
			},
		],
	},
]);

interface Wanted {
	repair: boolean;
	restart: boolean;
	pageSize: number;
	maxMs: number;
	maxRecords: number;
}

/**
 * Compares all links with the other side, page by page: once per tenant, integration and entity, however many items
 * come in. Records that differ come out, then one item with `summary`; all of them belong to the first item.
 */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	return await byTarget<Wanted>(
		indexes,
		(index) => ({ target: entityTargetAt(this, index), value: wantedAt(this, index) }),
		async (group) =>
			await skippedWhenDisabled(
				this,
				session,
				group,
				async (replication) => await reconcileGroup(this, replication, group),
				NO_PATCH,
			),
	);
}

async function reconcileGroup(
	context: IExecuteFunctions,
	replication: Replication,
	group: Group<Wanted>,
): Promise<ItemResult[]> {
	const { reconcile } = await import('../../../../lib/sync/reconcile');
	const [first] = group.items;
	if (first === undefined) return [];
	const { maxRecords, ...options } = first.value;
	const results: ItemResult[] = [];
	let last: RunReport | undefined;
	for await (const { outcomes, report } of reconcile(replication, options)) {
		for (const outcome of outcomes.slice(0, maxRecords - results.length)) {
			// What failed is counted and told like the rest: the run as a whole has done its work.
			results.push({ index: first.index, json: asJson(outcome) });
		}
		last = report;
		showProgress(context, `Reconcile ${group.target.entity} with ${group.target.integration}`, report);
	}
	const { tenant, integration, entity } = group.target;
	const summary = last === undefined ? null : { ...last };
	return [...results, { index: first.index, json: asJson({ tenant, integration, entity, summary }) }];
}

function wantedAt(context: IExecuteFunctions, index: number): Wanted {
	const options = context.getNodeParameter('options', index, {}) as IDataObject;
	const minutes = wholeNumberFrom(options['maxMinutes'], 'Time Limit (Minutes)', index, MINUTES);
	return {
		repair: choiceFrom(context.getNodeParameter('mode', index, 'report'), MODES, 'Mode', index) === 'repair',
		restart: flagFrom(context.getNodeParameter('restart', index, false), 'Start Over', index),
		pageSize: wholeNumberFrom(options['pageSize'], 'Page Size', index, PAGE_SIZE),
		maxMs: minutes * MS_PER_MINUTE,
		maxRecords: wholeNumberFrom(options['maxRecords'], 'Max Records in Output', index, MAX_RECORDS),
	};
}
