import type { AccountRecord } from '../account/account';
import type { SandboxParts } from './sandbox-paths';

/** Records of each object and calls that the page shows. */
const SHOWN_RECORDS = 200;
const SHOWN_CALLS = 25;

const nameOf = (record: AccountRecord | undefined): string =>
	record?.properties.dealname ?? record?.properties.name ?? record?.properties.email ?? '';

/** Everything the page draws, in one answer. */
export function pageState({ account, state, calls, faults, webhooks }: SandboxParts) {
	const records = (object: string) =>
		account
			.list(object)
			.slice(-SHOWN_RECORDS)
			.reverse()
			.map((record) => ({
				id: record.id,
				properties: record.properties,
				updatedAt: record.updatedAt.toISOString(),
				links: account
					.associations(object, record.id)
					.map((link) => ({ object: link.object, id: link.id, name: nameOf(account.get(link.object, link.id)) })),
			}));
	const last = webhooks.deliveries.at(-1);
	return {
		portalId: state.portalId,
		deals: records('deals'),
		companies: records('companies'),
		totals: { deals: account.list('deals').length, companies: account.list('companies').length },
		stages: state.pipelines
			.list('deals')
			.flatMap((pipeline) => pipeline.stages.map((stage) => ({ value: stage.id, label: stage.label }))),
		callTotal: calls.count,
		calls: calls.list().slice(-SHOWN_CALLS).reverse(),
		faults: faults.pending.length,
		webhooks: { target: webhooks.target ?? null, pending: webhooks.pending, lastStatus: last?.status ?? null },
	};
}
