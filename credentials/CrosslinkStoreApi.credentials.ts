import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

const POSTGRES = { show: { type: ['postgres'] } };
const PARTS = { show: { type: ['postgres'], address: ['parts'] } };

/** Tested by the Crosslink node, which opens the store: there is no request that n8n could make itself. */
export class CrosslinkStoreApi implements ICredentialType {
	name = 'crosslinkStoreApi';

	displayName = 'Crosslink Store API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS';

	properties: INodeProperties[] = [
		{
			displayName:
				'Optional: without this credential Crosslink uses CROSSLINK_STORE_URL, and without that a file in the n8n user folder. Use PostgreSQL in production and whenever n8n runs in queue mode.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Type',
			name: 'type',
			type: 'options',
			options: [
				{ name: 'PostgreSQL', value: 'postgres' },
				{ name: 'Embedded (One File)', value: 'embedded' },
			],
			default: 'postgres',
			description: 'Where Crosslink keeps its links, settings and received events',
		},
		{
			displayName: 'Address',
			name: 'address',
			type: 'options',
			options: [
				{ name: 'Host, Database and User', value: 'parts' },
				{ name: 'URL', value: 'url' },
			],
			default: 'parts',
			displayOptions: POSTGRES,
		},
		{
			displayName: 'URL',
			name: 'url',
			type: 'string',
			// Holds the password.
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. postgres://user:password@host:5432/database',
			displayOptions: { show: { type: ['postgres'], address: ['url'] } },
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: 'localhost',
			displayOptions: PARTS,
		},
		{ displayName: 'Port', name: 'port', type: 'number', default: 5432, displayOptions: PARTS },
		{
			displayName: 'Database',
			name: 'database',
			type: 'string',
			default: '',
			required: true,
			description: 'Crosslink makes its tables in the schema "crosslink" of this database',
			displayOptions: PARTS,
		},
		{ displayName: 'User', name: 'user', type: 'string', default: '', displayOptions: PARTS },
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: PARTS,
		},
		{
			displayName: 'SSL',
			name: 'ssl',
			type: 'options',
			options: [
				{ name: 'Off', value: 'disable' },
				{ name: 'On, Certificate Checked', value: 'verify-full' },
				{ name: 'On, Certificate Not Checked', value: 'no-verify' },
			],
			default: 'disable',
			displayOptions: PARTS,
		},
		{
			displayName: 'File',
			name: 'file',
			type: 'string',
			default: '',
			placeholder: 'e.g. /data/crosslink.sqlite',
			description: 'Absolute path of the store file. Empty means crosslink.sqlite in the n8n user folder.',
			displayOptions: { show: { type: ['embedded'] } },
		},
		{
			displayName: 'Encryption Key',
			name: 'encryptionKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'32 bytes in base64. Seals the secrets that tenants keep in the store. Empty means CROSSLINK_ENCRYPTION_KEY. Needed only when connections are kept in the store.',
			hint: 'Make one with: openssl rand -base64 32',
		},
	];
}
