import { linkBatch, slices, sortedUnique, type LinkContext } from './link-context';

/** Asks for no lease: whoever has taken the link meanwhile has looked at the other side before the write arrived. */
export async function doubtLinks(
	{ database, dialect, table }: LinkContext,
	tenant: string,
	localIds: string[],
): Promise<void> {
	for (const slice of slices(sortedUnique(localIds), dialect.sliceRows)) {
		const batch = linkBatch(dialect, tenant, slice, 1);
		await database.statement(
			`UPDATE ${table} SET in_doubt = true, lease_owner = NULL, lease_until = NULL FROM ${batch.source}
			WHERE tenant = b.of_tenant AND local_id = b.id`,
			batch.parameters,
		);
	}
}
