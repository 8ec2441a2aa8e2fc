import { CrosslinkError } from '../../../errors';
import type { XmlElement } from '../../../xml/document';
import type { SoapConnection, SoapEndpoint } from '../connection';
import type { SapServices } from '../services';
import { isFailed, readReturn, refusalOf, type BapiMessage } from './bapi-return';
import { SoapClient } from './client';
import type { AbapFields } from './envelope';
import type { NameStyle } from './names';

export interface BapiRun {
	endpoint: SoapEndpoint;
	parameters: AbapFields;
	purpose: string;
	dryRun: boolean;
	/** The document number in the answer; '' = none. */
	numberIn(answer: XmlElement, style: NameStyle): string;
}

export interface BapiDone {
	/** Without leading zeros; null for a dry run. */
	number: string | null;
	messages: BapiMessage[];
}

/**
 * Does one BAPI's work and has it saved. A customer's wrapper commits in the same call. Otherwise BAPI and commit are two
 * calls in one session: in a session of its own the commit would save nothing.
 * Success is: no line of type E or A, and a document number.
 */
export async function runBapi(sap: SapServices, soap: SoapConnection, run: BapiRun): Promise<BapiDone> {
	const client = new SoapClient(sap, run.endpoint, soap.names);
	// A dry run has nothing to commit.
	return soap.style === 'stateful' && !run.dryRun ? await inSession(client, run) : await inOneCall(client, run);
}

async function inOneCall(client: SoapClient, run: BapiRun): Promise<BapiDone> {
	const answer = await client.call({
		functionName: run.endpoint.functionName,
		parameters: { ...run.parameters, ...(run.dryRun && { TESTRUN: 'X' }) },
		purpose: run.dryRun ? `check whether it could ${run.purpose}` : run.purpose,
		idempotent: run.dryRun,
	});
	return judge(client, run, answer);
}

async function inSession(client: SoapClient, run: BapiRun): Promise<BapiDone> {
	const answer = await client.call({
		functionName: run.endpoint.functionName,
		parameters: run.parameters,
		purpose: run.purpose,
		idempotent: false,
		session: 'open',
	});
	let done: BapiDone;
	try {
		done = judge(client, run, answer);
	} catch (thrown) {
		await rollBack(client, run.purpose);
		throw thrown;
	}
	// WAIT: the answer comes when the update has been written, not when it has been queued.
	const committed = await client.call({
		functionName: 'BAPI_TRANSACTION_COMMIT',
		parameters: { WAIT: 'X' },
		purpose: `save it (${run.purpose})`,
		idempotent: false,
		session: 'close',
	});
	if (isFailed(readReturn(committed, client.style))) throw refusalOf(run.purpose, readReturn(committed, client.style));
	return done;
}

/** A session that ends without commit is rolled back by SAP itself: a failure here changes nothing. */
async function rollBack(client: SoapClient, purpose: string): Promise<void> {
	const call = {
		functionName: 'BAPI_TRANSACTION_ROLLBACK',
		parameters: {},
		purpose: `take it back (${purpose})`,
		idempotent: true,
		session: 'close',
	} as const;
	await client.call(call).catch(() => undefined);
}

function judge(client: SoapClient, run: BapiRun, answer: XmlElement): BapiDone {
	const messages = readReturn(answer, client.style);
	if (isFailed(messages)) throw refusalOf(run.purpose, messages);
	if (run.dryRun) return { number: null, messages };
	const number = run.numberIn(answer, client.style).replace(/^0+(?=\d)/, '');
	if (number === '' || /^0*$/.test(number)) throw numberMissing(run.purpose, messages);
	return { number, messages };
}

/** Neither an error nor a number: a wrapper that does not pass the number on, or forgets RETURN. Nobody knows. */
function numberMissing(purpose: string, messages: readonly BapiMessage[]): CrosslinkError {
	const said = messages
		.map(({ code, message }) => `[${code}] ${message}`)
		.join('; ')
		.slice(0, 300);
	return new CrosslinkError({
		class: 'unknown',
		code: 'number_missing',
		message: `SAP was asked to ${purpose} and named neither an error nor a document number${said && `: ${said}`}.`,
		remedy:
			'The outcome is looked up before anything is repeated. Check that the function returns RETURN and the number.',
	});
}
