import type { Session } from '../dialect';
import { idBatch, slices, type LinkContext } from './link-context';

export interface Alias {
	alias: string;
	externalId: string;
}

/**
 * Remembers which record an id was merged into. Aliases that led to a record which is now merged itself are led on, so
 * that following is always one step: a -> b, then b -> c, makes a -> c.
 */
export async function saveAliases(
	context: LinkContext,
	session: Session,
	tenant: string,
	aliases: Alias[],
): Promise<void> {
	const { dialect, integration, entity } = context;
	const unique = new Map(
		aliases.filter((one) => one.alias !== one.externalId).map((one) => [one.alias, one.externalId]),
	);
	const rows = [...unique].sort(([left], [right]) => (left < right ? -1 : 1));
	for (const slice of slices(rows, dialect.sliceRows)) {
		const batch = dialect.batch({ alias: 'text', survivor: 'text' }, slice, 4);
		const scope = [tenant, integration, entity];
		await session.query(
			`INSERT INTO ${context.aliases} AS known (tenant, integration, entity, alias, external_id, created_at)
			SELECT $1, $2, $3, b.alias, b.survivor, ${dialect.now} FROM ${batch.source}
			WHERE true
			ON CONFLICT (tenant, integration, entity, alias) DO UPDATE SET external_id = excluded.external_id
			WHERE known.external_id <> excluded.external_id`,
			[...scope, ...batch.parameters],
		);
		await session.query(
			`UPDATE ${context.aliases} SET external_id = b.survivor FROM ${batch.source}
			WHERE tenant = $1 AND integration = $2 AND entity = $3 AND external_id = b.alias`,
			[...scope, ...batch.parameters],
		);
		await dropSurvivors(
			context,
			session,
			scope,
			slice.map(([, survivor]) => survivor),
		);
	}
}

/** A record that stands for itself (again) is nobody's alias. */
async function dropSurvivors(
	context: LinkContext,
	session: Session,
	scope: string[],
	survivors: string[],
): Promise<void> {
	const batch = idBatch(context.dialect, [...new Set(survivors)].sort(), 4);
	await session.query(
		`DELETE FROM ${context.aliases}
		WHERE tenant = $1 AND integration = $2 AND entity = $3 AND alias IN (SELECT b.id FROM ${batch.source})`,
		[...scope, ...batch.parameters],
	);
}
