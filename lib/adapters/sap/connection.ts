import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { ConnectionField, ConnectionValues, Mode } from '../adapter';
import { NETWORK_FIELDS } from '../network-fields';

export type AuthenticationKind = 'basic' | 'oauth2' | 'certificate';
export type SoapStyle = 'off' | 'wrapper' | 'stateful';
export type SoapNames = 'camelCase' | 'upperCase';

/** The same in both modes, because one credential serves both. */
export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'baseUrl', displayName: 'Base URL', secret: false, required: true },
	{ name: 'authentication', displayName: 'Authentication', secret: false, required: false, default: 'basic' },
	{ name: 'username', displayName: 'User', secret: false, required: false },
	{ name: 'password', displayName: 'Password', secret: true, required: false },
	{ name: 'tokenUrl', displayName: 'Token URL', secret: false, required: false },
	{ name: 'clientId', displayName: 'Client ID', secret: false, required: false },
	{ name: 'clientSecret', displayName: 'Client Secret', secret: true, required: false },
	{ name: 'scope', displayName: 'Scope', secret: false, required: false },
	{ name: 'sapClient', displayName: 'SAP Client', secret: false, required: false },
	{ name: 'sapLanguage', displayName: 'Language', secret: false, required: false },
	{ name: 'rejectionReason', displayName: 'Rejection Reason', secret: false, required: false, default: '00' },
	{ name: 'timeZone', displayName: 'Time Zone of the System', secret: false, required: false, default: 'UTC' },
	// Web services for function modules: on-prem only.
	{ name: 'soapStyle', displayName: 'Function Modules over SOAP', secret: false, required: false, default: 'off' },
	{ name: 'soapNames', displayName: 'Names in SOAP', secret: false, required: false, default: 'camelCase' },
	{ name: 'soapOrderPath', displayName: 'SOAP Path for Orders', secret: false, required: false },
	{ name: 'soapOrderFunction', displayName: 'Function for Orders', secret: false, required: false },
	{ name: 'soapBillingPath', displayName: 'SOAP Path for Billing Documents', secret: false, required: false },
	{ name: 'soapBillingFunction', displayName: 'Function for Billing Documents', secret: false, required: false },
	...NETWORK_FIELDS,
];

export interface SapConnection {
	/** No slash at the end. */
	baseUrl: string;
	authentication: AuthenticationKind;
	username: string;
	password: string;
	tokenUrl: string;
	clientId: string;
	clientSecret: string;
	scope: string;
	sapClient: string;
	sapLanguage: string;
	/** Code of the reason that undoing an order rejects its items for. */
	rejectionReason: string;
	/** IANA name of the zone in which SAP writes times without one. */
	timeZone: string;
	soap: SoapConnection | undefined;
	/** Names server, client and credentials without giving them away: what may be shared between runs is kept under it. */
	key: string;
}

export interface SoapConnection {
	style: Exclude<SoapStyle, 'off'>;
	names: SoapNames;
	order: SoapEndpoint | undefined;
	billing: SoapEndpoint | undefined;
}

export interface SoapEndpoint {
	/** From the host on, as the WSDL has it. */
	path: string;
	/** ABAP name of the function module that is called there. */
	functionName: string;
}

/**
 * Checks a connection before anything is sent.
 * @throws CrosslinkError `auth` for what is missing, `rejected` for what cannot be
 */
export function readConnection(values: ConnectionValues, mode: Mode): SapConnection {
	const value = (name: string) => values[name]?.trim() ?? '';
	const authentication = oneOf(
		value('authentication') || 'basic',
		['basic', 'oauth2', 'certificate'],
		'Authentication',
	);
	const connection: SapConnection = {
		baseUrl: baseUrl(value('baseUrl')),
		authentication,
		username: value('username'),
		// A password may begin or end with a blank.
		password: values['password'] ?? '',
		tokenUrl: value('tokenUrl'),
		clientId: value('clientId'),
		clientSecret: values['clientSecret'] ?? '',
		scope: value('scope'),
		sapClient: sapClient(value('sapClient')),
		sapLanguage: value('sapLanguage'),
		rejectionReason: value('rejectionReason') || '00',
		timeZone: timeZone(value('timeZone') || 'UTC'),
		soap: readSoap(value),
		key: hashOf(JSON.stringify(Object.entries(values).sort())),
	};
	if (connection.soap && mode === 'cloud') throw wrong('Function Modules over SOAP', 'there are none in SAP’s cloud');
	if (authentication === 'certificate' && value('clientCertificate') === '' && value('pfx') === '') {
		throw missing('client certificate', 'Put certificate and key, or a PFX, into the connection.');
	}
	if (authentication === 'basic') need(connection, ['username', 'password']);
	if (authentication === 'oauth2') need(connection, ['tokenUrl', 'clientId', 'clientSecret']);
	return connection;
}

/** Names the account for shared call budgets: server, SAP client and user. */
export function accountKey(values: ConnectionValues): string {
	const user = values['username'] || values['clientId'] || 'certificate';
	const host = /^https?:\/\/([^/?#]+)/i.exec(values['baseUrl'] ?? '')?.[1] ?? '';
	return `${host} ${values['sapClient'] ?? ''} ${hashOf(user).slice(0, 16)}`.slice(0, 200);
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** What must never show anywhere. */
export function secretsOf(connection: SapConnection): string[] {
	const { username, password, clientId, clientSecret } = connection;
	const pairs = [`${username}:${password}`, `${clientId}:${clientSecret}`].filter((pair) => pair.length > 1);
	return [password, clientSecret, ...pairs].filter((secret) => secret !== '');
}

function readSoap(value: (name: string) => string): SoapConnection | undefined {
	const style = oneOf(value('soapStyle') || 'off', ['off', 'wrapper', 'stateful'], 'Function Modules over SOAP');
	if (style === 'off') return undefined;
	const endpoint = (name: string, standard: string): SoapEndpoint | undefined => {
		const path = value(`${name}Path`);
		if (path === '') return undefined;
		if (!path.startsWith('/')) throw wrong('SOAP Path', `"${path}" does not begin with a slash`);
		const functionName = value(`${name}Function`) || standard;
		if (!/^[A-Za-z][A-Za-z0-9_]{0,29}$/.test(functionName)) throw wrong('Function', `"${functionName}" is no name`);
		return { path, functionName: functionName.toUpperCase() };
	};
	const wrapped = style === 'wrapper';
	const soap = {
		style,
		names: oneOf(value('soapNames') || 'camelCase', ['camelCase', 'upperCase'], 'Names in SOAP'),
		order: endpoint('soapOrder', wrapped ? 'Z_CROSSLINK_ORDER_CREATE' : 'BAPI_SALESORDER_CREATEFROMDAT2'),
		billing: endpoint('soapBilling', wrapped ? 'Z_CROSSLINK_BILLING_CANCEL' : 'BAPI_BILLINGDOC_CANCEL1'),
	};
	if (!soap.order && !soap.billing) throw wrong('Function Modules over SOAP', 'neither path is set');
	return soap;
}

function baseUrl(text: string): string {
	if (text === '') throw missing('Base URL', 'Put the address of the system into the connection.');
	let url: URL;
	try {
		url = new URL(text);
	} catch {
		throw wrong('Base URL', 'it is no URL');
	}
	if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('Base URL', 'it is neither https nor http');
	if (url.username !== '' || url.password !== '') throw wrong('Base URL', 'it has a user or password in it');
	if (url.search !== '' || url.hash !== '')
		throw wrong('Base URL', 'it ends in a query; SAP Client has a field of its own');
	return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function sapClient(text: string): string {
	if (text !== '' && !/^\d{3}$/.test(text)) throw wrong('SAP Client', `"${text}" is not three digits`);
	return text;
}

function timeZone(name: string): string {
	try {
		new Intl.DateTimeFormat('en-US', { timeZone: name });
	} catch {
		throw wrong('Time Zone of the System', `"${name}" is no IANA name such as Europe/Berlin`);
	}
	return name;
}

function need(connection: SapConnection, names: Array<keyof SapConnection & string>): void {
	const lacking = names.filter((name) => connection[name] === '');
	if (lacking.length === 0) return;
	throw missing(lacking.join(', '), 'Put it into the connection, or choose another authentication.');
}

function oneOf<T extends string>(value: string, allowed: readonly T[], name: string): T {
	const found = allowed.find((one) => one === value);
	if (found === undefined) throw wrong(name, `"${value}" is none of ${allowed.join(', ')}`);
	return found;
}

function missing(what: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_incomplete',
		message: `The SAP connection has no ${what}.`,
		remedy,
	});
}

function wrong(field: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'connection_invalid',
		message: `The SAP connection cannot be used: ${field}: ${reason}.`,
		remedy: 'Correct it in the credential, the tenant’s configuration or the environment.',
	});
}
