/** One entry of `errors` in an error body, and of a batch answer with item errors. */
export interface ErrorDetail {
	message: string;
	code?: string;
	in?: string;
	subCategory?: string;
	context?: Record<string, string[]>;
}

export interface VendorErrorExtras {
	subCategory?: string;
	errors?: ErrorDetail[];
	context?: Record<string, string[]>;
	links?: Record<string, string>;
	headers?: Record<string, string>;
	/** Further keys of the body, e.g. `policyName`. */
	more?: Record<string, string>;
}

/** An answer in the vendor's error form; thrown by the handlers, written by the server. */
export class VendorError extends Error {
	constructor(
		readonly status: number,
		readonly category: string,
		message: string,
		readonly extras: VendorErrorExtras = {},
	) {
		super(message);
		this.name = 'VendorError';
	}

	/** The body as sent. `correlationId` is new for every answer. */
	toBody(correlationId: string): Record<string, unknown> {
		const { headers: _headers, more, ...body } = this.extras;
		return { status: 'error', message: this.message, correlationId, ...body, ...more, category: this.category };
	}
}

export const vendorError = (status: number, category: string, message: string, extras?: VendorErrorExtras) =>
	new VendorError(status, category, message, extras);

/** 400 for one thing wrong with the request itself. */
export const invalid = (message: string, extras?: VendorErrorExtras) =>
	vendorError(400, 'VALIDATION_ERROR', message, extras);

export const notFound = (message = 'resource not found', context?: Record<string, string[]>) =>
	vendorError(404, 'OBJECT_NOT_FOUND', message, context ? { context } : {});
