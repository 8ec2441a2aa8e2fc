import type { Fields, FieldValue } from '../../adapter';
import type { CommandAnswer, CommandRequest, FoundCommand } from '../../command';
import type { ParameterDescription } from '../../parameters';
import { CrosslinkError } from '../../../errors';
import { isLock, lockedError } from '../errors';
import { SETTLES_SECONDS, WRITE_TIMEOUT_MS } from '../limits';
import { shownKey } from '../objects';
import type { SapServices } from '../services';
import { noDryRun } from './create-sales-order';
import type { CommandHandler } from './handler';
import { requiredText } from './values';

const SERVICE = 'API_BILLING_DOCUMENT_SRV';

export const CANCEL: ParameterDescription[] = [
	{
		name: 'billingDocument',
		displayName: 'Billing Document',
		description: 'Number of the invoice or credit memo in SAP.',
		type: 'text',
		required: true,
		maxLength: 10,
	},
];

/**
 * Cancels an invoice: SAP makes a cancellation document. It carries no reference of ours; but a document can be cancelled
 * only once, so whoever has done it, it is done.
 */
export const cancelBillingDocument: CommandHandler = {
	description: {
		command: 'cancelBillingDocument',
		displayName: 'Cancel Billing Document',
		description: 'Cancels a billing document in SAP and returns the number of the cancellation document.',
		parameters: CANCEL,
		whenUnknown: 'lookUp',
		settlesWithinSeconds: SETTLES_SECONDS,
	},
	execute,
	find: findCancellation,
};

async function execute(sap: SapServices, { payload, dryRun }: CommandRequest): Promise<CommandAnswer> {
	if (dryRun) throw noDryRun();
	const number = requiredText(payload, 'billingDocument');
	const client = sap.service(SERVICE);
	const purpose = `cancel billing document ${number}`;
	const { result, warnings } = await client.call(
		'Cancel',
		'POST',
		{ BillingDocument: client.protocol.literals.text(number) },
		{ purpose, idempotent: false, timeoutMs: WRITE_TIMEOUT_MS },
	);
	return judge(number, purpose, messagesIn(result), warnings);
}

/** The service answers 200 and says in its rows whether it was done. */
function judge(number: string, purpose: string, messages: CancelMessage[], warnings: string[]): CommandAnswer {
	const failed = messages.filter(({ type }) => type === 'E' || type === 'A');
	const cancellation = messages.map(({ cancellation: made }) => made).find((made) => made !== '');
	const said = failed
		.map(({ code, message }) => `[${code}] ${message}`)
		.join('; ')
		.slice(0, 600);
	if (failed.length > 0 && cancellation === undefined) {
		if (failed.some(isLock)) throw lockedError(purpose, said);
		throw new CrosslinkError({
			class: 'rejected',
			code: 'sap_refused',
			message: `SAP did not ${purpose}: ${said}`,
			remedy: 'Correct what SAP names here; the document is as it was.',
		});
	}
	if (cancellation === undefined) throw noNumber(number);
	const said2 = messages.filter(({ type }) => type === 'W').map(({ code, message }) => `${code}: ${message}`);
	return cancelled(number, cancellation, [...warnings, ...said2]);
}

export async function findCancellation(sap: SapServices, { payload }: CommandRequest): Promise<FoundCommand> {
	const number = requiredText(payload, 'billingDocument');
	const client = sap.service(SERVICE);
	const { text } = client.protocol.literals;
	const document = await client.get(
		`A_BillingDocument(${encodeURIComponent(text(number))})`,
		[],
		`read billing document ${number}`,
	);
	if (!document) return { found: 'unsure', reason: `SAP has no billing document ${number}.` };
	const filter = `CancelledBillingDocument eq ${text(shownKey(number))}`;
	const query = [`$filter=${encodeURIComponent(filter)}`, '$orderby=BillingDocument', '$top=3'];
	const found = await client.all(
		'A_BillingDocument',
		query,
		`look for the cancellation of billing document ${number}`,
		100,
	);
	const [only] = found;
	if (found.length === 1 && only) {
		return { found: 'done', answer: cancelled(number, String(only.values['BillingDocument']), []) };
	}
	if (found.length > 1) return { found: 'unsure', reason: `Billing document ${number} has several cancellations.` };
	if (document.values['BillingDocumentIsCancelled'] === true) {
		return {
			found: 'unsure',
			reason: `Billing document ${number} is cancelled, but no cancellation document is found.`,
		};
	}
	return { found: 'nothing' };
}

export function cancelled(number: string, cancellation: string, warnings: string[]): CommandAnswer {
	return {
		externalId: cancellation,
		response: { billingDocument: number, cancellationDocument: cancellation },
		warnings,
	};
}

export function noNumber(number: string): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'number_missing',
		message: `SAP answered the cancellation of billing document ${number} without the number of a cancellation document.`,
		remedy: 'It is looked up before anything is repeated.',
	});
}

interface CancelMessage {
	cancellation: string;
	type: string;
	code: string;
	message: string;
}

/** A list by the metadata; some releases return one object. */
function messagesIn(result: FieldValue): CancelMessage[] {
	const inner = isFields(result) && isFields(result['Cancel']) ? result['Cancel'] : result;
	const rows = Array.isArray(inner) ? inner : [inner];
	return rows.filter(isFields).map((row) => ({
		cancellation: shownKey(textIn(row, 'CancellationBillingDocument')),
		type: textIn(row, 'SystemMessageType'),
		code: `${textIn(row, 'SystemMessageIdentification')}/${textIn(row, 'SystemMessageNumber')}`,
		message: textIn(row, 'SystemMessageText'),
	}));
}

const isFields = (value: FieldValue | undefined): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function textIn(row: Fields, name: string): string {
	const value = row[name];
	return typeof value === 'string' ? value.trim() : '';
}
