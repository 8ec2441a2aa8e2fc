import type { Fields } from '../../lib/adapters/adapter';
import { confirm } from '../../lib/sync/confirm';
import { pull } from '../../lib/sync/pull';
import { push } from '../../lib/sync/push';
import { reconcile } from '../../lib/sync/reconcile';
import type { PullOutcome, PushItem, Replication } from '../../lib/sync/replication';
import { retry } from '../../lib/sync/retry';
import { sync } from '../../lib/sync/sync';
import type { Local, LocalRecord } from './local';

/** A workflow as an integrator draws it, with places to be killed at between its nodes. */
export interface Site {
	local: Local;
	/** What a node works with; left out = on orders. */
	replication(entity?: string): Replication;
	pass(place: string): Promise<void>;
	/** The flow has changed a record of your system; it is confirmed a little later, unless the flow dies. */
	wrote(record: LocalRecord, patch: Fields): void;
	/** Receipts of earlier runs, which a queue may deliver again. */
	receipts: string[];
}

const RETRIES = 50;

export async function pushFlow(site: Site, ids: string[]): Promise<void> {
	await push(site.replication(), snapshot(site, ids));
}

export async function syncFlow(site: Site, ids: string[]): Promise<void> {
	const items = snapshot(site, ids);
	const versions = versionsOf(site);
	await takeOver(site, versions, await sync(site.replication(), items));
}

export async function pullFlow(site: Site, ids: string[]): Promise<void> {
	const versions = versionsOf(site);
	await takeOver(
		site,
		versions,
		await pull(
			site.replication(),
			ids.map((localId) => ({ localId })),
		),
	);
}

export async function reconcileFlow(site: Site, restart: boolean): Promise<void> {
	const versions = versionsOf(site);
	const options = { repair: true, restart, pageSize: 3, maxMs: 60_000 };
	for await (const { outcomes } of reconcile(site.replication(), options)) await takeOver(site, versions, outcomes);
}

/** A confirmation that comes again, late. */
export async function confirmAgainFlow(site: Site, receipts: string[]): Promise<void> {
	await confirm(site.replication(), receipts);
}

export async function retryFlow(site: Site): Promise<void> {
	await retry(site.replication(), { limit: RETRIES });
}

/** Reads the records, as the first node of the flow does. */
function snapshot({ local }: Site, ids: string[]): PushItem[] {
	return ids.flatMap((id) => {
		const record = local.records.get(id);
		if (!record) return [];
		const { fields, modifiedAt, deleted } = record;
		return [{ localId: id, fields: structuredClone(fields), modifiedAt: new Date(modifiedAt), deleted }];
	});
}

const versionsOf = ({ local }: Site): Map<string, number> =>
	new Map([...local.records].map(([id, { version }]) => [id, version]));

/** Writes patches where the record has not moved since it was read, and confirms what was written. */
async function takeOver(site: Site, versions: ReadonlyMap<string, number>, outcomes: PullOutcome[]): Promise<void> {
	const receipts: string[] = [];
	for (const { localId, patch, receipt, deleted } of outcomes) {
		const record = site.local.records.get(localId ?? '');
		if (!record) continue;
		if (deleted && !record.deleted) {
			site.local.delete(record);
			site.wrote(record, {});
		}
		if (Object.keys(patch).length === 0) continue;
		await site.pass('before the patch is written');
		if (!site.local.updateIf(record, versions.get(record.id) ?? -1, patch)) continue;
		site.wrote(record, patch);
		if (receipt) receipts.push(receipt);
	}
	if (receipts.length === 0) return;
	await site.pass('between the patch and its confirmation');
	site.receipts.push(...receipts);
	await confirm(site.replication(), receipts);
}
