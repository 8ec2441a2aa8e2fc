import type { Transport } from '../../transport/transport';
import type { TestResult } from '../adapter';
import { callSlack } from './client';
import type { SlackConnection } from './connection';

/** A token is tried out; a webhook can only be tried by posting, which is not done. */
export async function testConnection(connection: SlackConnection, transport: Transport): Promise<TestResult> {
	if (connection.by === 'webhook') {
		return {
			accountId: '',
			message: 'The webhook URL has the right form. Whether Slack takes it shows with the first message.',
		};
	}
	const call = { budget: 'general', purpose: 'try the token', idempotent: true } as const;
	const { team, team_id, user } = await callSlack(connection, transport, call, (client) => client.auth.test());
	return {
		accountId: team_id ?? '',
		message: `Connected to the workspace ${team ?? team_id ?? ''} as ${user ?? 'the app'}.`,
	};
}
