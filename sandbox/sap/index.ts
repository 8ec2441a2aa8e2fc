import { Faults } from '../hubspot/faults';
import { Access } from './http/access';
import { Sessions } from './http/csrf';
import { gateway, type GatewayCall } from './http/gateway';
import { Service } from './http/service';
import { findSapSpecs, loadModels } from './metadata/specs';
import { FunctionModules } from './soap/function-modules';
import type { Row } from './odata/values';
import { SapSystem } from './system/system';
import { createEntity } from './system/write';

export type { GatewayCall } from './http/gateway';
export { findSapSpecs } from './metadata/specs';
export { UNKNOWN_COUNTRY, UNKNOWN_CUSTOMER, UNKNOWN_MATERIAL, type SapSystem } from './system/system';

export interface SapOptions {
	/** Folder with SAP's own metadata; left out = looked for beside the checkout. */
	specs?: string;
	/** `2020` knows no document flow. */
	release?: '2020' | '2402';
	port?: number;
	username?: string;
	password?: string;
	sapClient?: string;
	/** Services that are not activated. */
	inactive?: string[];
	/** Rows of one answer, whatever is asked for. */
	pageSize?: number;
	/** Answers over HTTPS, and lets in whoever shows a certificate of `ca`. */
	tls?: { cert: string; key: string; ca: string };
	/** The system's clock, in milliseconds since the epoch. */
	now?: () => number;
}

/** A running stand-in of a SAP system: Gateway with three services, and function modules over SOAP. */
export interface SapStandIn {
	/** Base URL without a slash at the end. */
	url: string;
	username: string;
	password: string;
	system: SapSystem;
	access: Access;
	sessions: Sessions;
	faults: Faults;
	calls: GatewayCall[];
	/** How long a change stays out of lists, in milliseconds. */
	indexDelayMs: number;
	/** Makes a record as a person in SAP would, e.g. `create('API_SALES_ORDER_SRV', 'A_SalesOrder', {...})`. */
	create(service: string, set: string, body: Record<string, unknown>): Row;
	stop(): Promise<void>;
}

/**
 * Starts it on loopback.
 * @throws Error without SAP's metadata, which is no part of this project
 */
export async function startSap(options: SapOptions = {}): Promise<SapStandIn> {
	const {
		release = '2402',
		port = 0,
		username = 'CROSSLINK',
		password = 'Sandbox-Passw0rd!',
		sapClient = '100',
	} = options;
	const { pageSize = 1_000, now = Date.now } = options;
	const specs = options.specs ?? findSapSpecs();
	if (specs === undefined)
		throw new Error('SAP’s metadata is not here: put it beside the checkout, or name its folder in CROSSLINK_SPECS');
	const system = new SapSystem(now);
	const access = new Access({
		username,
		password,
		dialogUser: 'DIALOG',
		clientId: 'CROSSLINK_OAUTH',
		clientSecret: 'Sandbox-0auth-Secret',
		sapClient,
	});
	const [sessions, faults, calls] = [new Sessions(), new Faults(), [] as GatewayCall[]];
	const state = { indexDelayMs: 0 };
	const visible = (row: Record<string, unknown>) =>
		state.indexDelayMs === 0 ||
		typeof row['LastChangeDateTime'] !== 'string' ||
		Date.parse(row['LastChangeDateTime']) <= now() - state.indexDelayMs;
	const services = new Map(
		loadModels(specs, release).map((model) => [model.namespace, new Service(system, model, { pageSize, visible })]),
	);
	const server = gateway({
		system,
		services,
		inactive: new Set(options.inactive),
		access,
		sessions,
		faults,
		calls,
		functions: new FunctionModules(system),
		...(options.tls && { tls: options.tls }),
		now,
	});
	const url = await server.listen({ port, host: '127.0.0.1' });
	return {
		url,
		username,
		password,
		system,
		access,
		sessions,
		faults,
		calls,
		get indexDelayMs() {
			return state.indexDelayMs;
		},
		set indexDelayMs(ms: number) {
			state.indexDelayMs = ms;
		},
		create: (service, set, body) => {
			const model = services.get(service)?.model;
			const found = model?.sets.get(set);
			if (!model || !found) throw new Error(`no set ${set} in ${service}`);
			return createEntity(system, model, found, body);
		},
		stop: async () => await server.close(),
	};
}
