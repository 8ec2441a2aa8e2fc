import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { FieldValue } from '../../../../lib/adapters/adapter';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import { eachItem, type EntityTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { choiceFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { idAt, textAt } from '../target';
import { conflictResult } from './conflict-view';
import { linkTargetAt } from './target';

const CHOICES = ['local', 'external', 'value'] as const;
/** Longest value a person can choose, as JSON in bytes: the longest that any adapter takes. */
const MAX_VALUE_BYTES = 1024 * 1024;

export const description: INodeProperties[] = shownFor({ link: ['resolve'] }, [
	{
		displayName: 'Conflict ID',
		name: 'conflictId',
		type: 'string',
		default: '={{ $json.conflictId }}',
		description: 'Which conflict, as Get Conflicts names it. Leave it empty to name it by record and field.',
	},
	{
		displayName: 'Local ID',
		name: 'localId',
		type: 'string',
		default: '={{ $json.localId }}',
		description: 'ID of the record in your own system; used when there is no conflict ID',
	},
	{
		displayName: 'Field',
		name: 'field',
		type: 'string',
		default: '={{ $json.field }}',
		description: 'Field of your system that is in conflict; empty for all open conflicts of the record',
	},
	{
		displayName: 'Take',
		name: 'choice',
		type: 'options',
		options: [
			{ name: 'A Value', value: 'value', description: 'Neither: the value given below goes to both sides' },
			{ name: 'External Value', value: 'external', description: 'What the external system has now' },
			{ name: 'Local Value', value: 'local', description: 'What your system has now' },
		],
		default: 'local',
		description: 'What is right. The next push or sync of the record carries it out.',
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		default: '',
		displayOptions: { show: { choice: ['value'] } },
		description:
			'The right value, as your system would have it. For a record with several matches: the external ID to link to.',
	},
	{
		displayName: 'Decided By',
		name: 'decidedBy',
		type: 'string',
		default: '',
		placeholder: 'e.g. nathan@example.com',
		description: 'Who decides, kept with the conflict: a name or address that your flow knows, for example from a form',
	},
]);

interface Decision {
	target: EntityTarget;
	conflictId?: string;
	localId?: string;
	field?: string;
	choice: (typeof CHOICES)[number];
	value?: FieldValue;
	by?: string;
}

/** Notes down what a person has decided; the next push or sync of the record carries it out. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { resolveConflicts } = await import('../../../../lib/sync/resolve');
	return await eachItem<Decision>(
		indexes,
		(index) => decisionAt(this, index),
		async ({ target, ...request }, index) => {
			const replication = await session.storeReplication(target, target.entity, index);
			return (await resolveConflicts(replication, request)).map((conflict) => conflictResult(index, conflict));
		},
	);
}

function decisionAt(context: IExecuteFunctions, index: number): Decision {
	const target = linkTargetAt(context, index);
	const choice = choiceFrom(context.getNodeParameter('choice', index, 'local'), CHOICES, 'Take', index);
	const by = textAt(context, 'decidedBy', index);
	const decision = {
		choice,
		...(choice === 'value' ? { value: valueAt(context, index) } : {}),
		...(by === '' ? {} : { by }),
	};
	const conflictId = textAt(context, 'conflictId', index);
	if (conflictId !== '') return { target, conflictId, ...decision };
	const localId = idAt(context, 'localId', 'Local ID', index);
	const field = textAt(context, 'field', index);
	if (localId !== undefined) return { target, localId, ...(field === '' ? {} : { field }), ...decision };
	throw new CrosslinkError({
		class: 'rejected',
		code: 'conflict_not_named',
		message: `Item ${index} names no conflict: both "Conflict ID" and "Local ID" are empty.`,
		remedy: 'Fill one of them, for example from Link → Get Conflicts.',
	});
}

/** As plain JSON; an expression that finds nothing is refused, because empty and null are choices. */
function valueAt(context: IExecuteFunctions, index: number): FieldValue {
	const text = JSON.stringify(context.getNodeParameter('value', index) as unknown);
	if (text !== undefined && Buffer.byteLength(text) <= MAX_VALUE_BYTES) return JSON.parse(text) as FieldValue;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'parameter_invalid',
		message: `"Value" of item ${index} ${text === undefined ? 'is missing' : `has more than ${MAX_VALUE_BYTES} bytes`}.`,
		remedy: 'Give the value that is right; null or an empty text clears the field.',
	});
}
