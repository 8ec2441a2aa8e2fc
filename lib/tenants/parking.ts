import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Adapter, Capability, ConnectionValues } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import type { ParkedConnection, Store } from '../store/store';
import { createRedact } from '../transport/redact';
import type { Resolved } from './sources';

const scrypted = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);
/** About 40 ms and 16 MB, paid only where a connection was refused: a short password must not be guessed from the row. */
const COST = { N: 2 ** 14, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Whatever answers at once looks at what has come in, and calls nobody. */
type WithoutCalls = {
	[C in Capability]-?: ReturnType<NonNullable<Adapter[C]>> extends Promise<unknown> ? never : C;
}[Capability];
const WITHOUT_CALLS: Record<WithoutCalls, true> = { verifyWebhook: true, parseWebhook: true };
const HTTP_FORBIDDEN = 403;

/** Whose connection it is and what it is made of. */
export interface Parkable {
	store: Store;
	tenant: string;
	integration: string;
	displayName: string;
	resolved: Resolved;
	/** Values that must never be kept. */
	secrets: readonly string[];
	/** As the store has it; every source of this tenant and integration. */
	parked: readonly ParkedConnection[];
}

/**
 * An adapter over a connection that is parked once its login is refused: from then on, and in every process that uses this
 * store, nothing is called until the values change or a person tests the connection. Costs nothing while logins work.
 */
export async function parkable(adapter: Adapter, parking: Parkable): Promise<Adapter> {
	let refusal = await refusalInForce(parking);

	async function guarded(power: (...given: unknown[]) => unknown, given: unknown[]): Promise<unknown> {
		if (refusal !== undefined) return refused(refusal, given);
		let result: unknown;
		try {
			result = await power.apply(adapter, given);
		} catch (thrown) {
			refusal ??= await parkFor(parking, thrown);
			throw thrown;
		}
		for (const one of [result].flat()) {
			if (refusal === undefined && isFailure(one)) refusal = await parkFor(parking, one.error);
		}
		return result;
	}

	return new Proxy(adapter, {
		get(target, name) {
			const power: unknown = Reflect.get(target, name);
			if (typeof power !== 'function' || Object.hasOwn(WITHOUT_CALLS, name)) return power;
			return async (...given: unknown[]) => await guarded(power as (...all: unknown[]) => unknown, given);
		},
	});
}

/** True when these values are the ones that were refused. */
export async function isParkedFor(parked: ParkedConnection, values: ConnectionValues): Promise<boolean> {
	const [salt = '', hash = ''] = parked.fingerprint.split('.');
	const expected = Buffer.from(hash, 'base64url');
	const found = await hashOf(values, Buffer.from(salt, 'base64url'));
	return expected.length === found.length && timingSafeEqual(expected, found);
}

async function refusalInForce(parking: Parkable): Promise<CrosslinkError | undefined> {
	const { store, tenant, integration, resolved } = parking;
	const parked = parking.parked.find(({ source }) => source === resolved.source);
	if (parked === undefined) return undefined;
	if (await isParkedFor(parked, resolved.values)) return parkedError(parking, parked);
	await store.parking.release(tenant, integration, resolved.source);
	return undefined;
}

/** Parks the connection when an error says that its login is refused. */
async function parkFor(parking: Parkable, thrown: unknown): Promise<CrosslinkError | undefined> {
	if (!(thrown instanceof CrosslinkError) || !isRefusedLogin(thrown)) return undefined;
	const { store, tenant, integration, resolved, secrets } = parking;
	const redact = createRedact(secrets);
	const { code } = thrown;
	const parked = { source: resolved.source, code, message: redact(thrown.message), remedy: redact(thrown.remedy) };
	const fingerprint = await fingerprintOf(resolved.values);
	// The refusal itself is what the caller has to hear of; parking is tried again with the next one.
	await store.parking.park(tenant, integration, { ...parked, fingerprint }).catch(() => undefined);
	return parkedError(parking, { ...parked, since: new Date() });
}

/** With a 403 the login holds and one right is missing: other entities go on, and so does this one once it has the right. */
const isRefusedLogin = (error: CrosslinkError): boolean =>
	error.class === 'auth' && error.httpStatus !== HTTP_FORBIDDEN;

function parkedError(
	{ displayName, tenant }: Pick<Parkable, 'displayName' | 'tenant'>,
	{ since, message, remedy }: Pick<ParkedConnection, 'since' | 'message' | 'remedy'>,
): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_parked',
		message: `The connection to ${displayName} of tenant "${tenant}" is parked since ${since.toISOString()}, so nothing was called: ${message}`,
		remedy: `${remedy} Then it goes on by itself; if the values stay the same, run Integration → Test.`,
	});
}

/** Functions that answer record by record give each its own failure, as the contract says. */
function refused(error: CrosslinkError, given: unknown[]): unknown {
	const records = given.at(-1);
	if (!Array.isArray(records) || records.length === 0 || !records.every(hasRef)) throw error;
	return records.map(({ ref }) => ({ ref, ok: false, error }));
}

const hasRef = (value: unknown): value is { ref: string } =>
	typeof value === 'object' && value !== null && 'ref' in value && typeof value.ref === 'string';

const isFailure = (value: unknown): value is { error: unknown } =>
	typeof value === 'object' && value !== null && 'error' in value;

async function fingerprintOf(values: ConnectionValues): Promise<string> {
	const salt = randomBytes(SALT_BYTES);
	return `${salt.toString('base64url')}.${(await hashOf(values, salt)).toString('base64url')}`;
}

async function hashOf(values: ConnectionValues, salt: Buffer): Promise<Buffer> {
	const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
	return await scrypted(JSON.stringify(sorted), salt, HASH_BYTES, COST);
}
