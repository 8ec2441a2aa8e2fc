import type { IDataObject, IExecuteFunctions, INodeProperties, ResourceMapperValue } from 'n8n-workflow';
import { asCrosslinkError, CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import type { NotificationAsked } from '../../../../lib/notifications/compose';
import type { NotificationOutcome } from '../../../../lib/notifications/outcome';
import { skippedWhenOff } from '../each-connected';
import { asJson, type ItemResult } from '../operation';
import { flagFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { requiredTextAt, targetAt, textAt } from '../target';
import { channelRun } from './channel';

export const description: INodeProperties[] = shownFor({ event: ['notify'] }, [
	{
		displayName: 'Event Name or ID',
		name: 'event',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getEvents', loadOptionsDependsOn: ['integration', 'tenant'] },
		default: '',
		required: true,
		description:
			'What has happened. It decides what is said, unless the settings of the integration or "Message" say otherwise. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		default: '',
		placeholder: 'e.g. C0123456789 or name@example.com',
		description:
			'Who is told: for Slack the ID of a channel, for email addresses with commas between them or a list from an expression. Leave it empty where a webhook knows its channel.',
	},
	{
		displayName: 'Event Key',
		name: 'eventKey',
		type: 'string',
		default: '={{ $json.eventId }}',
		description:
			'Names what has happened: for the same event, key and addressees a message goes out once, however often this runs. For example the number of the order. Empty means it is made of the values.',
	},
	{
		displayName: 'Message',
		name: 'message',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		description: 'Said instead of the text of the event, as it stands: nothing in it is taken for markup',
	},
	{
		displayName: 'Values',
		name: 'values',
		type: 'json',
		default: '',
		description:
			'What the text of the event is filled in with, as one object. Empty means the incoming item. An expression may give the object itself.',
	},
	{
		displayName: 'Channel Options',
		name: 'channelOptions',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description: 'What this channel offers besides, for example a thread or copies',
		typeOptions: {
			loadOptionsDependsOn: ['integration', 'tenant'],
			resourceMapper: {
				resourceMapperMethod: 'getChannelOptions',
				mode: 'add',
				fieldWords: { singular: 'option', plural: 'options' },
				addAllFields: false,
				multiKeyMatch: false,
				supportAutoMap: false,
			},
		},
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Deliver Repeatedly',
				name: 'repeat',
				type: 'boolean',
				default: false,
				description: 'Whether the message goes out with every run, also when it has gone out for this event key before',
			},
			{
				displayName: 'Fail the Flow',
				name: 'failFlow',
				type: 'boolean',
				default: false,
				description:
					'Whether a message that failed, or whose outcome is unknown, is an error of this node. Otherwise the item goes on and says so in "outcome" and "error".',
			},
			{
				displayName: 'Subject',
				name: 'subject',
				type: 'string',
				default: '',
				description: 'Said instead of the subject of the event, as it stands',
			},
		],
	},
]);

/** Tells people, item by item. What goes wrong is an outcome of its item: the business goes on, unless it is asked to stop. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { notify } = await import('../../../../lib/notifications/notify');
	const run = { runId: this.getExecutionId(), signal: this.getExecutionCancelSignal?.() };
	const results: ItemResult[] = [];
	for (const index of indexes) {
		try {
			const { target, asked } = askedAt(this, index);
			const connected = await session.connect(target, index);
			const off = skippedWhenOff(index, connected, { event: asked.event, eventKey: asked.eventKey });
			if (off !== undefined) {
				results.push(off);
				continue;
			}
			const channel = await channelRun(session, connected, target, index, run);
			results.push(resultOf(this, index, await notify(channel, asked)));
		} catch (thrown) {
			results.push(notSent(this, index, thrown));
		}
	}
	return results;
}

/** The store cannot be opened: nothing was sent, and the business goes on all the same. */
export function withoutStore(this: IExecuteFunctions, indexes: number[], error: CrosslinkError): ItemResult[] {
	return indexes.map((index) => notSent(this, index, error));
}

function resultOf(context: IExecuteFunctions, index: number, outcome: NotificationOutcome): ItemResult {
	const { error, event, integration } = outcome;
	const failed = outcome.outcome === 'failed' || outcome.outcome === 'unknown';
	if (error !== undefined && failed) {
		context.logger.warn(`Crosslink: telling of ${event} over ${integration}: ${error.message} ${error.remedy}`);
	}
	const stops = failed && error !== undefined && failsFlow(context, index);
	return { index, json: asJson(outcome), ...(stops && { error: new CrosslinkError(error) }) };
}

/** Before anything went out: a parameter, a setting or the connection is wrong, or the store is away. */
function notSent(context: IExecuteFunctions, index: number, thrown: unknown): ItemResult {
	const error = thrown instanceof CrosslinkError ? thrown : readable(index, thrown);
	const text = (name: string) => {
		try {
			return textAt(context, name, index);
		} catch {
			return '';
		}
	};
	const outcome: NotificationOutcome = {
		outcome: 'failed',
		replayed: false,
		tenant: text('tenant'),
		integration: text('integration'),
		event: text('event'),
		eventKey: text('eventKey'),
		messageId: null,
		refused: [],
		attempts: 0,
		nextAttemptAt: null,
		error: error.toPlain(),
	};
	return resultOf(context, index, outcome);
}

/** Reading parameters runs the user's expressions; what n8n throws there is about the item. */
function readable(index: number, thrown: unknown): CrosslinkError {
	const { message } = asCrosslinkError(thrown);
	return new CrosslinkError({
		class: 'rejected',
		code: 'parameter_invalid',
		message: `Item ${index} was not sent: ${message}`,
		remedy: 'Correct the parameter, or the expression in it, for this item.',
	});
}

/** An expression that fails here must not stop what it could not decide about. */
function failsFlow(context: IExecuteFunctions, index: number): boolean {
	try {
		return flagFrom(optionsAt(context, index)['failFlow'], 'Fail the Flow', index);
	} catch {
		return false;
	}
}

function askedAt(context: IExecuteFunctions, index: number): { target: Target; asked: NotificationAsked } {
	const options = optionsAt(context, index);
	const mapped = context.getNodeParameter('channelOptions', index, {}) as Partial<ResourceMapperValue> | null;
	const values = context.getNodeParameter('values', index, '') as unknown;
	const subject = options['subject'];
	return {
		target: targetAt(context, index),
		asked: {
			event: requiredTextAt(context, 'event', 'Event', index),
			eventKey: textAt(context, 'eventKey', index),
			message: textAt(context, 'message', index),
			subject: typeof subject === 'string' ? subject.trim() : '',
			values: values === '' || values === undefined ? plain(context.getInputData()[index]?.json) : plain(values),
			to: listOf(context.getNodeParameter('to', index, '') as unknown),
			options: plain(mapped?.value ?? {}),
			repeat: flagFrom(options['repeat'], 'Deliver Repeatedly', index),
		},
	};
}

function optionsAt(context: IExecuteFunctions, index: number): IDataObject {
	return context.getNodeParameter('options', index, {}) as IDataObject;
}

function listOf(given: unknown): string[] {
	const list: unknown[] = Array.isArray(given) ? given : String(given ?? '').split(/[,;\n]/);
	return list.filter((one) => typeof one === 'string' || typeof one === 'number').map(String);
}

/** Dates of expressions become ISO text. */
function plain(value: unknown): unknown {
	return value === undefined || typeof value === 'string' ? value : (JSON.parse(JSON.stringify(value)) as unknown);
}
