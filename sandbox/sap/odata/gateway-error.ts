/** A refusal in SAP Gateway's words. */
export class GatewayError extends Error {
	constructor(
		readonly status: number,
		/** Message class and number, or one of Gateway's own codes. */
		readonly code: string,
		message: string,
		readonly details: Array<{ code: string; message: string; propertyref?: string; severity: string }> = [],
	) {
		super(message);
	}

	toJson(): unknown {
		return {
			error: {
				code: this.code,
				message: { lang: 'en', value: this.message },
				innererror: {
					application: { service_namespace: '/SAP/', service_version: '0001' },
					transactionid: '0'.repeat(32),
					errordetails: [
						...this.details,
						{ code: '/IWBEF/CX_MGW_BUSI_EXCEPTION', message: 'An exception was raised', severity: 'error' },
					],
				},
			},
		};
	}

	toXml(): string {
		const escaped = this.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
		return (
			'<?xml version="1.0" encoding="utf-8"?><error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">' +
			`<code>${this.code}</code><message xml:lang="en">${escaped}</message></error>`
		);
	}
}

/** Gateway's own refusals carry such codes. */
const FRAMEWORK = '005056A509B11EE1B9A8FEC11C21578E';

export const badRequest = (message: string) => new GatewayError(400, FRAMEWORK, message);
export const notFound = (message: string) => new GatewayError(404, FRAMEWORK, message);
export const notAllowed = (message: string) => new GatewayError(405, FRAMEWORK, message);
