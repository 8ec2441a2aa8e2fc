import { CrosslinkError } from '../../errors';
import type { Transport, TransportRequest } from '../../transport/transport';
import { AnswerBody } from './answer-body';
import { classifyAnswer } from './errors';
import { API_VERSION } from './limits';

/** What our transport has to know of a call besides its HTTP parts. */
export interface CallInfo {
	purpose: string;
	budget: 'general' | 'search';
	/** The caller takes the parsed answer and never asks for the raw one besides; so its text need not be kept. */
	readsOnce?: true;
}

/** The generated packages each have a RequestContext of their own; this is what they share. */
interface GeneratedRequest {
	getUrl(): string;
	setUrl(url: string): void;
	getHttpMethod(): string;
	getHeaders(): Record<string, string>;
	getBody(): unknown;
}

/**
 * HubSpot's generated, typed API classes over our transport. Each package is loaded when its first call is made.
 * Their own transport, retry and limiter stay unused: the latter two are process-wide in the client.
 */
export class HubSpotClient {
	constructor(
		private readonly transport: Transport,
		private readonly baseUrl: string,
		private readonly accessToken: string,
	) {}

	async objects(call: CallInfo) {
		const api = await import('@hubspot/api-client/lib/codegen/crm/objects');
		const configuration = api.createConfiguration({
			baseServer: new api.ServerConfiguration(this.baseUrl, {}),
			httpApi: api.wrapHttpLibrary({ send: (request) => this.send(request, call) }),
			promiseMiddleware: [dated],
		});
		return {
			basic: new api.BasicApi(configuration),
			batch: new api.BatchApi(configuration),
			search: new api.SearchApi(configuration),
		};
	}

	async associations(call: CallInfo) {
		const api = await import('@hubspot/api-client/lib/codegen/crm/associations/v4');
		return new api.BatchApi(
			api.createConfiguration({
				baseServer: new api.ServerConfiguration(this.baseUrl, {}),
				httpApi: api.wrapHttpLibrary({ send: (request) => this.send(request, call) }),
				promiseMiddleware: [dated],
			}),
		);
	}

	async properties(call: CallInfo) {
		const api = await import('@hubspot/api-client/lib/codegen/crm/properties');
		const configuration = api.createConfiguration({
			baseServer: new api.ServerConfiguration(this.baseUrl, {}),
			httpApi: api.wrapHttpLibrary({ send: (request) => this.send(request, call) }),
			promiseMiddleware: [dated],
		});
		return { core: new api.CoreApi(configuration), groups: new api.GroupsApi(configuration) };
	}

	async pipelines(call: CallInfo) {
		const api = await import('@hubspot/api-client/lib/codegen/crm/pipelines');
		return new api.PipelinesApi(
			api.createConfiguration({
				baseServer: new api.ServerConfiguration(this.baseUrl, {}),
				httpApi: api.wrapHttpLibrary({ send: (request) => this.send(request, call) }),
				promiseMiddleware: [dated],
			}),
		);
	}

	/** A GET that no generated class covers. `path` is from the root: `/account-info/...`. */
	async get(path: string, call: CallInfo): Promise<unknown> {
		const response = await this.transport.request({
			...this.outgoing(call),
			method: 'GET',
			url: this.baseUrl + path,
			headers: { accept: 'application/json', ...this.authorization() },
		});
		return readJson(response.body, call);
	}

	private async send(request: GeneratedRequest, call: CallInfo) {
		const sent = request.getBody();
		const response = await this.transport.request({
			...this.outgoing(call),
			method: request.getHttpMethod() as TransportRequest['method'],
			url: request.getUrl(),
			headers: { ...request.getHeaders(), ...this.authorization() },
			body: typeof sent === 'string' ? sent : undefined,
		});
		// The models parse the body by its content type and throw errors of their own; so it is checked here first.
		if (response.status !== 204) readJson(response.body, call);
		const body = new AnswerBody(response.body, call.readsOnce === true);
		return {
			// Some generated classes take a 207 for an error; errors of single inputs are read from the raw body anyway.
			httpStatusCode: response.status === 207 ? 200 : response.status,
			headers: { ...response.headers, 'content-type': 'application/json' },
			body,
			getParsedHeader: () => ({}),
			getBodyAsFile: async () => ({ data: await body.binary(), name: '' }),
			getBodyAsAny: async () => await body.text(),
		};
	}

	private outgoing({
		purpose,
		budget,
	}: CallInfo): Pick<TransportRequest, 'budget' | 'idempotent' | 'purpose' | 'classify'> {
		// Every write of this adapter is by record id, by unique key or to a set: repeating it changes nothing more.
		return { purpose, budget, idempotent: true, classify: (answer) => classifyAnswer(purpose, answer) };
	}

	private authorization(): Record<string, string> {
		return { authorization: `Bearer ${this.accessToken}` };
	}
}

/** The client (14.0.1) knows only v3 and v4 paths; requests and answers of the dated version are the same. */
const dated = {
	async pre<R extends GeneratedRequest>(request: R): Promise<R> {
		request.setUrl(datedUrl(request.getUrl()));
		return request;
	},
	async post<A>(answer: A): Promise<A> {
		return answer;
	},
};

/** `/crm/v3/objects/...` -> `/crm/objects/2026-09/...`, and so for properties, pipelines and associations. */
export function datedUrl(url: string): string {
	return url.replace(/\/crm\/v[34]\/(objects|properties|pipelines|associations)\//, `/crm/$1/${API_VERSION}/`);
}

function readJson(text: string, call: CallInfo): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new CrosslinkError({
			class: 'transient',
			code: 'answer_unreadable',
			message: `The answer to "${call.purpose}" is no JSON, so something else than HubSpot's API answered.`,
			remedy: 'Check the base URL and whether a proxy answers in its place.',
		});
	}
}
