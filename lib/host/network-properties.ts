import type { ICredentialDataDecryptedObject, IHttpRequestOptions, INodeProperties } from 'n8n-workflow';
import { NETWORK_FIELDS } from '../adapters/network-fields';
import { networkOptions } from './http';

/** As in `NETWORK_FIELDS`: own authority and client certificate, for credentials of systems behind a company's own PKI. */
export const TLS_PROPERTIES: INodeProperties[] = [
	{
		displayName: 'CA Certificate',
		name: 'ca',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
		description:
			'PEM of the authority that signed the server’s certificate, if it is one of your own. Then only it counts; empty means those that Node.js knows. A path works for files in CROSSLINK_CERTIFICATE_FOLDER.',
	},
	{
		displayName: 'Client Certificate',
		name: 'clientCertificate',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
		description:
			'PEM of the certificate that the server asks for, followed by those between it and its authority; or the path of a file in CROSSLINK_CERTIFICATE_FOLDER',
	},
	{
		displayName: 'Client Key',
		name: 'clientKey',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. -----BEGIN PRIVATE KEY-----',
		description: 'PEM of the private key of the client certificate; or the path of a file',
	},
	{
		displayName: 'Client Key Passphrase',
		name: 'clientKeyPassphrase',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: 'Opens the client key or the PFX, if they are encrypted',
	},
	{
		displayName: 'Client Certificate as PFX',
		name: 'pfx',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description:
			'Certificate and key in one PKCS #12 file (.pfx, .p12), instead of the PEM fields: its content in base64, or the path of a file',
		hint: 'Make base64 of it with: base64 -w0 client.pfx',
	},
];

/** The same with a proxy, for systems that are called over HTTP. */
export const NETWORK_PROPERTIES: INodeProperties[] = [
	...TLS_PROPERTIES,
	{
		displayName: 'Proxy',
		name: 'proxy',
		type: 'string',
		// A password may be in it.
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. http://user:password@proxy.example:3128',
		description:
			'HTTP proxy for the calls of this connection. Empty means what HTTPS_PROXY and NO_PROXY of the n8n server say.',
	},
];

/**
 * The request with the certificates and the proxy of its credential, for a credential's `authenticate`: n8n makes the test
 * of a credential, and the calls of its own HTTP Request node, without Crosslink's transport.
 */
export async function overNetwork(
	displayName: string,
	credential: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
	const pack = { integration: '', displayName, connectionFields: [...NETWORK_FIELDS] };
	const { pickConnectionValues } = await import('../tenants/connection-values');
	const { readValueFiles } = await import('../tenants/value-files');
	const { readNetwork } = await import('../transport/network');
	const values = await readValueFiles(pack, pickConnectionValues(pack, credential), 'credential', process.env);
	return { ...request, ...networkOptions(readNetwork(values, displayName)) };
}
