import type { SoapNames } from '../connection';

/**
 * How ABAP's names are written in a web service. `upperCase`: as they are, the way of /sap/bc/soap/rfc. `camelCase`: the
 * style that SOAMANAGER gives services of function modules, ORDER_HEADER_IN = OrderHeaderIn.
 */
export interface NameStyle {
	namespace: string;
	of(abapName: string): string;
	/** Local name of the element that answers a function. */
	response(functionName: string): string[];
}

const camelCase = (name: string): string =>
	name
		.toLowerCase()
		.split('_')
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join('');

export const NAME_STYLES: Record<SoapNames, NameStyle> = {
	upperCase: {
		namespace: 'urn:sap-com:document:sap:rfc:functions',
		of: (name) => name,
		response: (name) => [`${name}.Response`, `${name}Response`],
	},
	camelCase: {
		namespace: 'urn:sap-com:document:sap:soap:functions:mc-style',
		of: camelCase,
		response: (name) => [`${camelCase(name)}Response`],
	},
};
