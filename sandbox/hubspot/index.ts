import { Account } from './account/account';
import { CrmState } from './account/crm-state';
import { Calls } from './calls';
import { accountInfoEndpoints } from './endpoints/account-info';
import { associationBatchEndpoints } from './endpoints/association-batches';
import { associationEndpoints } from './endpoints/associations';
import { oauthEndpoints } from './endpoints/oauth';
import { objectBatchEndpoints } from './endpoints/object-batches';
import { objectUpsertEndpoints } from './endpoints/object-upsert';
import { objectEndpoints } from './endpoints/objects';
import { ownerEndpoints } from './endpoints/owners';
import { pipelineEndpoints } from './endpoints/pipelines';
import { propertyEndpoints } from './endpoints/properties';
import { searchEndpoints } from './endpoints/search';
import { Faults } from './faults';
import { vendorServer } from './http/vendor-server';
import { DEFAULT_RATE_LIMIT, Limits, type RateLimit } from './limits';
import { addSandboxPaths } from './page/sandbox-paths';
import { DEFAULT_RETRY_DELAYS_MS, DEFAULT_TIMEOUT_MS } from './webhooks/delivery';
import type { WebhookFormat } from './webhooks/payloads';
import { Webhooks } from './webhooks/webhooks';

export type { Account, AccountLink, AccountRecord, By } from './account/account';
export type { Calls, LoggedCall } from './calls';
export type { Fault, FaultMatch, Faults, PolicyName } from './faults';
export type { RateLimit } from './limits';
export type { Delivery } from './webhooks/delivery';
export type { Subscription, WebhookFormat, WebhookPayload } from './webhooks/payloads';
export { signV3 } from './webhooks/signature';
export type { Webhooks } from './webhooks/webhooks';

export interface HubSpotOptions {
	/** 0 (default) takes a free one. */
	port?: number;
	host?: '127.0.0.1';
	accessToken?: string;
	clientSecret?: string;
	portalId?: number;
	appId?: number;
	/** What the token may do, e.g. `crm.objects.deals.read`; everything when left out. */
	scopes?: string[];
	/** How long a write stays invisible to search, in milliseconds. */
	indexDelayMs?: number;
	webhookUrl?: string;
	webhookFormat?: WebhookFormat;
	/** Waits between webhook retries, in milliseconds. */
	webhookRetryDelaysMs?: number[];
	webhookTimeoutMs?: number;
	rateLimit?: Partial<RateLimit>;
	/** Merges through the API give a record with a new id. */
	mergeCreatesNewId?: boolean;
	/** Links of one record in one answer before inner paging starts. */
	associationPageSize?: number;
	/** Status of a batch answer with item errors: 207, or the plain success status that the 2026-09 contract lists. */
	partialStatus?: 207 | 'success';
	/** The account's clock, in milliseconds since the epoch. */
	now?: () => number;
}

/** A running stand-in. */
export interface HubSpotStandIn {
	/** Base URL without a slash at the end; the page is at `/`. */
	url: string;
	accessToken: string;
	clientSecret: string;
	portalId: number;
	appId: number;
	account: Account;
	faults: Faults;
	calls: Calls;
	limits: Limits;
	webhooks: Webhooks;
	stop(): Promise<void>;
}

/** Starts HubSpot's stand-in on loopback: CRM endpoints, webhooks, and a page to look at and edit the account. */
export async function startHubSpot(options: HubSpotOptions = {}): Promise<HubSpotStandIn> {
	const {
		port = 0,
		host = '127.0.0.1',
		accessToken = 'pat-eu1-00000000-sandbox-0000-0000-000000000001',
		clientSecret = '00000000-sandbox-0000-0000-000000000002',
		portalId = 14_600_201,
		appId = 3_900_117,
		now = Date.now,
	} = options;
	const { indexDelayMs = 0, mergeCreatesNewId = false } = options;
	const state = new CrmState({ portalId, appId, now, indexDelayMs, mergeCreatesNewId });
	const webhooks = new Webhooks({
		...(options.webhookUrl === undefined ? {} : { target: options.webhookUrl }),
		format: options.webhookFormat ?? 'classic',
		retryDelaysMs: options.webhookRetryDelaysMs ?? DEFAULT_RETRY_DELAYS_MS,
		timeoutMs: options.webhookTimeoutMs ?? DEFAULT_TIMEOUT_MS,
		clientSecret,
		portalId,
		appId,
	});
	state.onEvent((event) => webhooks.hear(event));
	const account = new Account(state);
	const [calls, faults] = [new Calls(), new Faults()];
	const limits = new Limits({ ...DEFAULT_RATE_LIMIT, ...options.rateLimit }, now);
	const { scopes } = options;
	const server = vendorServer({
		state,
		calls,
		faults,
		limits,
		access: { accessToken, ...(scopes ? { scopes } : {}) },
		associationPageSize: options.associationPageSize ?? 500,
		...(options.partialStatus === 'success' ? {} : { partialStatus: 207 }),
		endpoints: [
			...objectEndpoints,
			...objectBatchEndpoints,
			...objectUpsertEndpoints,
			...searchEndpoints,
			...associationEndpoints,
			...associationBatchEndpoints,
			...propertyEndpoints,
			...pipelineEndpoints,
			...ownerEndpoints,
			...accountInfoEndpoints,
			...oauthEndpoints({ accessToken, clientSecret, scopes: scopes ?? ['oauth'] }),
		],
	});
	addSandboxPaths(server, { account, state, calls, faults, webhooks });
	const url = await server.listen({ port, host });
	const stop = async () => {
		await webhooks.stop();
		await server.close();
	};
	return { url, accessToken, clientSecret, portalId, appId, account, faults, calls, limits, webhooks, stop };
}
