import { CrosslinkError } from '../errors';
import { MAX_ANSWER_BYTES } from './answer-size';
import { attemptOnce } from './attempt';
import type { BucketLimit, BudgetLedger } from './budget';
import { cancelledError, waitUnlessCancelled } from './cancelled';
import type { HttpAnswer, HttpClient } from './http';
import type { HttpNetwork } from './network';
import { classifyNetworkFailure, hostOf } from './network-failure';
import { createRedact, type Redact } from './redact';
import { MAX_RETRY_AFTER_MS } from './retry-after';
import { DEFAULT_RETRY, withRetry, type RetryOptions } from './retry';
import { classifyStatus } from './status-failure';
import type { Transport, TransportRequest, TransportResponse } from './transport';

export interface Deadlines {
	/** One attempt, in milliseconds, unless the request says otherwise. */
	attemptMs: number;
	/** Longest wait for the shared call budget, in milliseconds; a longer one is a `throttled` error at once. */
	budgetWaitMs: number;
}

export const DEFAULT_DEADLINES: Deadlines = { attemptMs: 30_000, budgetWaitMs: 60_000 };
/** How long everybody stops when a vendor says "too many" without saying for how long. */
const DEFAULT_PAUSE_MS = 1_000;

/** What proxies say when they do not open a tunnel. */
const PROXY_STATUSES = new Set([403, 502, 503, 504]);

export interface TransportOptions {
	http: HttpClient;
	/** Shared by all workers of the account: the store's `CallBudget`, or `createMemoryBudget()`. */
	budget: BudgetLedger;
	/** Names the external account in the budget (`AdapterModule.accountKey`); no secret in it. */
	account: string;
	/** By bucket, as requests name them in `budget` (`AdapterModule.limits`). */
	limits: Readonly<Record<string, BucketLimit>>;
	/** Values that must never show in an error. */
	secrets: readonly string[];
	/** Certificates and proxy of this connection. */
	network?: HttpNetwork;
	/** The execution's cancel signal. */
	signal?: AbortSignal;
	retry?: Partial<RetryOptions>;
	deadlines?: Partial<Deadlines>;
	maxAnswerBytes?: number;
}

/**
 * The one way out. One call: book it in the shared budget and wait for the slot, make one attempt under a deadline,
 * bound and classify the answer, repeat with jitter while that is safe and soon.
 *
 * - A call that is not idempotent is repeated only when it cannot have been taken (refused connection, 429, 423);
 *   with its answer lost it fails as `unknown`.
 * - 429 pauses the account's bucket in the ledger, so that the other workers wait too.
 * - Cancelling throws `cancelled` at once (see `cancelledError`), whatever was being waited for.
 * - Every error's text and cause is free of the given secrets; foreign errors are never passed on.
 */
export function createTransport(options: TransportOptions): Transport {
	return new BudgetedTransport(options);
}

class BudgetedTransport implements Transport {
	private made = 0;
	private readonly redact: Redact;
	private readonly retry: RetryOptions;
	private readonly deadlines: Deadlines;

	constructor(private readonly options: TransportOptions) {
		this.redact = createRedact(options.secrets);
		this.retry = { ...DEFAULT_RETRY, ...options.retry };
		this.deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines };
	}

	get calls(): number {
		return this.made;
	}

	async request(request: TransportRequest): Promise<TransportResponse> {
		const purpose = this.redact(request.purpose);
		return await withRetry(this.retry, this.options.signal, purpose, () => this.attempt({ ...request, purpose }));
	}

	private async attempt(request: TransportRequest): Promise<TransportResponse> {
		const { http, network, signal } = this.options;
		await this.waitForBudget(request);
		const timeoutMs = request.timeoutMs ?? this.deadlines.attemptMs;
		this.made += 1;
		const outcome = await attemptOnce(http, { ...request, network }, timeoutMs, signal);
		if (outcome.kind === 'cancelled') throw cancelledError(request.purpose, request.idempotent);
		if (outcome.kind === 'failure') {
			const clientCertificate = network?.tls?.cert !== undefined || network?.tls?.pfx !== undefined;
			const call = { ...request, timeoutMs, timedOut: outcome.timedOut, clientCertificate };
			throw classifyNetworkFailure(outcome.thrown, call, this.redact);
		}
		return await this.judge(request, outcome.answer);
	}

	private errorFor(request: TransportRequest, answer: TransportResponse): CrosslinkError {
		const bare = () => classifyStatus(request, answer, new Date());
		// 407 comes from a proxy, whatever the vendor's rules would make of it.
		const error = answer.status === 407 ? bare() : (request.classify?.(answer) ?? bare());
		return this.options.network?.proxy && PROXY_STATUSES.has(answer.status) ? perhapsByProxy(error) : error;
	}

	private async waitForBudget(request: TransportRequest): Promise<void> {
		const { account, budget, limits, signal } = this.options;
		const limit = limits[request.budget];
		if (!limit) {
			throw new CrosslinkError({
				class: 'bug',
				code: 'budget_unknown',
				message: `No call limit is known by the name "${request.budget}", needed to ${request.purpose}.`,
				remedy: 'Name the bucket in the adapter module’s `limits`.',
			});
		}
		if (signal?.aborted) throw cancelledError(request.purpose, true);
		const waitMs = await budget.reserve(account, bucketOf(request), limit);
		if (waitMs > this.deadlines.budgetWaitMs) {
			throw new CrosslinkError({
				class: 'throttled',
				code: 'budget_exhausted',
				message: `${hostOf(request.url)} may not be called for another ${seconds(waitMs)}, so it was not asked to ${request.purpose}.`,
				remedy: 'It is tried again later by itself; run less at once if this happens often.',
				retryAfterMs: Math.min(waitMs, MAX_RETRY_AFTER_MS),
			});
		}
		await waitUnlessCancelled(waitMs, signal, request.purpose);
	}

	private async judge(request: TransportRequest, answer: HttpAnswer): Promise<TransportResponse> {
		const limit = this.options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
		if (answer.body.length > limit) throw tooLarge(request, answer, limit);
		const { status, headers, setCookies } = answer;
		const response = { status, headers, setCookies, body: answer.body.toString('utf8') };
		if (answer.status < 300 || request.accept?.includes(answer.status)) return response;

		const readable = { ...response, body: this.redact(response.body) };
		const error = this.errorFor(request, readable);
		if (error.class === 'throttled') {
			const pauseMs = Math.min(error.retryAfterMs ?? DEFAULT_PAUSE_MS, MAX_RETRY_AFTER_MS);
			await this.options.budget.pause(this.options.account, bucketOf(request), pauseMs);
		}
		throw error.class === 'transient' && answer.status >= 500 && !request.idempotent
			? maybeDone(request, error)
			: error;
	}
}

function bucketOf({ budget, share }: TransportRequest): string {
	return share === undefined ? budget : `${budget} ${share}`;
}

/** A proxy that refuses the tunnel answers in the server's place, and nothing tells the two apart. */
function perhapsByProxy(error: CrosslinkError): CrosslinkError {
	return new CrosslinkError({
		...error.toPlain(),
		remedy: `${error.remedy} The answer may be the proxy’s own: it must let n8n through to this host.`,
		httpStatus: error.httpStatus,
		retryAfterMs: error.retryAfterMs,
		cause: error.cause,
	});
}

/** A gateway's 5xx may come after the server behind it has done the work. */
function maybeDone(request: TransportRequest, error: CrosslinkError): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'answer_lost',
		message: `${error.message} It may have been done all the same.`,
		remedy: `It is not repeated blindly: look up the outcome on ${hostOf(request.url)} first.`,
		httpStatus: error.httpStatus,
		cause: error,
	});
}

function tooLarge(request: TransportRequest, answer: HttpAnswer, limit: number): CrosslinkError {
	return new CrosslinkError({
		class: request.idempotent ? 'rejected' : 'unknown',
		code: 'answer_too_large',
		message: `The answer of ${hostOf(request.url)}, asked to ${request.purpose}, has ${answer.body.length} bytes; at most ${limit} are read.`,
		remedy: 'Ask for fewer records or fields at once.',
		httpStatus: answer.status,
	});
}

function seconds(ms: number): string {
	return `${Math.ceil(ms / 1000)} s`;
}
