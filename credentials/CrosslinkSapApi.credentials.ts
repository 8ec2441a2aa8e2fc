import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';
import { NETWORK_PROPERTIES } from '../lib/host/network-properties';

/** Fields that one way of logging in needs. */
const only = (authentication: string): INodeProperties['displayOptions'] => ({
	show: { authentication: [authentication] },
});
/** Fields of function modules over SOAP. */
const SOAP: INodeProperties['displayOptions'] = { hide: { soapStyle: ['off'] } };

/** Tested by Integration → Test: a request that n8n makes itself could not tell a login page from an answer. */
export class CrosslinkSapApi implements ICredentialType {
	name = 'crosslinkSapApi';

	displayName = 'Crosslink SAP API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://api.sap.com/api/API_SALES_ORDER_SRV/overview';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://my123456-api.s4hana.cloud.sap',
			description: 'Address of the system, without a path. In SAP’s cloud it has "-api" in its name.',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'Basic', value: 'basic', description: 'Name and password of a communication user or technical user' },
				{
					name: 'Client Certificate',
					value: 'certificate',
					description: 'The certificate that is assigned to the user, in the fields below',
				},
				{
					name: 'OAuth2 Client Credentials',
					value: 'oauth2',
					description: 'An access token of the system’s token service',
				},
			],
			default: 'basic',
		},
		{ displayName: 'User', name: 'username', type: 'string', default: '', displayOptions: only('basic') },
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: only('basic'),
		},
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: '',
			displayOptions: only('oauth2'),
			description: 'Address of the token service, as the communication arrangement shows it',
		},
		{ displayName: 'Client ID', name: 'clientId', type: 'string', default: '', displayOptions: only('oauth2') },
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: only('oauth2'),
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: '',
			displayOptions: only('oauth2'),
			description:
				'Scopes to ask for, with blanks between them. On-prem Gateway services need theirs; the cloud needs none.',
		},
		{
			displayName: 'SAP Client',
			name: 'sapClient',
			type: 'string',
			default: '',
			placeholder: 'e.g. 100',
			description: 'Three digits. Empty means the default client of the system; in the cloud leave it empty.',
		},
		{
			displayName: 'Language',
			name: 'sapLanguage',
			type: 'string',
			default: '',
			placeholder: 'e.g. EN',
			description: 'Language of SAP’s messages and texts. Empty means that of the user.',
		},
		{
			displayName: 'Rejection Reason',
			name: 'rejectionReason',
			type: 'string',
			default: '00',
			description: 'Key of the reason for which undoing a sales order rejects its items',
		},
		{
			displayName: 'Time Zone of the System',
			name: 'timeZone',
			type: 'string',
			default: 'UTC',
			placeholder: 'e.g. Europe/Berlin',
			description: 'IANA name of the zone in which SAP writes when a business partner changed. In the cloud it is UTC.',
		},
		{
			displayName: 'Function Modules over SOAP',
			name: 'soapStyle',
			type: 'options',
			options: [
				{ name: 'No', value: 'off', description: 'Everything goes over OData; the only choice in SAP’s cloud' },
				{
					name: 'Yes, a Stateful Session',
					value: 'stateful',
					description: 'SAP’s own function modules, committed by a second call in the same session',
				},
				{
					name: 'Yes, a Wrapper of Your Own',
					value: 'wrapper',
					description: 'Function modules of your own that commit in the same call; recommended',
				},
			],
			default: 'off',
			description: 'Whether orders and cancellations go through function modules; on-prem only',
		},
		{
			displayName: 'Names in SOAP',
			name: 'soapNames',
			type: 'options',
			options: [
				{ name: 'CamelCase', value: 'camelCase', description: 'Services made in SOAMANAGER' },
				{ name: 'UPPER_CASE', value: 'upperCase', description: 'The old address /sap/bc/soap/rfc' },
			],
			default: 'camelCase',
			displayOptions: SOAP,
		},
		{
			displayName: 'SOAP Path for Orders',
			name: 'soapOrderPath',
			type: 'string',
			default: '',
			placeholder: 'e.g. /sap/bc/srt/rfc/sap/z_crosslink_order/100/z_crosslink_order/binding',
			displayOptions: SOAP,
			description: 'Path of the service’s endpoint, as its WSDL has it. Empty means that orders go over OData.',
		},
		{
			displayName: 'Function for Orders',
			name: 'soapOrderFunction',
			type: 'string',
			default: '',
			placeholder: 'e.g. Z_CROSSLINK_ORDER_CREATE',
			displayOptions: SOAP,
			description:
				'ABAP name of the function module. Empty means the name in the placeholder, or SAP’s own with a stateful session.',
		},
		{
			displayName: 'SOAP Path for Billing Documents',
			name: 'soapBillingPath',
			type: 'string',
			default: '',
			displayOptions: SOAP,
			description: 'Path of the service’s endpoint. Empty means that cancellations go over OData.',
		},
		{
			displayName: 'Function for Billing Documents',
			name: 'soapBillingFunction',
			type: 'string',
			default: '',
			placeholder: 'e.g. Z_CROSSLINK_BILLING_CANCEL',
			displayOptions: SOAP,
			description:
				'ABAP name of the function module. Empty means the name in the placeholder, or SAP’s own with a stateful session.',
		},
		...NETWORK_PROPERTIES,
	];
}
