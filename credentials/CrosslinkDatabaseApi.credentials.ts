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
				'The PostgreSQL database of your own system. Crosslink only reads it. Run Integration → Test to try the connection and the tables.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{ displayName: 'Host', name: 'host', type: 'string', default: '', required: true },
		{ displayName: 'Port', name: 'port', type: 'string', default: '5432' },
		{ displayName: 'Database', name: 'database', type: 'string', default: '', required: true },
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			required: true,
			description: 'A user that may read the tables; with the role pg_read_all_stats polling is exact',
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
