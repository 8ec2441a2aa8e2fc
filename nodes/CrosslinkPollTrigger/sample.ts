import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { CrosslinkError } from '../../lib/errors';
import { AGAIN_SECONDS, receiverOf } from '../../lib/host/deliveries';
import { toNodeError } from '../../lib/host/node-error';
import { openSession, type Session } from '../../lib/host/session';
import { toItems } from '../../lib/inbox/event-items';
import { runParameters, type Parameters } from './parameters';
import { attentionPoll, changesPoll, effectiveFor, inboxPoll, type Basis } from './polls';

/** Items of a run by hand: enough to build the flow with. */
const SAMPLE_ITEMS = 5;

/**
 * A few real items for a run by hand. Nothing is kept, no position is moved, no event is taken from a published workflow.
 * @throws n8n's errors; `nothing_to_show` says what to do to see something
 */
export async function sample(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		const given = runParameters(this);
		const session = await openSession(this);
		try {
			const limit = Math.min(SAMPLE_ITEMS, given.itemsPerPoll);
			const basis: Basis = { receiver: receiverOf(this), limit, againSeconds: AGAIN_SECONDS, timeLeft: () => true };
			const items = await samplesOf(session, given, basis);
			return [items.map((item) => ({ json: { ...item } as IDataObject, pairedItem: { item: 0 } }))];
		} finally {
			session.close();
		}
	} catch (thrown) {
		throw toNodeError(this.getNode(), thrown);
	}
}

async function samplesOf(session: Session, given: Parameters, basis: Basis): Promise<object[]> {
	const { changesSample, inboxSample, nothingToShow } = await import('../../lib/polling/samples');
	const shown = { includeRaw: given.includeRaw, fold: true };
	if (given.what === 'changes') {
		const connected = await session.connect(given.target, 0);
		if (connected.disabledReason !== undefined) throw switchedOff(connected.disabledReason);
		const events = await changesSample(changesPoll(session, given, connected, basis));
		return await toItems(session.store, events, shown);
	}
	const effective = await effectiveFor(session, given);
	if (given.what === 'inbox') {
		const asked = inboxPoll(session, given, effective, basis);
		return await toItems(session.store, await inboxSample(asked, asked.filter), shown);
	}
	const { attentionSample } = await import('../../lib/polling/attention');
	const items = await attentionSample(attentionPoll(session, given, effective, basis));
	if (items.length > 0) return items;
	throw nothingToShow(
		`Nothing of tenant "${effective.tenant}" needs a person in ${effective.entry.displayName}.`,
		'That is how it should be. To see an item, push a record with a value the other side refuses, then run this node again.',
	);
}

function switchedOff(message: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'integration_disabled',
		message,
		remedy: 'Enable it, or choose another integration.',
	});
}
