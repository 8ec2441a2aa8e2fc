import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';
import { TLS_PROPERTIES } from '../lib/host/network-properties';

/** Tested by Integration → Test, which logs in: there is no request that n8n could make itself. */
export class CrosslinkDatabaseApi implements ICredentialType {
	name = 'crosslinkDatabaseApi';

	displayName = 'Crosslink Database API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://www.postgresql.org/docs/current/libpq-ssl.html';

	properties: INodeProperties[] = [
		{
			displayName:
				'The database of your own system. Crosslink reads it, and writes it only where a node is told to. Run Integration → Test to try the connection and the tables.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Type',
			name: 'type',
			type: 'options',
			options: [
				{ name: 'MySQL or MariaDB', value: 'mysql' },
				{ name: 'PostgreSQL', value: 'postgresql' },
			],
			default: 'postgresql',
			description: 'Which kind of server it is',
		},
		{ displayName: 'Host', name: 'host', type: 'string', default: '', required: true },
		{
			displayName: 'Port',
			name: 'port',
			type: 'string',
			default: '',
			description: 'Empty means the usual one: 5432 for PostgreSQL, 3306 for MySQL and MariaDB',
		},
		{ displayName: 'Database', name: 'database', type: 'string', default: '', required: true },
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			required: true,
			description:
				'A user that may read the tables (and write them, for syncing both ways). With pg_read_all_stats in PostgreSQL, or PROCESS in MySQL, polling is exact.',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'SSL Mode',
			name: 'sslMode',
			type: 'options',
			options: [
				{ name: 'Off', value: 'disable', description: 'Nothing is encrypted: for trusted networks only' },
				{ name: 'On, Authority and Host Name Checked', value: 'verify-full' },
				{ name: 'On, Authority Checked', value: 'verify-ca' },
				{ name: 'On, Nothing Checked', value: 'require', description: 'Encrypted, but to whoever answers' },
			],
			default: 'verify-full',
		},
		...TLS_PROPERTIES,
	];
}
