import { escapeXml } from '../../../xml/document';
import type { NameStyle } from './names';

/** A parameter of a function module: a value, a structure, or a table of structures. */
export type AbapValue = string | AbapFields | AbapFields[];
export interface AbapFields {
	[name: string]: AbapValue | undefined;
}

/**
 * The request of one call. Tables are always written, be they empty: SAP fills only those that were sent.
 * @param stateful asks SAP to keep the session for the next call (header of SAP's Web AS 6.30 session feature)
 */
export function envelopeOf(functionName: string, parameters: AbapFields, style: NameStyle, stateful: boolean): string {
	const name = style.of(functionName);
	const header = stateful
		? '<soapenv:Header><s:Session xmlns:s="http://www.sap.com/webas/630/soap/features/session/"><enableSession>true</enableSession></s:Session></soapenv:Header>'
		: '<soapenv:Header/>';
	return (
		'<?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
		`${header}<soapenv:Body><f:${name} xmlns:f="${style.namespace}">${content(parameters, style)}</f:${name}></soapenv:Body></soapenv:Envelope>`
	);
}

function content(fields: AbapFields, style: NameStyle): string {
	return Object.entries(fields)
		.map(([name, value]) => {
			if (value === undefined) return '';
			const tag = style.of(name);
			return `<${tag}>${written(value, style)}</${tag}>`;
		})
		.join('');
}

function written(value: AbapValue, style: NameStyle): string {
	if (typeof value === 'string') return escapeXml(value);
	if (Array.isArray(value)) return value.map((row) => `<item>${content(row, style)}</item>`).join('');
	return content(value, style);
}
