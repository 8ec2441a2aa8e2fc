import type { CommandFailure } from '../../adapters/command';
import type { CommandChange, CommandKey, CommandLog, CommandRow, CommandStatus, NewCommand } from '../command-log';
import type { Database, Dialect, Parameter, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant, checkId } from '../ids';
import { flagOf, jsonOf, jsonOrNull, numberOf, storable, textOf, textOrNull, timeOf, timeOrNull } from '../row-values';
import { boundedLimit } from './link-context';

/** Rows in one answer at most. */
const MAX_ROWS = 10_000;
/** Rows deleted by one statement, which is one commit. */
const PRUNE_STEP = 500;

const IS_KEY = 'tenant = $1 AND integration = $2 AND idempotency_key = $3 AND kind = $4';

export function commandLog(database: Database): CommandLog {
	const { dialect } = database;
	const table = dialect.table('command_log');
	const columns = columnsOf(dialect);

	async function get(key: CommandKey): Promise<CommandRow | undefined> {
		const [row] = await database.statement(`SELECT ${columns} FROM ${table} WHERE ${IS_KEY}`, placeOf(key));
		return row && commandOf(row);
	}

	async function change(sql: string, parameters: Parameter[]): Promise<CommandRow | undefined> {
		const [row] = await database.statement(`UPDATE ${table} SET ${sql} RETURNING ${columns}`, parameters);
		return row && commandOf(row);
	}

	return {
		get,
		async begin(command, lease) {
			const [inserted] = await database.statement(
				`INSERT INTO ${table} (
					tenant, integration, idempotency_key, kind, command, reference, payload_hash, payload, run, status,
					attempts, look_ups, warnings, lease_owner, lease_until, sent_ms, version, created_at, updated_at
				) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'running', 1, 0, '[]', $10, ${dialect.later('$11')},
					${dialect.nowMs}, 1, ${dialect.now}, ${dialect.now})
				ON CONFLICT (tenant, integration, idempotency_key, kind) DO NOTHING
				RETURNING ${columns}`,
				newValues(command, lease.owner, lease.seconds),
			);
			const row = inserted === undefined ? await get(command) : commandOf(inserted);
			if (row === undefined) throw new TypeError('A command that is there was not found.');
			// Also where the statement was repeated after its first answer was lost: the owner is ours alone.
			return { row, begun: row.leaseOwner === lease.owner };
		},
		async findByReference(tenant, integration, reference) {
			assertTenant(tenant);
			const [row] = await database.statement(
				`SELECT ${columns} FROM ${table} WHERE tenant = $1 AND integration = $2 AND reference = $3`,
				[tenant, integration, reference],
			);
			return row && commandOf(row);
		},
		take: async (key, version, lease) =>
			await change(
				`lease_owner = $5, lease_until = ${dialect.later('$6')}, version = $7 + 1
				WHERE ${IS_KEY} AND (
					(version = $7 AND (lease_until IS NULL OR lease_until <= ${dialect.now}))
					OR (version = $7 + 1 AND lease_owner = $5)
				)`,
				[...placeOf(key), lease.owner, lease.seconds, version],
			),
		async sending(key, lease, { attempts, values, from }) {
			const anew = values === undefined ? '' : 'command = $8, payload_hash = $9, payload = $10,';
			return await change(
				`${anew} status = 'running', attempts = $7, look_ups = 0, sent_ms = ${dialect.nowMs}, next_attempt_at = NULL,
					failure = NULL, lease_until = ${dialect.later('$6')}, version = version + 1, updated_at = ${dialect.now}
				WHERE ${IS_KEY} AND lease_owner = $5 AND status IN (${listed([...from, 'running'])})`,
				[
					...placeOf(key),
					lease.owner,
					lease.seconds,
					attempts,
					...(values === undefined ? [] : [values.command, values.payloadHash, values.payload]),
				],
			);
		},
		async renew(key, lease) {
			const row = await change(`lease_until = ${dialect.later('$6')} WHERE ${IS_KEY} AND lease_owner = $5`, [
				...placeOf(key),
				lease.owner,
				lease.seconds,
			]);
			return row !== undefined;
		},
		async settle(key, owner, given, from) {
			const set = changedColumns(dialect, given);
			const settled = await change(
				`${set.sql}, lease_owner = NULL, lease_until = NULL, version = version + 1, updated_at = ${dialect.now}
				WHERE ${IS_KEY} AND lease_owner = $5 AND status IN (${listed(from)})`,
				[...placeOf(key), owner, ...set.parameters],
			);
			return settled;
		},
		async due(tenant, integration, limit) {
			assertTenant(tenant);
			const most = boundedLimit(limit, MAX_ROWS);
			const rows = await database.statement(
				`SELECT ${columns} FROM ${table} WHERE tenant = $1 AND integration = $2
					AND status IN ('waiting', 'unknown') AND next_attempt_at <= ${dialect.now}
					AND (lease_until IS NULL OR lease_until <= ${dialect.now})
				ORDER BY next_attempt_at LIMIT ${most}`,
				[tenant, integration],
			);
			const dead = await database.statement(
				`SELECT ${columns} FROM ${table} WHERE tenant = $1 AND integration = $2
					AND status = 'running' AND lease_until <= ${dialect.now}
				ORDER BY lease_until LIMIT ${most}`,
				[tenant, integration],
			);
			return [...dead, ...rows].slice(0, most).map(commandOf);
		},
		async troubled(tenant, integration, after, limit) {
			assertTenant(tenant);
			const time = dialect.toMilliseconds('updated_at');
			const behind =
				after === undefined
					? ''
					: `AND (${time}, idempotency_key) > (${dialect.toMilliseconds(dialect.boundTime('$3'))}, $4)`;
			const rows = await database.statement(
				`SELECT ${columns} FROM ${table}
				WHERE tenant = $1 AND integration = $2 AND status IN ('unknown', 'failed') ${behind}
				ORDER BY ${time}, idempotency_key, kind LIMIT ${boundedLimit(limit, MAX_ROWS)}`,
				[tenant, integration, ...(after === undefined ? [] : [after.updatedAt.toISOString(), after.key])],
			);
			return rows.map(commandOf);
		},
		async prune(tenant, before, limit) {
			assertTenant(tenant);
			const most = boundedLimit(limit, Number.MAX_SAFE_INTEGER);
			let deleted = 0;
			while (deleted < most) {
				const step = Math.min(PRUNE_STEP, most - deleted);
				const rows = await database.statement(
					`WITH old AS MATERIALIZED (
						SELECT tenant, integration, idempotency_key, kind FROM ${table}
						WHERE tenant = $1 AND updated_at < $2 AND status IN ('succeeded', 'failed')
						ORDER BY updated_at LIMIT ${step} ${dialect.forUpdateSkipLocked}
					)
					DELETE FROM ${table} WHERE (tenant, integration, idempotency_key, kind) IN (SELECT * FROM old)
					RETURNING kind`,
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

/** With what only the store's clock can say. */
function columnsOf({ now, nowMs }: Dialect): string {
	return `*, CASE WHEN lease_until > ${now} THEN 1 ELSE 0 END AS held, ${nowMs} - sent_ms AS sent_ms_ago`;
}

function placeOf({ tenant, integration, key, kind }: CommandKey): string[] {
	assertTenant(tenant);
	assertName('integration', integration);
	const error = checkId('idempotency key', key);
	if (error) throw error;
	return [tenant, integration, key, kind];
}

function newValues(command: NewCommand, owner: string, leaseSeconds: number): Parameter[] {
	const { reference, payloadHash, payload, run } = command;
	return [...placeOf(command), command.command, reference, payloadHash, payload, run, owner, leaseSeconds];
}

/** Statuses are words of ours, written into the statement so that the partial indexes are found. */
function listed(statuses: readonly CommandStatus[]): string {
	return [...new Set(statuses)].map((status) => `'${status}'`).join(', ');
}

/** `$6` and on. */
function changedColumns(dialect: Dialect, change: CommandChange): { sql: string; parameters: Parameter[] } {
	const values: Record<string, Parameter> = {
		status: change.status,
		...(change.attempts !== undefined && { attempts: change.attempts }),
		...(change.lookUps !== undefined && { look_ups: change.lookUps }),
		...(change.failure !== undefined && { failure: change.failure && JSON.stringify(change.failure) }),
		...(change.externalId !== undefined && { external_id: storable(change.externalId) }),
		...(change.response !== undefined && { response: change.response }),
		...(change.warnings !== undefined && { warnings: JSON.stringify(change.warnings) }),
		...(change.settledBy !== undefined && { settled_by: change.settledBy }),
	};
	const sets = Object.keys(values).map((column, index) => `${column} = $${index + 6}`);
	const parameters = Object.values(values);
	const next = change.nextAttemptInSeconds;
	if (next === null) sets.push('next_attempt_at = NULL');
	if (typeof next === 'number') {
		sets.push(`next_attempt_at = ${dialect.later(`$${parameters.length + 6}`)}`);
		parameters.push(next);
	}
	return { sql: sets.join(', '), parameters };
}

function commandOf(row: Row): CommandRow {
	return {
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		key: textOf(row, 'idempotency_key'),
		kind: textOf(row, 'kind') as CommandRow['kind'],
		command: textOf(row, 'command'),
		reference: textOf(row, 'reference'),
		payloadHash: textOf(row, 'payload_hash'),
		payload: textOf(row, 'payload'),
		run: textOf(row, 'run'),
		status: textOf(row, 'status') as CommandStatus,
		attempts: numberOf(row, 'attempts'),
		lookUps: numberOf(row, 'look_ups'),
		failure: jsonOrNull(row, 'failure') as CommandFailure | null,
		externalId: textOrNull(row, 'external_id'),
		response: textOrNull(row, 'response'),
		warnings: jsonOf(row, 'warnings') as string[],
		settledBy: textOrNull(row, 'settled_by') as CommandRow['settledBy'],
		leaseOwner: textOrNull(row, 'lease_owner'),
		held: flagOf(row, 'held'),
		sentMsAgo: numberOf(row, 'sent_ms_ago'),
		nextAttemptAt: timeOrNull(row, 'next_attempt_at'),
		version: numberOf(row, 'version'),
		createdAt: timeOf(row, 'created_at'),
		updatedAt: timeOf(row, 'updated_at'),
	};
}
