import type { PlainError } from '../../errors';
import type { Database, Parameter, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant, checkId } from '../ids';
import type { NotificationKey, NotificationLog, NotificationRow, NotificationStatus } from '../notification-log';
import { flagOf, jsonOf, jsonOrNull, numberOf, storable, textOf, textOrNull, timeOf, timeOrNull } from '../row-values';
import { boundedLimit } from './link-context';

/** Rows in one answer at most. */
const MAX_ROWS = 10_000;
/** Rows deleted by one statement, which is one commit. */
const PRUNE_STEP = 500;

const IS_KEY = 'tenant = $1 AND integration = $2 AND reference = $3';

export function notificationLog(database: Database): NotificationLog {
	const { dialect } = database;
	const table = dialect.table('notification_log');
	/** With what only the store's clock can say. */
	const columns =
		`*, CASE WHEN lease_until > ${dialect.now} THEN 1 ELSE 0 END AS held, ` +
		`${dialect.nowMs} - sent_ms AS sent_ms_ago`;

	async function get(key: NotificationKey): Promise<NotificationRow | undefined> {
		const [row] = await database.statement(`SELECT ${columns} FROM ${table} WHERE ${IS_KEY}`, placeOf(key));
		return row && rowOf(row);
	}

	async function change(sql: string, parameters: Parameter[]): Promise<NotificationRow | undefined> {
		const [row] = await database.statement(`UPDATE ${table} SET ${sql} RETURNING ${columns}`, parameters);
		return row && rowOf(row);
	}

	return {
		get,
		async begin(notification, lease) {
			const { event, eventKey, message, run } = notification;
			const [inserted] = await database.statement(
				`INSERT INTO ${table} (
					tenant, integration, reference, event, event_key, message, run, status, attempts, refused,
					lease_owner, lease_until, sent_ms, version, created_at, updated_at
				) VALUES ($1, $2, $3, $4, $5, $6, $7, 'sending', 1, '[]', $8, ${dialect.later('$9')},
					${dialect.nowMs}, 1, ${dialect.now}, ${dialect.now})
				ON CONFLICT (tenant, integration, reference) DO NOTHING
				RETURNING ${columns}`,
				[...placeOf(notification), event, eventKey, message, run, lease.owner, lease.seconds],
			);
			const row = inserted === undefined ? await get(notification) : rowOf(inserted);
			if (row === undefined) throw new TypeError('A notification that is there was not found.');
			// Also where the statement was repeated after its first answer was lost: the owner is ours alone.
			return { row, begun: row.leaseOwner === lease.owner };
		},
		take: async (key, version, lease) =>
			await change(
				`lease_owner = $4, lease_until = ${dialect.later('$5')}, version = $6 + 1
				WHERE ${IS_KEY} AND (
					(version = $6 AND (lease_until IS NULL OR lease_until <= ${dialect.now}))
					OR (version = $6 + 1 AND lease_owner = $4)
				)`,
				[...placeOf(key), lease.owner, lease.seconds, version],
			),
		async sending(key, lease, message) {
			const anew = message === undefined ? '' : 'message = $6,';
			return await change(
				`${anew} status = 'sending', attempts = attempts + 1, sent_ms = ${dialect.nowMs}, next_attempt_at = NULL,
					failure = NULL, lease_until = ${dialect.later('$5')}, version = version + 1, updated_at = ${dialect.now}
				WHERE ${IS_KEY} AND lease_owner = $4`,
				[...placeOf(key), lease.owner, lease.seconds, ...(message === undefined ? [] : [message])],
			);
		},
		async renew(key, lease) {
			const row = await change(`lease_until = ${dialect.later('$5')} WHERE ${IS_KEY} AND lease_owner = $4`, [
				...placeOf(key),
				lease.owner,
				lease.seconds,
			]);
			return row !== undefined;
		},
		async settle(key, owner, { status, failure, messageId, refused, nextAttemptInSeconds, forget }) {
			const again = nextAttemptInSeconds === null ? 'NULL' : dialect.later('$9');
			return await change(
				`status = $5, failure = $6, message_id = COALESCE($7, message_id), refused = COALESCE($8, refused),
					next_attempt_at = ${again}, ${forget === true ? 'message = NULL,' : ''}
					lease_owner = NULL, lease_until = NULL, version = version + 1, updated_at = ${dialect.now}
				WHERE ${IS_KEY} AND lease_owner = $4`,
				[
					...placeOf(key),
					owner,
					status,
					failure === null ? null : storable(JSON.stringify(failure)),
					storable(messageId ?? null),
					refused === undefined ? null : storable(JSON.stringify(refused)),
					...(nextAttemptInSeconds === null ? [] : [nextAttemptInSeconds]),
				],
			);
		},
		async due(tenant, integration, limit) {
			assertTenant(tenant);
			assertName('integration', integration);
			const most = boundedLimit(limit, MAX_ROWS);
			const dead = await database.statement(
				`SELECT ${columns} FROM ${table} WHERE tenant = $1 AND integration = $2
					AND status = 'sending' AND lease_until <= ${dialect.now}
				ORDER BY lease_until LIMIT ${most}`,
				[tenant, integration],
			);
			const waiting = await database.statement(
				`SELECT ${columns} FROM ${table} WHERE tenant = $1 AND integration = $2
					AND status IN ('failed', 'unknown') AND next_attempt_at <= ${dialect.now}
					AND (lease_until IS NULL OR lease_until <= ${dialect.now})
				ORDER BY next_attempt_at LIMIT ${most}`,
				[tenant, integration],
			);
			return [...dead, ...waiting].slice(0, most).map(rowOf);
		},
		async troubled(tenant, integration, after, limit) {
			assertTenant(tenant);
			assertName('integration', integration);
			const time = dialect.toMilliseconds('updated_at');
			const behind =
				after === undefined
					? ''
					: `AND (${time}, reference) > (${dialect.toMilliseconds(dialect.boundTime('$3'))}, $4)`;
			const rows = await database.statement(
				`SELECT ${columns} FROM ${table}
				WHERE tenant = $1 AND integration = $2 AND status IN ('failed', 'unknown') AND next_attempt_at IS NULL ${behind}
				ORDER BY ${time}, reference LIMIT ${boundedLimit(limit, MAX_ROWS)}`,
				[tenant, integration, ...(after === undefined ? [] : [after.updatedAt.toISOString(), after.key])],
			);
			return rows.map(rowOf);
		},
		async prune(tenant, before, limit) {
			assertTenant(tenant);
			const most = boundedLimit(limit, Number.MAX_SAFE_INTEGER);
			let deleted = 0;
			while (deleted < most) {
				const step = Math.min(PRUNE_STEP, most - deleted);
				const rows = await database.statement(
					`WITH old AS MATERIALIZED (
						SELECT tenant, integration, reference FROM ${table}
						WHERE tenant = $1 AND updated_at < $2 AND (lease_until IS NULL OR lease_until <= ${dialect.now})
						ORDER BY updated_at LIMIT ${step} ${dialect.forUpdateSkipLocked}
					)
					DELETE FROM ${table} WHERE (tenant, integration, reference) IN (SELECT * FROM old)
					RETURNING reference`,
					[tenant, before.toISOString()],
				);
				deleted += rows.length;
				if (rows.length < step) break;
				await database.breathe();
			}
			return deleted;
		},
	};
}

function placeOf({ tenant, integration, reference }: NotificationKey): string[] {
	assertTenant(tenant);
	assertName('integration', integration);
	const error = checkId('reference', reference);
	if (error) throw error;
	return [tenant, integration, reference];
}

function rowOf(row: Row): NotificationRow {
	return {
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		reference: textOf(row, 'reference'),
		event: textOf(row, 'event'),
		eventKey: textOf(row, 'event_key'),
		status: textOf(row, 'status') as NotificationStatus,
		attempts: numberOf(row, 'attempts'),
		message: textOrNull(row, 'message'),
		failure: jsonOrNull(row, 'failure') as unknown as PlainError | null,
		messageId: textOrNull(row, 'message_id'),
		refused: jsonOf(row, 'refused') as NotificationRow['refused'],
		held: flagOf(row, 'held'),
		leaseOwner: textOrNull(row, 'lease_owner'),
		sentMsAgo: numberOf(row, 'sent_ms_ago'),
		nextAttemptAt: timeOrNull(row, 'next_attempt_at'),
		run: textOf(row, 'run'),
		version: numberOf(row, 'version'),
		createdAt: timeOf(row, 'created_at'),
		updatedAt: timeOf(row, 'updated_at'),
	};
}
