import type { FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import type { Transport, TransportRequest, TransportResponse } from '../transport/transport';
import { buildChangeSet, parseBatch, type BatchAnswer, type BatchWrite } from './batch';
import { isPage } from './error-body';
import { warningsOf } from './messages';
import { parseMetadata, type ODataModel } from './metadata';
import type { ODataEntity, ODataList, Protocol } from './protocol';
import type { Session } from './session';

/** How calls prove who they are. */
export interface Authorization {
	/** Headers of one call. */
	headers(): Promise<Record<string, string>>;
	/** The last headers were refused (401); true = new ones can be tried. */
	renew?(): Promise<boolean>;
}

export interface ODataService {
	/** `https://host/sap/opu/odata/sap/API_SALES_ORDER_SRV`, no slash at the end. */
	root: string;
	protocol: Protocol;
	/** Put into every URL: `sap-client=100`. */
	fixedQuery: Readonly<Record<string, string>>;
	/** `sap` in `SAP answered ...`. */
	vendor: string;
	budget: string;
	/** What a refused answer means, in the vendor's terms. */
	classify(purpose: string, answer: TransportResponse): Promise<CrosslinkError>;
}

export interface WriteOptions {
	purpose: string;
	/** Repeating it after a lost answer cannot do it twice. */
	idempotent: boolean;
	etag?: string;
	timeoutMs?: number;
}

/** What a write brought back. */
export interface Written {
	/** undefined for an answer without a body. */
	entity: ODataEntity | undefined;
	warnings: string[];
}

/** Statuses whose answer is looked at here, so that the vendor's error body (which may be XML) can be read. */
const REFUSALS = [
	300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 422, 423, 424,
	428, 431, 451,
];
/** A token fetch may be answered with an error of the service; the token is valid all the same. */
const TOKEN_REFUSALS = [...REFUSALS, 500, 501, 503];

/** One service of one user: reads, writes with CSRF protection, batches. Keeps no state but the session it is given. */
export class ODataClient {
	private model: Promise<ODataModel> | undefined;

	constructor(
		private readonly transport: Transport,
		private readonly service: ODataService,
		private readonly session: Session,
		private readonly authorization: Authorization,
	) {}

	get protocol(): Protocol {
		return this.service.protocol;
	}

	/** Time on the server's clock; undefined until it has answered. */
	get serverNow(): Date | undefined {
		return this.session.serverNow;
	}

	/** One entity; undefined where there is none of that key. */
	async get(path: string, query: string[], purpose: string): Promise<ODataEntity | undefined> {
		const answer = await this.read(this.url(path, query), purpose, [404]);
		if (answer.status === 404) return undefined;
		return this.readBody(answer, purpose, true, (body) =>
			this.service.protocol.readEntity(body, answer.headers['etag']),
		);
	}

	/** One page of a list, as the server cuts it. */
	async page(path: string, query: string[], purpose: string): Promise<ODataList> {
		const answer = await this.read(this.url(path, query), purpose);
		return this.readBody(answer, purpose, true, (body) => this.service.protocol.readList(body));
	}

	/**
	 * All of a list, following the server's own links to the next page.
	 * @param most entities after which it is an error: whoever asks wants few
	 */
	async all(path: string, query: string[], purpose: string, most: number): Promise<ODataEntity[]> {
		const found: ODataEntity[] = [];
		let url: string | undefined = this.url(path, query);
		while (url !== undefined) {
			const answer = await this.read(url, purpose);
			const list: ODataList = this.readBody(answer, purpose, true, (body) => this.service.protocol.readList(body));
			found.push(...list.entities);
			if (found.length > most) throw tooMany(purpose, most);
			url = list.next === undefined ? undefined : this.nextUrl(list.next, purpose);
		}
		return found;
	}

	async create(path: string, body: unknown, options: WriteOptions): Promise<Written> {
		return await this.write('POST', this.url(path, []), body, options);
	}

	/** Changes only what is given. */
	async merge(path: string, body: unknown, options: WriteOptions): Promise<Written> {
		return await this.write('PATCH', this.url(path, []), body, options);
	}

	/**
	 * A function import or an action.
	 * @param parameters literals, by name
	 */
	async call(
		name: string,
		method: 'GET' | 'POST',
		parameters: Record<string, string>,
		options: WriteOptions,
	): Promise<{ result: FieldValue; warnings: string[] }> {
		const query = Object.entries(parameters).map(([key, literal]) => `${key}=${encodeURIComponent(literal)}`);
		const url = this.url(name, query);
		const answer =
			method === 'GET' ? await this.read(url, options.purpose) : await this.send('POST', url, undefined, options);
		const result = this.readBody(answer, options.purpose, options.idempotent, (body) =>
			this.service.protocol.readResult(body),
		);
		return { result, warnings: warningsOf(answer.headers) };
	}

	/**
	 * Several writes that are all done or not at all.
	 * @returns one answer for each write, in their order
	 * @throws CrosslinkError for the one error that undid them all
	 */
	async changeSet(writes: readonly BatchWrite[], options: WriteOptions): Promise<BatchAnswer[]> {
		const { contentType, body } = buildChangeSet(writes);
		const answer = await this.sendText('POST', this.url('$batch', []), { contentType, text: body }, options);
		let answers: BatchAnswer[];
		try {
			answers = parseBatch(answer.headers['content-type'], answer.body);
		} catch (thrown) {
			throw options.idempotent ? thrown : unknownOutcome(options.purpose, this.service.vendor, thrown);
		}
		const failed = answers.find((one) => one.status >= 400);
		if (failed) throw await this.refusal(options.purpose, { ...failed });
		if (answers.length !== writes.length) {
			throw unknownOutcome(options.purpose, this.service.vendor, new Error(`${answers.length} answers`));
		}
		return answers;
	}

	/** The service's own description, read once. */
	async metadata(): Promise<ODataModel> {
		this.model ??= this.readMetadata().catch((thrown: unknown) => {
			this.model = undefined;
			throw thrown;
		});
		return await this.model;
	}

	private async readMetadata(): Promise<ODataModel> {
		const purpose = 'read the description of the service';
		const answer = await this.read(this.url('$metadata', []), purpose, [], 'application/xml');
		if (isPage(answer.headers['content-type'], answer.body)) throw await this.refusal(purpose, answer);
		return await parseMetadata(answer.body);
	}

	private async read(
		url: string,
		purpose: string,
		accepted: number[] = [],
		accept = 'application/json',
	): Promise<TransportResponse> {
		return await this.authorized(
			{ method: 'GET', url, budget: this.service.budget, idempotent: true, purpose, headers: { accept } },
			accepted,
		);
	}

	private async write(method: 'POST' | 'PATCH', url: string, body: unknown, options: WriteOptions): Promise<Written> {
		const answer = await this.send(method, url, body, options);
		const warnings = warningsOf(answer.headers);
		if (answer.body.trim() === '') return { entity: undefined, warnings };
		const entity = this.readBody(answer, options.purpose, options.idempotent, (parsed) =>
			this.service.protocol.readEntity(parsed, answer.headers['etag']),
		);
		return { entity, warnings };
	}

	private async send(method: 'POST' | 'PATCH', url: string, body: unknown, options: WriteOptions) {
		const text = body === undefined ? '' : JSON.stringify(body);
		return await this.sendText(method, url, { contentType: 'application/json', text }, options);
	}

	/** With the session's token; once more when exactly that token was refused, because then nothing was done. */
	private async sendText(
		method: 'POST' | 'PATCH',
		url: string,
		{ contentType, text }: { contentType: string; text: string },
		{ purpose, idempotent, etag, timeoutMs }: WriteOptions,
	): Promise<TransportResponse> {
		for (let tried = 0; ; tried++) {
			const token = await this.session.csrfToken(() => this.fetchToken());
			const answer = await this.authorized(
				{
					method,
					url,
					budget: this.service.budget,
					idempotent,
					purpose,
					timeoutMs,
					headers: {
						'content-type': contentType,
						'x-csrf-token': token,
						...(etag === undefined ? {} : { 'if-match': etag }),
					},
					body: text,
				},
				[403],
			);
			if (answer.status !== 403) return answer;
			const stale = answer.headers['x-csrf-token']?.toLowerCase() === 'required';
			if (!stale || tried > 0) throw await this.refusal(purpose, answer);
			this.session.refused(token);
		}
	}

	private async fetchToken(): Promise<string> {
		const purpose = 'get permission to write (a CSRF token)';
		const answer = await this.authorized(
			{
				method: 'GET',
				url: this.url('', []),
				budget: this.service.budget,
				idempotent: true,
				purpose,
				// Exactly "Fetch": some servers compare it letter by letter.
				headers: { 'x-csrf-token': 'Fetch' },
			},
			TOKEN_REFUSALS,
		);
		const token = answer.headers['x-csrf-token'];
		if (token && token.toLowerCase() !== 'required') return token;
		throw await this.refusal(purpose, answer);
	}

	/** Adds credentials and cookies, keeps what the answer sets, renews credentials once. */
	private async authorized(request: TransportRequest, accepted: number[]): Promise<TransportResponse> {
		for (let tried = 0; ; tried++) {
			const cookie = this.session.cookies.header;
			const answer = await this.transport.request({
				...request,
				accept: [...REFUSALS, ...accepted],
				headers: {
					...this.service.protocol.headers,
					...(await this.authorization.headers()),
					...(cookie === undefined ? {} : { cookie }),
					...request.headers,
				},
			});
			this.session.cookies.take(answer.setCookies ?? []);
			this.session.notice(answer.headers['date']);
			if (answer.status === 401 && tried === 0 && (await this.authorization.renew?.())) continue;
			if (answer.status >= 300 && !accepted.includes(answer.status)) throw await this.refusal(request.purpose, answer);
			return answer;
		}
	}

	private readBody<T>(answer: TransportResponse, purpose: string, idempotent: boolean, read: (body: unknown) => T): T {
		try {
			return read(JSON.parse(answer.body));
		} catch (thrown) {
			// A login page instead of an answer: the call did not get as far as the service.
			if (isLoginPage(answer)) throw loginPage(purpose, this.service.vendor);
			if (idempotent) throw unreadable(purpose, this.service.vendor, thrown);
			throw unknownOutcome(purpose, this.service.vendor, thrown);
		}
	}

	private async refusal(purpose: string, answer: TransportResponse): Promise<CrosslinkError> {
		return await this.service.classify(purpose, answer);
	}

	private url(path: string, query: string[]): string {
		const fixed = Object.entries(this.service.fixedQuery).map(
			([name, value]) => `${name}=${encodeURIComponent(value)}`,
		);
		const options = [...query.filter((one) => one !== ''), ...fixed];
		return `${this.service.root}/${path}${options.length === 0 ? '' : `?${options.join('&')}`}`;
	}

	/** As the server wrote it, but never to another host: the credentials go along. */
	private nextUrl(next: string, purpose: string): string {
		const base = new URL(`${this.service.root}/`);
		const url = new URL(next, base);
		if (url.host === base.host) {
			url.protocol = base.protocol;
			return url.toString();
		}
		// Behind a reverse proxy SAP often writes its inner host name; only the path and the query are then of use.
		if (!url.pathname.startsWith(base.pathname)) throw unreadable(purpose, this.service.vendor, new Error(url.host));
		return `${base.origin}${url.pathname}${url.search}`;
	}
}

/** A page where the API should answer, that asks to log in. */
export function isLoginPage(answer: Pick<TransportResponse, 'headers' | 'body'>): boolean {
	if (!isPage(answer.headers['content-type'], answer.body)) return false;
	return /SAMLRequest|sap-login|name="sap-(user|password)"|type="password"|log ?o?n|sign[ -]?in/i.test(
		answer.body.slice(0, 64 * 1024),
	);
}

export function loginPage(purpose: string, vendor: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'login_page',
		message: `${vendor} answered with a login page, asked to ${purpose}: the credentials did not get in.`,
		remedy:
			'Use a communication user (or a technical user) that may log in without a dialog, and the address of the API, not of the launchpad.',
	});
}

function unreadable(purpose: string, vendor: string, thrown: unknown): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: 'answer_unreadable',
		message: `${vendor}’s answer could not be read, asked to ${purpose}: ${reasonOf(thrown)}.`,
		remedy: 'Check the base URL, and whether a proxy answers in its place.',
	});
}

function unknownOutcome(purpose: string, vendor: string, thrown: unknown): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'answer_unreadable',
		message: `${vendor} answered that it was done, but the answer could not be read, asked to ${purpose}: ${reasonOf(thrown)}.`,
		remedy: 'It is not repeated blindly: the outcome is looked up first.',
	});
}

function tooMany(purpose: string, most: number): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'too_many_rows',
		message: `There are more than ${most} rows, asked to ${purpose}.`,
		remedy: 'Ask for less at once.',
	});
}

const reasonOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200);
