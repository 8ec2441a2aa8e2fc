import type { DataSource } from 'typeorm';
import type { Dialect } from '../../lib/store/dialect';
import { makeOldLinkTable } from './old-stores';

/** 32 bytes, made up; the sealed texts below were sealed with it and stay as they are, for good. */
export const OLD_KEY = 'C1Sd5i94wQpTnOUud8AJUpvkLXa/CFGa4yx1vgdQmeI=';

/** What a first version has sealed for tenant `t`, integration `crm`. */
const SEALED = {
	credentials:
		'v1.EHeOoP7LdRxf.3czWAToIbiMjeZdp.vMzR9f14eeEe00CguxBxMNJL--r2oFBo2MzXGYEoaIfkU2euJzRU5TeJ9_gOCisP' +
		'.x74srblkHOjX0Jk8.QeEe1cll8C0J6bKf8CaAeF_9H07rogJ3KwZ2BlTppx0oeXHLD3E',
	webhookSecret:
		'v1.EHeOoP7LdRxf.7T9tGbCIb3qCn44R.Xhe7shoJcBKek2BmHwzLze_McCC_5f3cWXOr1tS3aDGNJqNDQh73Q9ua4xpMFJvW' +
		'.KdEgfjy3tpG46de5.d6J9lDeQS7i6_KlRO3ql4l2IcVi92FbVKQ',
	answer:
		'v1.EHeOoP7LdRxf.nKFDBa3hku6zVC5i.dABGYrTL1Q1MWD-ZQjxQhTEeTV9hhu95XL0Xj6RdZPqeBGvK5FqyqQczvFSQcXX1' +
		'.A_AtKtnHhpH8y6Am.bPnRMNbLWHHIG5r1nE-R7NCMmFvLinp0FsvnpDd9BXBC',
	payload:
		'v1.EHeOoP7LdRxf.5RmuoJG-17XI_rZ9.GoQCM0IY5M1d2-hvfr5sXdZTuNMBLrdbILN0dpbjTrBR8tmP7H1HYdDaJwtCiWVa' +
		'.qpTZvjId3_mDd0oZ.dqUvADKmSqrBl-nJ1jujnJoeZD-IZFS1IxLYHr3j',
	message:
		'v1.EHeOoP7LdRxf.LHHmcvdqvtK552FC.EQvmioVtWFd-0_oP-43lcTGpuvCeZoNo-0zmHFgqUttX4k4dZX5_JXtw-EV7JSGH' +
		'.MLjoz6xJVVm7bnWj.83I4DtjKipRV1TXLTLwb8oSpybq8g7mphI7vTApZtg',
} as const;

/** When everything of before has happened. */
export const LONG_AGO = '2026-01-02T03:04:05.678Z';
const FAR_AHEAD = '2099-01-01T00:00:00.000Z';

/** Texts a database may trip over. */
export const HARD_TEXT = `O'Brien "GmbH" – Zoë 𝔘`;

type Value = string | number | boolean | null;

interface OldRow {
	table: string;
	values: Record<string, Value>;
}

const OURS = { tenant: 't', integration: 'crm' };
const FAILURE = JSON.stringify({ class: 'rejected', code: 'no', message: 'The other side said no.', remedy: 'Ask.' });

/** The rows a version has put in, by how many migrations it knew. Entity of link tables: see {@link entityOf}. */
const ROWS: Readonly<Record<number, readonly OldRow[]>> = {
	1: [
		{
			table: 'integration_config',
			values: {
				...OURS,
				mode: 'cloud',
				enabled: true,
				credentials: SEALED.credentials,
				settings: JSON.stringify({ syncLog: 'all', note: HARD_TEXT }),
				webhook_secret: SEALED.webhookSecret,
				created_at: LONG_AGO,
				updated_at: LONG_AGO,
			},
		},
		{ table: 'processed_webhook', values: eventRow('e1') },
		{
			table: 'link_alias',
			values: { ...OURS, entity: 'since1', alias: 'merged', external_id: '1', created_at: LONG_AGO },
		},
		{ table: 'call_budget', values: { account: 'a', bucket: 'b', booked_until_ms: 1, paused_until_ms: 4e12 } },
	],
	2: [
		{
			table: 'sync_conflict',
			values: {
				...OURS,
				entity: 'since1',
				local_id: 'troubled',
				external_id: '2',
				field_key: 'k',
				field: 'name',
				reason: 'both_changed',
				local_value: JSON.stringify(HARD_TEXT),
				external_value: '"theirs"',
				base_local: '"was"',
				base_external: '"was"',
				rule: '{"local":"name"}',
				candidates: '[]',
				run: 'r',
				status: 'open',
				created_at: LONG_AGO,
				updated_at: LONG_AGO,
			},
		},
		{
			table: 'sync_log',
			values: {
				...OURS,
				entity: 'since1',
				local_id: 'whole',
				external_id: '1',
				at: LONG_AGO,
				kind: 'push',
				field: 'name',
				from_value: 'null',
				to_value: JSON.stringify(HARD_TEXT),
				run: 'r',
			},
		},
		{
			table: 'run_progress',
			values: {
				...OURS,
				entity: 'since1',
				kind: 'reconcile',
				position: 'whole',
				counts: '{"checked":7}',
				started_at: LONG_AGO,
				updated_at: LONG_AGO,
			},
		},
	],
	3: [
		{
			table: 'processed_webhook',
			values: { ...eventRow('e3'), account: 'acc', status: 'attention', position: null },
		},
		{
			table: 'event_delivery',
			values: {
				...OURS,
				external_event_id: 'e3',
				receiver: 'w/1',
				receipt: 'r',
				since: LONG_AGO,
				due_at: LONG_AGO,
				turn: 1,
				put_off: 0,
			},
		},
		{ table: 'event_order', values: { ...OURS, last_position: 41 } },
		{
			table: 'poll_cursor',
			values: {
				...OURS,
				entity: 'since1',
				poll: 'w/1',
				cursor: '{"at":"x"}',
				version: 3,
				receipt: 'r',
				updated_at: LONG_AGO,
			},
		},
		{
			table: 'integration_config',
			values: {
				tenant: 'u',
				integration: 'crm',
				mode: 'onprem',
				enabled: false,
				settings: '{}',
				account_id: 'acc',
				created_at: LONG_AGO,
				updated_at: LONG_AGO,
			},
		},
	],
	4: [
		{
			table: 'parked_connection',
			values: {
				...OURS,
				source: 'tenant',
				fingerprint: 'f',
				code: 'login',
				message: HARD_TEXT,
				remedy: 'Mend.',
				since: LONG_AGO,
			},
		},
	],
	5: [
		{
			table: 'sync_conflict',
			values: {
				...OURS,
				entity: 'since1',
				local_id: 'whole',
				field_key: 'k5',
				field: 'stage',
				reason: 'both_changed',
				candidates: '[]',
				run: 'r',
				status: 'resolved',
				choice: 'local',
				created_at: LONG_AGO,
				updated_at: LONG_AGO,
				resolved_at: LONG_AGO,
				resolved_by: HARD_TEXT,
			},
		},
	],
	6: [
		{
			table: 'query_answer',
			values: {
				...OURS,
				question: 'q',
				query: 'stageOf',
				answer: SEALED.answer,
				as_of: LONG_AGO,
				keep_until: FAR_AHEAD,
			},
		},
	],
	7: [
		{
			table: 'command_log',
			values: {
				...OURS,
				idempotency_key: 'key 1',
				kind: 'execute',
				command: 'create',
				reference: 'c-1',
				payload_hash: 'h',
				payload: SEALED.payload,
				status: 'unknown',
				attempts: 2,
				look_ups: 1,
				failure: FAILURE,
				warnings: JSON.stringify([HARD_TEXT]),
				sent_ms: 1,
				run: 'r',
				version: 4,
				created_at: LONG_AGO,
				updated_at: LONG_AGO,
			},
		},
	],
	8: [
		{
			table: 'notification_log',
			values: {
				...OURS,
				reference: 'n-1',
				event: 'orderShipped',
				event_key: HARD_TEXT,
				status: 'failed',
				attempts: 2,
				message: SEALED.message,
				failure: FAILURE,
				refused: '[]',
				sent_ms: 1,
				next_attempt_at: LONG_AGO,
				run: 'r',
				version: 4,
				created_at: LONG_AGO,
				updated_at: LONG_AGO,
			},
		},
	],
	9: [
		{
			table: 'notification_log',
			values: {
				...OURS,
				reference: 'n-9',
				event: 'orderShipped',
				event_key: 'k',
				status: 'unknown',
				attempts: 1,
				failure: FAILURE,
				refused: '[]',
				sent_ms: 1,
				run: 'r',
				version: 2,
				created_at: LONG_AGO,
				updated_at: LONG_AGO,
			},
		},
	],
};

/** How many migrations there are rows of: a further one has to bring its own. */
export const STEPS_WITH_ROWS = Object.keys(ROWS).length;

/** The entity whose link table a version with so many migrations has made. */
export const entityOf = (step: number): string => `since${step}`;

/** Puts in what the version that knew `step` migrations did: rows of its own tables, and a link table with links. */
export async function putOldRows(source: DataSource, dialect: Dialect, step: number): Promise<void> {
	const entity = entityOf(step);
	await makeOldLinkTable(source, dialect, step, entity);
	for (const link of linkRows(step)) await insert(source, dialect, { table: `crm_${entity}_link`, values: link });
	for (const row of ROWS[step] ?? []) await insert(source, dialect, row);
}

async function insert(source: DataSource, dialect: Dialect, { table, values }: OldRow): Promise<void> {
	const columns = Object.keys(values);
	const bound = Object.values(values).map((value) =>
		typeof value === 'boolean' && dialect.kind === 'sqlite' ? Number(value) : value,
	);
	await source.query(
		`INSERT INTO ${dialect.table(table)} (${columns.join(', ')})
		VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
		bound,
	);
}

function linkRows(step: number): Array<Record<string, Value>> {
	const all = { tenant: 't', attempts: 0, created_at: LONG_AGO, updated_at: LONG_AGO };
	const later: Record<string, Value> = step < 2 ? {} : { sent: '{"name":["x"]}', flips: '{"k":[{"hash":"h","at":1}]}' };
	return [
		{
			...all,
			...later,
			local_id: 'whole',
			external_id: '1',
			sync_status: 'synced',
			last_synced_at: LONG_AGO,
			base: JSON.stringify({ name: HARD_TEXT }),
			base_hash: 'h',
			mapping_version: 'm',
			external_version: 'v',
			pushed_version: 'p',
			stage: 'won',
		},
		{ ...all, local_id: 'troubled', external_id: '2', sync_status: 'conflict', last_error: HARD_TEXT, error_code: 'c' },
		{ ...all, local_id: 'waiting', sync_status: 'pending', attempts: 2, next_attempt_at: LONG_AGO },
		{ ...all, local_id: 'gone', external_id: '4', sync_status: 'deleted' },
	];
}

function eventRow(id: string): Record<string, Value> {
	return {
		...OURS,
		external_event_id: id,
		entity: 'since1',
		external_id: '1',
		event: 'updated',
		occurred_at: LONG_AGO,
		payload: JSON.stringify({ text: HARD_TEXT }),
		receipt: 'r',
		received_at: LONG_AGO,
	};
}
