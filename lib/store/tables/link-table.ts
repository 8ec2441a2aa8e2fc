import { CrosslinkError } from '../../errors';
import type { Database } from '../dialect';
import { linkTableName } from '../identifiers';
import { assertTenant } from '../ids';
import type { LinkTable } from '../store';
import { claimLinks, releaseLinks } from './link-claim';
import type { LinkContext } from './link-context';
import { countByStatus, dueLinks, findByExternalIds, findByLocalIds, pageOfIds, pageOfLinks } from './link-find';
import { doubtLinks } from './link-doubt';
import { noteLinks } from './link-note';
import { settleLinks } from './link-settle';
import { troubledLinks } from './link-troubled';
import { upsertLinks } from './link-upsert';

/** The link table of one integration and entity; each verb's SQL is in the file of its name. */
export function linkTable(database: Database, integration: string, entity: string): LinkTable {
	const name = linkTableName(integration, entity);
	const { dialect } = database;
	const context: LinkContext = {
		database,
		dialect,
		integration,
		entity,
		table: dialect.table(name),
		aliases: dialect.table('link_alias'),
	};
	async function guarded<T>(tenant: string, work: () => Promise<T>): Promise<T> {
		assertTenant(tenant);
		try {
			return await work();
		} catch (error) {
			throw missingTable(error, context, name);
		}
	}
	return {
		name,
		findByLocalIds: (tenant, ids) => guarded(tenant, () => findByLocalIds(context, tenant, ids)),
		findByExternalIds: (tenant, ids) => guarded(tenant, () => findByExternalIds(context, tenant, ids)),
		claim: (tenant, ids, lease) => guarded(tenant, () => claimLinks(context, tenant, ids, lease)),
		settle: (tenant, owner, changes, alongside) =>
			guarded(tenant, () => settleLinks(context, tenant, owner, changes, alongside)),
		note: (tenant, owner, notes) => guarded(tenant, () => noteLinks(context, tenant, owner, notes)),
		release: (tenant, owner, ids) => guarded(tenant, () => releaseLinks(context, tenant, owner, ids)),
		doubt: (tenant, ids) => guarded(tenant, () => doubtLinks(context, tenant, ids)),
		upsert: (tenant, links) => guarded(tenant, () => upsertLinks(context, tenant, links)),
		page: (tenant, page) => guarded(tenant, () => pageOfLinks(context, tenant, page)),
		pageOfIds: (tenant, page) => guarded(tenant, () => pageOfIds(context, tenant, page)),
		troubled: (tenant, after, limit) => guarded(tenant, () => troubledLinks(context, tenant, after, limit)),
		due: (tenant, limit) => guarded(tenant, () => dueLinks(context, tenant, limit)),
		countByStatus: (tenant) => guarded(tenant, () => countByStatus(context, tenant)),
	};
}

/** Link tables and the columns of an integration are made when it is enabled; say so instead of "no such table". */
function missingTable(error: unknown, { integration, entity, database }: LinkContext, name: string): unknown {
	if (!(error instanceof CrosslinkError) || error.code !== 'store_table_missing') return error;
	return new CrosslinkError({
		class: 'rejected',
		code: 'link_table_missing',
		message:
			`The store ${database.location} has no link table "${name}" for ${integration}/${entity}, or one of its columns ` +
			'is missing.',
		remedy: `Enable the integration "${integration}" once (Crosslink node: Integration > Enable); that makes its tables.`,
		cause: error,
	});
}
