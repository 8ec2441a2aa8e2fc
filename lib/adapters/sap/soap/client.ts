import { CrosslinkError } from '../../../errors';
import { isLoginPage, loginPage } from '../../../odata/client';
import { isPage } from '../../../odata/error-body';
import { Cookies } from '../../../odata/cookies';
import type { TransportResponse } from '../../../transport/transport';
import { child, descendants, parseXml, textOf, type XmlElement } from '../../../xml/document';
import type { SoapEndpoint, SoapNames } from '../connection';
import { classifyAnswer } from '../errors';
import { WRITE_TIMEOUT_MS } from '../limits';
import type { SapServices } from '../services';
import { envelopeOf, type AbapFields } from './envelope';
import { NAME_STYLES, type NameStyle } from './names';

export interface SoapCall {
	functionName: string;
	parameters: AbapFields;
	purpose: string;
	idempotent: boolean;
	/** Keeps the session for the next call; left out = the session ends with the call. */
	session?: 'open' | 'close';
}

/** Statuses whose body is read here. A SOAP fault is a 500 by its standard. */
const READ = [400, 401, 403, 404, 405, 500];

/**
 * Function modules behind one web service. Its cookies belong to one command and are never shared: a stateful session holds
 * uncommitted work.
 */
export class SoapClient {
	readonly style: NameStyle;
	private readonly cookies = new Cookies();

	constructor(
		private readonly sap: SapServices,
		private readonly endpoint: SoapEndpoint,
		names: SoapNames,
	) {
		this.style = NAME_STYLES[names];
	}

	/**
	 * Calls a function module.
	 * @returns the element with its results
	 * @throws CrosslinkError `rejected` for a fault (ABAP raised an exception, nothing is saved), `unknown` for a lost answer
	 */
	async call({ functionName, parameters, purpose, idempotent, session }: SoapCall): Promise<XmlElement> {
		const { transport, authorization, connection, redact } = this.sap;
		const cookie = this.cookies.header;
		const query = new URLSearchParams({
			...this.sap.fixedQuery,
			...(session && { 'sap-sessioncmd': session }),
		}).toString();
		const answer = await transport.request({
			method: 'POST',
			url: `${connection.baseUrl}${this.endpoint.path}${query && `${this.endpoint.path.includes('?') ? '&' : '?'}${query}`}`,
			budget: 'general',
			idempotent,
			purpose,
			timeoutMs: WRITE_TIMEOUT_MS,
			accept: READ,
			headers: {
				accept: 'text/xml',
				'content-type': 'text/xml; charset=utf-8',
				soapaction: `"${this.style.namespace}:${functionName}"`,
				...(await authorization.headers()),
				...(cookie === undefined ? {} : { cookie }),
			},
			body: envelopeOf(functionName, parameters, this.style, session === 'open'),
		});
		this.cookies.take(answer.setCookies ?? []);
		if (isLoginPage(answer)) throw loginPage(purpose, 'SAP');
		const result = await this.read(answer, functionName, purpose);
		if (result) return result;
		if (answer.status < 300 || answer.status === 500) throw notAnswered(purpose, answer, idempotent);
		throw await classifyAnswer(purpose, answer, redact);
	}

	private async read(
		answer: TransportResponse,
		functionName: string,
		purpose: string,
	): Promise<XmlElement | undefined> {
		if (isPage(answer.headers['content-type'], answer.body)) return undefined;
		let body: XmlElement | undefined;
		try {
			body = child(await parseXml(answer.body), 'Body');
		} catch {
			return undefined;
		}
		const fault = child(body, 'Fault');
		if (fault) throw faultOf(purpose, fault, this.sap.redact);
		const names = this.style.response(functionName);
		return body?.children.find(({ name }) => names.includes(name));
	}
}

/** ABAP raised an exception, or the call does not fit the function: the session is rolled back. */
function faultOf(purpose: string, fault: XmlElement, redact: (text: string) => string): CrosslinkError {
	const reason = textOf(fault, 'faultstring') || descendants(fault, 'Text')[0]?.text.trim() || 'no reason given';
	const detail = child(fault, 'detail')
		?.children.map(({ name }) => name)
		.join(', ');
	return new CrosslinkError({
		class: 'rejected',
		code: 'soap_fault',
		message: redact(
			`SAP’s web service refused to ${purpose}: ${reason.slice(0, 400)}${detail ? ` (${detail.slice(0, 100)})` : ''}.`,
		),
		remedy:
			'Check the path, the name of the function and the style of names in the connection, and the user’s authorizations.',
	});
}

function notAnswered(purpose: string, answer: TransportResponse, idempotent: boolean): CrosslinkError {
	return new CrosslinkError({
		class: idempotent ? 'transient' : 'unknown',
		code: 'answer_unreadable',
		message: `SAP’s web service answered ${answer.status} with something that is no SOAP answer, asked to ${purpose}.`,
		remedy: 'The outcome is looked up before anything is repeated.',
		httpStatus: answer.status,
	});
}
