import { CrosslinkError } from '../errors';
import type { SealedPosition, SealedRow, SealedTable, Store } from '../store/store';
import { findKeyRing, type IntegrationAccess } from './effective';
import { MAKE_A_KEY, type KeyRing } from './key-ring';
import { keyPrefix, KEY_PREFIX_LENGTH } from './seal';
import { rewrapRow } from './sealed-row';
import { ALL_TENANTS, checkTenant } from './tenant-name';

export interface RotationOptions {
	/** One tenant; left out = all of them. */
	tenant?: string;
	/** Rows looked at in one step. */
	pageSize: number;
	/** After this many milliseconds no further page is begun; the next run goes on from there. */
	maxMs: number;
}

/** A sealed value that could not be wrapped anew. */
export interface RotationFault {
	table: string;
	tenant: string;
	integration: string;
	field: string;
	code: string;
	message: string;
	remedy: string;
}

/** How many sealed values carry a key. */
export interface KeyUse {
	/** As the key ring calls it; null = a key the ring lacks, or no key at all. */
	name: string | null;
	/** A fingerprint of the key. */
	keyId: string;
	active: boolean;
	values: number;
}

/** Where a rotation stands after a page. */
export interface RotationReport {
	/** `*` for all tenants. */
	tenant: string;
	finished: boolean;
	/** The row looked at last; null at the beginning. */
	position: (SealedPosition & { table: string }) | null;
	/** Since the rotation began, over all its runs. */
	counts: { rows: number; rewrapped: number; failed: number };
	/** At most {@link MAX_FAULTS}; of this run. */
	faults: RotationFault[];
	/** ISO 8601. */
	startedAt: string;
}

/** The last report, and what is left for the old keys. */
export interface RotationResult extends RotationReport {
	keys: KeyUse[];
	message: string;
}

/** Faults told by name; the counts hold all of them. */
export const MAX_FAULTS = 20;
/** How often a row is looked at again that somebody else changes at the same moment. */
const MAX_TRIES = 5;
/** Where the progress of a rotation is kept: it is no integration's. */
const PLACE = { integration: 'crosslink', entity: 'key_ring' } as const;

/**
 * Wraps the data keys of all sealed values with the active key of the ring, page by page, while flows go on. Position and
 * counts are kept after each page, so that a run that ends early, or is killed, is gone on with; another active key begins
 * anew. A row is replaced only as it was read: what is configured at the same moment stays.
 * @throws CrosslinkError `rejected` `encryption_key_missing`, `tenant_invalid`; `encryption_key_invalid`; those of the store
 */
export async function* rotateKey(
	access: Pick<IntegrationAccess, 'store' | 'environment' | 'keyRing'>,
	options: RotationOptions,
): AsyncGenerator<RotationReport> {
	const { store } = access;
	const tenant = options.tenant === undefined ? undefined : checkTenant(options.tenant);
	const ring = await ringOf(access);
	const kind = `rotate-key ${ring.activeId}`;
	const progress = progressOf(store, tenant ?? ALL_TENANTS, kind);
	const earlier = await progress.get();
	const goOn = earlier !== undefined && earlier.finishedAt === null;
	const startedAt = goOn ? earlier.startedAt : new Date();
	const counts = { rows: 0, rewrapped: 0, failed: 0, ...(goOn ? earlier.counts : {}) };
	let position = goOn ? placeIn(earlier.position) : null;
	const faults: RotationFault[] = [];
	const deadline = Date.now() + options.maxMs;

	const tables = store.sealed.slice(
		Math.max(
			0,
			store.sealed.findIndex(({ name }) => name === position?.table),
		),
	);
	for (const table of tables) {
		for (let more = true; more;) {
			const after = position?.table === table.name ? position : undefined;
			const rows = await table.page({ tenant, after, limit: options.pageSize });
			for (const row of rows) {
				const done = await rotateRow(table, ring, row);
				counts.rows += 1;
				counts.rewrapped += done.rewrapped;
				counts.failed += done.faults.length;
				faults.push(...done.faults.slice(0, MAX_FAULTS - faults.length));
			}
			const last = rows.at(-1);
			if (last !== undefined) position = { table: table.name, ...placeOf(last) };
			more = rows.length === options.pageSize;
			const finished = !more && table === tables.at(-1);
			await progress.save({ position: textOf(position), counts, startedAt, finishedAt: finished ? new Date() : null });
			yield {
				...{ tenant: tenant ?? ALL_TENANTS, finished, position, counts: { ...counts } },
				...{ faults: [...faults], startedAt: startedAt.toISOString() },
			};
			if (!finished && Date.now() > deadline) return;
		}
	}
}

/**
 * How many values carry which key now, and what that means for the old ones.
 * @param report of the last page
 */
export async function rotationResult(
	access: Pick<IntegrationAccess, 'store' | 'environment' | 'keyRing'>,
	report: RotationReport,
): Promise<RotationResult> {
	const ring = await ringOf(access);
	const tenant = report.tenant === ALL_TENANTS ? undefined : report.tenant;
	const counted = await countedIn(access.store.sealed, tenant);
	const keys = [...ring.keys.keys()].map((keyId) => useOf(ring, keyId, counted.get(keyPrefix(keyId)) ?? 0));
	for (const [prefix, values] of counted) {
		const keyId = prefix.slice(keyPrefix('').length);
		if (!ring.keys.has(keyId)) keys.push(useOf(ring, keyId, values));
	}
	return { ...report, keys, message: messageFor(report, keys) };
}

async function countedIn(tables: readonly SealedTable[], tenant: string | undefined): Promise<Map<string, number>> {
	const counted = new Map<string, number>();
	for (const table of tables) {
		for (const [prefix, values] of await table.count(KEY_PREFIX_LENGTH, tenant)) {
			counted.set(prefix, (counted.get(prefix) ?? 0) + values);
		}
	}
	return counted;
}

const useOf = (ring: KeyRing, keyId: string, values: number): KeyUse => ({
	name: ring.nameOf.get(keyId) ?? null,
	keyId,
	active: keyId === ring.activeId,
	values,
});

function messageFor({ finished, tenant }: RotationReport, keys: KeyUse[]): string {
	const active = keys.find((key) => key.active);
	const left = keys.filter((key) => !key.active && key.values > 0);
	const told = left.map(
		({ name, values }) => `${values} ${name === null ? 'a key that is not given' : `key "${name}"`}`,
	);
	if (!finished) {
		return `The time was up before all were looked at${left.length > 0 ? `; carrying an old key: ${told.join(', ')}` : ''}. Run it again: it goes on from there.`;
	}
	if (left.length > 0) {
		return `Still carrying an old key: ${told.join(', ')}. Keep the old keys. "faults" says what could not be wrapped anew; without any, run it again once every n8n process has the new key ring.`;
	}
	const unused = keys.filter((key) => !key.active).map(({ name }) => `"${name}"`);
	const all = `${active?.values ?? 0} sealed values${tenant === ALL_TENANTS ? '' : ` of tenant "${tenant}"`} carry the active key "${active?.name}".`;
	if (unused.length === 0) return `All ${all}`;
	if (tenant !== ALL_TENANTS) return `All ${all} Run it for all tenants before you take an old key out.`;
	return `All ${all} No value needs ${unused.join(', ')} any more: once every n8n process seals with the active key, take ${unused.length === 1 ? 'it' : 'them'} out.`;
}

async function rotateRow(
	table: SealedTable,
	ring: KeyRing,
	found: SealedRow,
): Promise<{ rewrapped: number; faults: RotationFault[] }> {
	let row: SealedRow | undefined = found;
	for (let tries = 0; row !== undefined && tries < MAX_TRIES; tries++) {
		const { texts, faults } = rewrapRow(ring, row, table.name);
		const before = row.texts;
		const rewrapped = Object.keys(texts).filter((field) => texts[field] !== before[field]).length;
		const told = faults.map(({ field, error }) => faultOf(table, found, field, error));
		if (rewrapped === 0 || (await table.replace(row, texts))) return { rewrapped, faults: told };
		// Stored anew at the same moment: look again, and never write what was read before.
		row = await table.get(row);
	}
	if (row === undefined) return { rewrapped: 0, faults: [] };
	const busy = new CrosslinkError({
		class: 'transient',
		code: 'row_busy',
		message: 'The row was changed each time it was to be wrapped anew.',
		remedy: 'Run it again.',
	});
	return { rewrapped: 0, faults: Object.keys(found.texts).map((field) => faultOf(table, found, field, busy)) };
}

const placeOf = ({ tenant, integration, id }: SealedRow): SealedPosition => ({ tenant, integration, id });

const faultOf = (
	{ name }: SealedTable,
	{ tenant, integration }: SealedRow,
	field: string,
	error: CrosslinkError,
): RotationFault => ({
	...{ table: name, tenant, integration, field },
	...{ code: error.code, message: error.message, remedy: error.remedy },
});

async function ringOf(access: Pick<IntegrationAccess, 'environment' | 'keyRing'>): Promise<KeyRing> {
	const ring = await findKeyRing(access);
	if (ring !== undefined) return ring;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'encryption_key_missing',
		message: 'The encryption key cannot be rotated: there is none.',
		remedy:
			'Set CROSSLINK_ENCRYPTION_KEY (or the Encryption Key of the store credential) to ' +
			`{"active":"new","keys":{"new":"...","old":"..."}}. ${MAKE_A_KEY}`,
	});
}

function progressOf({ progress }: Store, tenant: string, kind: string) {
	const { integration, entity } = PLACE;
	return {
		get: async () => await progress.get(tenant, integration, entity, kind),
		save: async (state: Parameters<Store['progress']['save']>[4]) =>
			await progress.save(tenant, integration, entity, kind, state),
	};
}

const textOf = (position: RotationReport['position']): string | null =>
	position === null ? null : JSON.stringify([position.table, position.tenant, position.integration, position.id]);

function placeIn(text: string | null): RotationReport['position'] {
	if (text === null) return null;
	const [table = '', tenant = '', integration = '', id = ''] = JSON.parse(text) as string[];
	return { table, tenant, integration, id };
}
