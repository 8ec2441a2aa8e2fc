import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { QueryFile } from '../../../../lib/adapters/query';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import type { QueryOutcome } from '../../../../lib/queries/run-query';
import { eachConnected } from '../each-connected';
import { describedOf, valuesAt, valuesProperties, type GivenValues } from '../described-values';
import { asJson, type ItemResult } from '../operation';
import { wholeNumberFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { requiredTextAt, targetAt } from '../target';

/** A year: what is older is not worth being called an answer. */
const MAX_OLD_MINUTES = 525_600;
const DEFAULT_OLD_MINUTES = 60;
const DEFAULT_BINARY = 'data';

export const description: INodeProperties[] = shownFor({ query: ['run'] }, [
	{
		displayName: 'Query Name or ID',
		name: 'query',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getQueries', loadOptionsDependsOn: ['integration', 'tenant'] },
		default: '',
		required: true,
		description:
			'What is asked. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	...valuesProperties('parameters', {
		displayName: 'Parameters',
		method: 'getQueryParameters',
		dependsOn: 'query',
		description: 'What the query has to know. They are checked before anything is asked.',
	}),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Accept an Old Answer (Minutes)',
				name: 'oldAnswerMinutes',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: MAX_OLD_MINUTES },
				default: 60,
				description:
					'While the other side cannot be reached, give its last known answer to the same question, if it is not older than this, with "stale" and "asOf". Answers are kept for it in the store; without this option none is.',
			},
			{
				displayName: 'Put Documents in Field',
				name: 'binaryProperty',
				type: 'string',
				default: 'data',
				description: 'Name of the binary field that gets the document of a row, for queries that bring documents',
			},
		],
	},
]);

interface Asked {
	target: Target;
	query: string;
	values: GivenValues;
	oldAnswerSeconds: number | undefined;
	binaryProperty: string;
}

/** Each row of the answer becomes an item. An answer without rows is an answer: no item comes out. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { runQuery } = await import('../../../../lib/queries/run-query');
	const { findQueryDescription } = await import('../../../../lib/parameters/find-described');
	return await eachConnected<Asked>(
		session,
		indexes,
		(index) => askedAt(this, index),
		async (connected, asked, index) => {
			const { integration, module, adapter } = connected;
			const { parameters } = findQueryDescription(module, asked.query);
			const keeper = await session.answers(connected, asked.target, index);
			const outcome = await runQuery(
				{ integration, module, adapter, keeper, now: () => new Date() },
				{
					query: asked.query,
					parameters: describedOf(asked.values, parameters),
					oldAnswerSeconds: asked.oldAnswerSeconds,
				},
			);
			if (outcome.notKept !== undefined) {
				const { message, remedy } = outcome.notKept;
				this.logger.warn(`Crosslink could not keep the answer to "${asked.query}": ${message} ${remedy}`);
			}
			return await itemsOf(this, outcome, index, asked.binaryProperty);
		},
		({ query }) => ({ query }),
	);
}

function askedAt(context: IExecuteFunctions, index: number): Asked {
	const options = context.getNodeParameter('options', index, {}) as IDataObject;
	const minutes = options['oldAnswerMinutes'];
	return {
		target: targetAt(context, index),
		query: requiredTextAt(context, 'query', 'Query', index),
		values: valuesAt(context, 'parameters', index),
		oldAnswerSeconds:
			minutes === undefined
				? undefined
				: wholeNumberFrom(minutes, 'Accept an Old Answer (Minutes)', index, {
						min: 1,
						max: MAX_OLD_MINUTES,
						byDefault: DEFAULT_OLD_MINUTES,
					}) * 60,
		binaryProperty: nameOf(options['binaryProperty']),
	};
}

function nameOf(given: unknown): string {
	return typeof given === 'string' && given.trim() !== '' ? given.trim() : DEFAULT_BINARY;
}

async function itemsOf(
	context: IExecuteFunctions,
	{ rows, files, stale }: QueryOutcome,
	index: number,
	binaryProperty: string,
): Promise<ItemResult[]> {
	const old = stale === undefined ? {} : { stale: true, asOf: stale.asOf.toISOString() };
	const results: ItemResult[] = [];
	for (const [position, row] of rows.entries()) {
		const binary = await binaryOf(context, files[position], binaryProperty);
		results.push({ index, json: asJson({ ...row, ...old }), ...(binary && { binary }) });
	}
	return results;
}

async function binaryOf(
	context: IExecuteFunctions,
	file: QueryFile | undefined,
	property: string,
): Promise<IBinaryKeyData | undefined> {
	if (file === undefined) return undefined;
	return { [property]: await context.helpers.prepareBinaryData(file.bytes, file.fileName, file.mimeType) };
}
