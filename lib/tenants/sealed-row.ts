import type { ConnectionValues } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { IntegrationConfigRow, SealedRow } from '../store/store';
import type { KeyRing } from './key-ring';
import { open, rewrap, seal, type SealedPlace } from './seal';

type Owner = Pick<IntegrationConfigRow, 'tenant' | 'integration'>;

const CREDENTIALS = 'credentials';
const WEBHOOK_SECRET = 'webhookSecret';

const placeOf = ({ tenant, integration }: Owner, field: string, table?: SealedPlace['table']): SealedPlace => ({
	tenant,
	integration,
	field,
	...(table === undefined ? {} : { table }),
});

/** Tables whose texts are bound to the table, too. */
const BOUND_TO_TABLE: ReadonlyArray<NonNullable<SealedPlace['table']>> = [
	'command_log',
	'query_answer',
	'notification_log',
];

/** For column `credentials`. */
export function sealConnection(ring: KeyRing | undefined, owner: Owner, values: ConnectionValues): string {
	return seal(ring, placeOf(owner, CREDENTIALS), JSON.stringify(values));
}

/** What column `credentials` holds; undefined when nothing is stored. */
export function openConnection(
	ring: KeyRing | undefined,
	row: Owner & Pick<IntegrationConfigRow, 'credentials'>,
): Record<string, unknown> | undefined {
	if (row.credentials === null) return undefined;
	const values: unknown = JSON.parse(open(ring, placeOf(row, CREDENTIALS), row.credentials));
	if (typeof values === 'object' && values !== null) return { ...values };
	throw new CrosslinkError({
		class: 'bug',
		code: 'sealed_connection_unreadable',
		message: `The stored connection of integration ${row.integration} for tenant ${row.tenant} is no set of values.`,
		remedy: 'Store the connection again with Integration → Configure.',
	});
}

/** For column `webhook_secret`. */
export function sealWebhookSecret(ring: KeyRing | undefined, owner: Owner, secret: string): string {
	return seal(ring, placeOf(owner, WEBHOOK_SECRET), secret);
}

/** What column `webhook_secret` holds; undefined when nothing is stored. */
export function openWebhookSecret(
	ring: KeyRing | undefined,
	row: Owner & Pick<IntegrationConfigRow, 'webhookSecret'>,
): string | undefined {
	return row.webhookSecret === null ? undefined : open(ring, placeOf(row, WEBHOOK_SECRET), row.webhookSecret);
}

/**
 * The sealed texts of a row under the ring's active key; each is left as it is when it cannot be unwrapped.
 * @param tableName where the row lies
 */
export function rewrapRow(
	ring: KeyRing,
	row: SealedRow,
	tableName: string,
): Pick<SealedRow, 'texts'> & { faults: Array<{ field: string; error: CrosslinkError }> } {
	const faults: Array<{ field: string; error: CrosslinkError }> = [];
	const table = BOUND_TO_TABLE.find((name) => name === tableName);
	const texts = Object.entries(row.texts).map(([field, sealed]) => {
		try {
			return [field, rewrap(ring, placeOf(row, field, table), sealed)];
		} catch (thrown) {
			faults.push({ field, error: asCrosslinkError(thrown) });
			return [field, sealed];
		}
	});
	return { texts: Object.fromEntries(texts) as Record<string, string>, faults };
}
