import { child, childrenOf, parseXml, textOf, type XmlElement } from '../xml/document';
import { isObject } from './values';

/** One message of an error body. */
export interface ODataMessage {
	/** SAP: message class and number, `V1/042`. */
	code: string;
	message: string;
	/** Property it is about. */
	target: string;
	/** `error`, `warning`, `info`; '' when not said. */
	severity: string;
}

/** An error body, whatever its form. */
export interface ODataErrorBody extends ODataMessage {
	details: ODataMessage[];
	/** What the body was: a page means that something else than the service answered. */
	form: 'json' | 'xml' | 'html' | 'text' | 'empty';
}

/** Characters of a body that are looked at; SAP's longest error bodies have about 30,000. */
const MAX_BODY = 256 * 1024;
const MAX_DETAILS = 50;
/** Characters of an unreadable body that are worth showing. */
const EXCERPT = 300;

/** Reads an error body by its content type. Never throws: what cannot be read is shown as an excerpt. */
export async function parseErrorBody(contentType: string | undefined, body: string): Promise<ODataErrorBody> {
	const type = (contentType ?? '').toLowerCase();
	const text = body.slice(0, MAX_BODY);
	if (text.trim() === '') return plain('', 'empty');
	if (isPage(type, text)) return plain(pageText(text), 'html');
	if (type.includes('json') || /^\s*\{/.test(text)) return readJson(text) ?? plain(excerpt(text), 'text');
	if (type.includes('xml') || /^\s*</.test(text)) return (await readXml(text)) ?? plain(excerpt(text), 'text');
	return plain(excerpt(text), 'text');
}

/** Whether a body is an HTML page: a login page, or one of the web server in front. */
export function isPage(contentType: string | undefined, body: string): boolean {
	if ((contentType ?? '').toLowerCase().includes('html')) return true;
	return /^\s*<(!doctype html|html)[\s>]/i.test(body.slice(0, 200));
}

function readJson(text: string): ODataErrorBody | undefined {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		return undefined;
	}
	const error = isObject(body) ? body['error'] : undefined;
	if (!isObject(error)) return undefined;
	const inner = isObject(error['innererror']) ? error['innererror'] : {};
	// V4 has `details`, V2 `innererror.errordetails`.
	const details = [error['details'], inner['errordetails']].flatMap((list) => (Array.isArray(list) ? list : []));
	return {
		...jsonMessage(error),
		details: details.slice(0, MAX_DETAILS).filter(isObject).map(jsonMessage),
		form: 'json',
	};
}

function jsonMessage(value: Record<string, unknown>): ODataMessage {
	const message = value['message'];
	return {
		code: asText(value['code']),
		message: asText(isObject(message) ? message['value'] : message),
		target: asText(value['target']) || asText(value['propertyref']),
		severity: asText(value['severity']),
	};
}

async function readXml(text: string): Promise<ODataErrorBody | undefined> {
	let root: XmlElement;
	try {
		root = await parseXml(text);
	} catch {
		return undefined;
	}
	if (root.name !== 'error') return undefined;
	const list = child(child(root, 'innererror'), 'errordetails');
	const details = childrenOf(list, 'errordetail').slice(0, MAX_DETAILS);
	return { ...xmlMessage(root), details: details.map(xmlMessage), form: 'xml' };
}

function xmlMessage(element: XmlElement): ODataMessage {
	return {
		code: textOf(element, 'code'),
		message: textOf(element, 'message'),
		target: textOf(element, 'target') || textOf(element, 'propertyref'),
		severity: textOf(element, 'severity'),
	};
}

function plain(message: string, form: ODataErrorBody['form']): ODataErrorBody {
	return { code: '', message, target: '', severity: '', details: [], form };
}

/** A page's title says most: "Logon", "500 Native Connection Error". */
function pageText(text: string): string {
	const title = /<title[^>]*>([^<]{0,200})<\/title>/i.exec(text)?.[1]?.trim();
	return title ? `a page titled "${title}"` : 'a page without a title';
}

const excerpt = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, EXCERPT);

const asText = (value: unknown) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
