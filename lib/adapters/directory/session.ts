import type { Socket } from 'node:net';
import type { Control, Message, MessageResponse, SearchEntry } from 'ldapts';
import type { Egress } from '../../transport/egress';
import { loadCodec, type Codec } from './codec';
import type { DirectoryConnection } from './connection';
import { toEntry, type Entry } from './entry';
import { toFilter, type Condition } from './filter';
import { Framing } from './framing';
import { ANSWER_TIMEOUT_MS, MAX_MESSAGE_BYTES, SEARCH_SECONDS } from './limits';
import { CODES, LateError, LostError, ResultError } from './result';
import { openSocket, secured } from './socket';

export interface Search {
	base: string;
	scope: 'base' | 'one' | 'sub';
	filter: Condition;
	/** Names; none = all that users write, `1.1` = none at all. */
	attributes: string[];
	controls?: Control[];
	/** More entries than this are cut off, and `complete` says so; left out = more than the server gives is an error. */
	sizeLimit?: number;
	/** Asks for one page; its `cookie` leads to the next one. */
	page?: { size: number; cookie?: Buffer };
}

export interface SearchResult {
	entries: Entry[];
	/** False = the size limit has cut off the rest. */
	complete: boolean;
	/** Empty or absent = that was the last page. A page may be empty and yet have one. */
	cookie?: Buffer;
}

interface Pending {
	message: Message;
	entries: SearchEntry[];
	settle(answer: MessageResponse | Error): void;
}

const START_TLS = '1.3.6.1.4.1.1466.20037';
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';

/**
 * One connection to a directory, from its opening to its end. It uses the library's messages, not its client: that one opens
 * a lost connection again by itself, without the bind and without the StartTLS before it.
 *
 * A session never comes back: after the first error of the connection every further operation fails at once. Operations
 * run one after the other, each with a deadline of its own. `signal` ends all of it at once.
 */
export class Session {
	private readonly framing = new Framing(MAX_MESSAGE_BYTES);
	private readonly pending = new Map<string, Pending>();
	private turn: Promise<unknown> = Promise.resolve();
	private lastId = 0;
	private broken: Error | undefined;
	private readonly onAbort = () => this.end(new LostError('cancelled'));
	private readonly onData = (bytes: Buffer) => this.read(bytes);
	private readonly onClose = () => this.end(new LostError('the server closed the connection'));
	private readonly onError = (error: Error) => this.end(new LostError(error.message, { cause: error }));

	private constructor(
		readonly codec: Codec,
		private socket: Socket,
		private readonly signal: AbortSignal,
	) {}

	/** Connects, with TLS in force before anything is said; nobody is logged in yet. */
	static async open(
		connection: DirectoryConnection,
		egress: Egress | undefined,
		signal: AbortSignal,
	): Promise<Session> {
		const codec = await loadCodec();
		const plain = await openSocket(connection, egress, signal);
		const immediate = connection.security === 'tls';
		const session = new Session(codec, immediate ? await secured(plain, connection, signal) : plain, signal);
		session.listen();
		try {
			if (connection.security === 'startTls') await session.startTls(connection);
			return session;
		} catch (error) {
			session.end(new LostError('StartTLS failed'));
			throw error;
		}
	}

	/**
	 * Logs in; once, before anything else.
	 * @throws ResultError when the server refuses; never for an empty password, which would be an anonymous bind
	 */
	async bind(dn: string, password: string, controls: Control[] = []): Promise<void> {
		if (dn === '' || password === '') throw new Error('a bind without a name or a password is anonymous');
		await this.ask((messageId) => new this.codec.BindRequest({ messageId, dn, password, controls }));
	}

	/** Logs in as whoever the client certificate of the connection says. */
	async bindExternal(): Promise<void> {
		await this.ask((messageId) => new this.codec.BindRequest({ messageId, mechanism: 'EXTERNAL', password: '' }));
	}

	/** Who the server takes us for; empty = nobody. Not every server can tell. */
	async whoAmI(): Promise<string> {
		const answer = await this.ask((messageId) => new this.codec.ExtendedRequest({ messageId, oid: WHO_AM_I }));
		return answer instanceof this.codec.ExtendedResponse ? (answer.value ?? '') : '';
	}

	/** @throws ResultError, also where the server gives only a part and no `sizeLimit` was set */
	async search(search: Search): Promise<SearchResult> {
		const { codec } = this;
		const paging =
			search.page === undefined
				? []
				: [
						new codec.PagedResultsControl({
							critical: true,
							value: { size: search.page.size, ...cookieOf(search.page) },
						}),
					];
		const filter = toFilter(codec, search.filter);
		const entries: SearchEntry[] = [];
		const answer = await this.ask(
			(messageId) =>
				new codec.SearchRequest({
					messageId,
					baseDN: search.base,
					scope: search.scope,
					derefAliases: 'never',
					// Else the library asks for ten seconds, and a slow search would end early.
					timeLimit: SEARCH_SECONDS,
					sizeLimit: search.sizeLimit ?? 0,
					filter,
					attributes: search.attributes,
					controls: [...paging, ...(search.controls ?? [])],
				}),
			entries,
			search.sizeLimit === undefined ? [] : [CODES.sizeLimit],
		);
		// References to other servers are not followed: nobody asked them who we are.
		const paged = answer.controls?.find((control) => control instanceof codec.PagedResultsControl);
		return {
			entries: entries.map(toEntry),
			complete: answer.status === CODES.success,
			...(paged?.value?.cookie !== undefined && paged.value.cookie.length > 0 && { cookie: paged.value.cookie }),
		};
	}

	/** Takes leave; safe at any time, and more than once. */
	close(): void {
		if (this.broken === undefined && this.pending.size === 0) {
			this.socket.write(new this.codec.UnbindRequest({ messageId: ++this.lastId }).write());
		}
		this.end(new LostError('the session was closed'));
	}

	private async startTls(connection: DirectoryConnection): Promise<void> {
		await this.ask((messageId) => new this.codec.ExtendedRequest({ messageId, oid: START_TLS }));
		const plain = this.socket;
		// Whoever stands in between could have it read as part of what then comes over TLS.
		if (!this.framing.isEmpty) {
			this.end(new LostError('the server goes on in clear text after StartTLS'));
			throw this.broken;
		}
		plain.off('data', this.onData).off('close', this.onClose);
		try {
			this.socket = await secured(plain, connection, this.signal);
		} catch (error) {
			this.end(error as Error);
			throw error;
		}
		this.listen();
	}

	private listen(): void {
		const { socket } = this;
		socket.on('data', this.onData).on('close', this.onClose).on('error', this.onError);
		this.signal.addEventListener('abort', this.onAbort, { once: true });
		if (this.signal.aborted) this.onAbort();
	}

	private read(bytes: Buffer): void {
		try {
			for (const message of this.framing.push(bytes)) this.parse(message);
		} catch (error) {
			this.end(new LostError((error as Error).message));
		}
	}

	/** One whole message at a time: after an error the library's parser drops what came behind it. */
	private parse(bytes: Buffer): void {
		const parser = new this.codec.MessageParser();
		parser.on('error', (error) => this.end(new LostError(`an answer cannot be read: ${error.message}`)));
		parser.on('message', (message) => this.take(message));
		parser.read(bytes, this.pending);
	}

	private take(message: MessageResponse): void {
		if (message.messageId === 0) {
			// The only thing a server says unasked: that it ends the connection. RFC 4511, 4.4.1.
			this.end(
				new LostError(`the server ends the connection: ${message.errorMessage} (result code ${message.status})`),
			);
			return;
		}
		const pending = this.pending.get(String(message.messageId));
		if (message instanceof this.codec.SearchEntry) pending?.entries.push(message);
		else if (!(message instanceof this.codec.SearchReference)) pending?.settle(message);
	}

	/** One operation after the other; the next one waits for its turn even when this one fails. */
	private async ask(
		request: (messageId: number) => Message,
		entries: SearchEntry[] = [],
		accepted: number[] = [],
	): Promise<MessageResponse> {
		const mine = this.turn.then(async () => await this.exchange(request, entries));
		this.turn = mine.catch(() => undefined);
		const answer = await mine;
		if (answer.status === CODES.success || accepted.includes(answer.status)) return answer;
		throw new ResultError(answer.status, answer.errorMessage);
	}

	private async exchange(request: (messageId: number) => Message, entries: SearchEntry[]): Promise<MessageResponse> {
		if (this.broken !== undefined) throw this.broken;
		const messageId = ++this.lastId;
		const message = request(messageId);
		let timer: NodeJS.Timeout | undefined;
		try {
			return await new Promise<MessageResponse>((resolve, reject) => {
				const settle = (answer: MessageResponse | Error) =>
					answer instanceof Error ? reject(answer) : resolve(answer);
				this.pending.set(String(messageId), { message, entries, settle });
				timer = setTimeout(() => {
					// What comes late would be taken for nobody's; the connection has no future.
					this.end(new LateError(`no answer within ${ANSWER_TIMEOUT_MS} ms`));
				}, ANSWER_TIMEOUT_MS);
				this.socket.write(message.write());
			});
		} finally {
			clearTimeout(timer);
			this.pending.delete(String(messageId));
		}
	}

	private end(reason: Error): void {
		if (this.broken !== undefined) return;
		this.broken = reason;
		this.signal.removeEventListener('abort', this.onAbort);
		for (const { settle } of this.pending.values()) settle(reason);
		this.pending.clear();
		this.socket.on('error', () => undefined);
		// `end` lets a leave that was just written go out; whoever does not answer it is cut off.
		this.socket.end();
		this.socket.destroySoon();
	}
}

const cookieOf = ({ cookie }: { cookie?: Buffer }) => (cookie === undefined ? {} : { cookie });
