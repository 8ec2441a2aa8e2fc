/** One entry of a HubSpot error's or batch answer's `errors`. HubSpot documents every part as optional. */
export interface HubSpotErrorDetail {
	message: string;
	code: string;
	category: string;
	/** E.g. `{ propertyName: ['amount'] }`, `{ objectWriteTraceId: ['7'] }`, `{ ids: ['1'] }`. */
	context: Record<string, string[]>;
	errors: HubSpotErrorDetail[];
	/** HubSpot's own name of this request; empty on inner entries. */
	correlationId: string;
}

/** HubSpot's error body with nothing left out. */
export interface HubSpotErrorBody extends HubSpotErrorDetail {
	policyName: string;
}

const MAX_DETAILS = 1_000;
const MAX_LEVELS = 3;

/** Reads an error body; what is missing or of another type becomes empty. undefined for what is no JSON object. */
export function parseErrorBody(text: string): HubSpotErrorBody | undefined {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (!isObject(body)) return undefined;
	return { ...toDetail(body, 0), policyName: asText(body['policyName']) };
}

/** The per-record errors inside a batch answer that HubSpot calls a success. */
export function parseBatchErrors(body: unknown): HubSpotErrorDetail[] {
	return isObject(body) ? toDetails(body['errors'], 0) : [];
}

/** Every value of a context, of the error itself and of its inner errors. */
export function contextValues(detail: HubSpotErrorDetail, ...names: string[]): string[] {
	const own = names.flatMap((name) => detail.context[name] ?? []);
	return [...own, ...detail.errors.flatMap((inner) => contextValues(inner, ...names))];
}

function toDetail(value: Record<string, unknown>, level: number): HubSpotErrorDetail {
	return {
		message: asText(value['message']),
		code: asText(value['code']) || asText(value['subCategory']),
		category: asText(value['category']),
		context: toContext(value['context']),
		errors: level < MAX_LEVELS ? toDetails(value['errors'], level + 1) : [],
		correlationId: asText(value['correlationId']),
	};
}

function toDetails(value: unknown, level: number): HubSpotErrorDetail[] {
	if (!Array.isArray(value)) return [];
	return value
		.slice(0, MAX_DETAILS)
		.filter(isObject)
		.map((one) => toDetail(one, level));
}

function toContext(value: unknown): Record<string, string[]> {
	if (!isObject(value)) return {};
	const context: Record<string, string[]> = {};
	for (const [name, held] of Object.entries(value)) {
		const values = (Array.isArray(held) ? held : [held]).filter(
			(one) => typeof one === 'string' || typeof one === 'number',
		);
		context[name] = values.map(String);
	}
	return context;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
