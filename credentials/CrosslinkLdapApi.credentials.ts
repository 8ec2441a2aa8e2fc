import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';
import { TLS_PROPERTIES } from '../lib/host/network-properties';

/** Tested by the adapter, which logs in: there is no request that n8n could make itself. */
export class CrosslinkLdapApi implements ICredentialType {
	name = 'crosslinkLdapApi';

	displayName = 'Crosslink LDAP API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://datatracker.ietf.org/doc/html/rfc4511';

	properties: INodeProperties[] = [
		{
			displayName:
				'An LDAP directory: Active Directory, OpenLDAP and others. Crosslink only reads it. A user with the right to read is enough.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. dc1.example.com',
			description:
				'The server’s own name, as its certificate has it; for Active Directory that of one domain controller',
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'string',
			default: '',
			placeholder: 'e.g. 636',
			description: 'Empty means 636 for TLS, 389 otherwise',
		},
		{
			displayName: 'Security',
			name: 'security',
			type: 'options',
			options: [
				{ name: 'None', value: 'none', description: 'Everything can be read on the way: for tests only' },
				{ name: 'StartTLS', value: 'startTls', description: 'TLS is turned on before anything else is said' },
				{ name: 'TLS (LDAPS)', value: 'tls', description: 'TLS from the first byte' },
			],
			default: 'tls',
			description: 'How the connection is protected; the certificate is always checked',
		},
		{
			displayName: 'Bind DN',
			name: 'bindDn',
			type: 'string',
			default: '',
			placeholder: 'e.g. CN=crosslink,OU=Service,DC=example,DC=com',
			description:
				'The user Crosslink logs in as; for Active Directory also name@domain. Empty only with a client certificate that says who it is.',
		},
		{
			displayName: 'Bind Password',
			name: 'bindPassword',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Base DN',
			name: 'baseDn',
			type: 'string',
			default: '',
			placeholder: 'e.g. DC=example,DC=com',
			description: 'Only entries below it are seen, users and groups. Empty means what the server names as its own.',
		},
		{
			displayName: 'TLS Server Name',
			name: 'tlsServerName',
			type: 'string',
			default: '',
			placeholder: 'e.g. dc1.example.com',
			description: 'The name that the certificate must have, where the host is an address or another name',
		},
		...TLS_PROPERTIES,
	];
}
