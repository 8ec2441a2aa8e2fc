import { reasonOf } from './failure-reason';
import { RequestProblem } from './problem';

/** HubSpot's dated API version this page speaks. */
const API_VERSION = '2026-09';
const PAGE_SIZE = 100;
/** Deals or companies shown at most. */
const ROWS_MAX = 500;
const TIMEOUT_MS = 5_000;

const DEAL_PROPERTIES = ['dealname', 'amount', 'dealstage', 'description'];
const COMPANY_PROPERTIES = ['name', 'domain', 'description'];
const EDITABLE = { deals: ['dealname', 'dealstage', 'description'], companies: ['name', 'description'] };

export type HubSpotObject = keyof typeof EDITABLE;

export interface HubSpotOptions {
	/** e.g. `http://127.0.0.1:5691`. */
	baseUrl: string;
	accessToken: string;
	/** Changes a record the way a person in HubSpot's own page would; left out = over the API. */
	editAsPerson?(object: HubSpotObject, id: string, properties: Record<string, string>): Promise<void>;
}

export interface HubSpotRow {
	id: string;
	properties: Record<string, string | null>;
}

export interface HubSpotState {
	deals: HubSpotRow[];
	companies: HubSpotRow[];
	stages: Array<{ value: string; label: string }>;
	/** Why nothing is shown; null when all went well. */
	error: string | null;
}

interface ListAnswer {
	results: HubSpotRow[];
	paging?: { next?: { after?: string } };
}

interface PipelinesAnswer {
	results: Array<{ stages: Array<{ id: string; label: string }> }>;
}

/** What the page shows of the other side, read over the API with the Tracker's token. */
export class HubSpotSide {
	constructor(private readonly options: HubSpotOptions) {}

	/** Never throws: the page goes on working when the other side does not. */
	async state(): Promise<HubSpotState> {
		try {
			const [deals, companies, pipelines] = await Promise.all([
				this.all('deals', DEAL_PROPERTIES),
				this.all('companies', COMPANY_PROPERTIES),
				this.call<PipelinesAnswer>('GET', `/crm/pipelines/${API_VERSION}/deals`),
			]);
			const stages = pipelines.results.flatMap((pipeline) => pipeline.stages);
			return { deals, companies, stages: stages.map(({ id, label }) => ({ value: id, label })), error: null };
		} catch (error) {
			return { deals: [], companies: [], stages: [], error: `HubSpot does not answer: ${reasonOf(error)}` };
		}
	}

	/** Throws a 422 for a property the page does not offer. */
	async edit(object: HubSpotObject, id: string, properties: Record<string, string>): Promise<void> {
		const unknown = Object.keys(properties).find((name) => !EDITABLE[object].includes(name));
		if (unknown !== undefined)
			throw new RequestProblem(422, 'unknown_field', `${unknown} cannot be edited here.`, unknown);
		if (this.options.editAsPerson) return await this.options.editAsPerson(object, id, properties);
		await this.call('PATCH', `/crm/objects/${API_VERSION}/${object}/${encodeURIComponent(id)}`, { properties });
	}

	private async all(object: HubSpotObject, properties: string[]): Promise<HubSpotRow[]> {
		const rows: HubSpotRow[] = [];
		let after: string | undefined;
		do {
			const query = new URLSearchParams({ limit: String(PAGE_SIZE), properties: properties.join(',') });
			if (after !== undefined) query.set('after', after);
			const page = await this.call<ListAnswer>('GET', `/crm/objects/${API_VERSION}/${object}?${query}`);
			rows.push(...page.results.map(({ id, properties: values }) => ({ id, properties: values })));
			after = page.paging?.next?.after;
		} while (after !== undefined && rows.length < ROWS_MAX);
		return rows;
	}

	private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(new URL(path, this.options.baseUrl), {
			method,
			headers: { authorization: `Bearer ${this.options.accessToken}`, 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(TIMEOUT_MS),
		});
		if (!response.ok) {
			throw new RequestProblem(
				502,
				'hubspot',
				`HubSpot answered ${response.status}: ${(await response.text()).slice(0, 300)}`,
			);
		}
		return (await response.json()) as T;
	}
}
