import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { CrosslinkError } from '../errors';
import { readStoreUrl, type Environment } from '../tenants/environment';

/** Name of the embedded store in n8n's user folder. */
const EMBEDDED_FILE = 'crosslink.sqlite';

/**
 * Where the store is, as `postgres://…` or `sqlite:/…`: the credential says so, else CROSSLINK_STORE_URL, else it is the
 * embedded file in n8n's user folder. The result may hold a password.
 */
export async function storePlace(
	credential: ICredentialDataDecryptedObject | undefined,
	environment: Environment = process.env,
): Promise<string> {
	if (credential !== undefined) return placeOfCredential(credential, environment);
	return (await readStoreUrl(environment)) ?? embedded(environment);
}

function placeOfCredential(credential: ICredentialDataDecryptedObject, environment: Environment): string {
	if (credential.type === 'embedded') {
		const file = text(credential.file);
		return file === '' ? embedded(environment) : `sqlite:${file}`;
	}
	return credential.address === 'url' ? text(credential.url) : postgresUrl(credential);
}

function postgresUrl(credential: ICredentialDataDecryptedObject): string {
	const host = text(credential.host);
	const database = text(credential.database);
	if (host === '' || database === '') {
		throw new CrosslinkError({
			class: 'auth',
			code: 'store_credential_incomplete',
			message: `The Crosslink Store credential has no ${host === '' ? 'host' : 'database'}.`,
			remedy: 'Open the credential and fill it in, or choose the type "Embedded".',
		});
	}
	const user = encodeURIComponent(text(credential.user));
	const password = encodeURIComponent(typeof credential.password === 'string' ? credential.password : '');
	const login = user === '' ? '' : `${user}${password === '' ? '' : `:${password}`}@`;
	const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
	const ssl = text(credential.ssl) || 'disable';
	return `postgres://${login}${address}:${Number(credential.port) || 5432}/${encodeURIComponent(database)}?sslmode=${ssl}`;
}

/** n8n's own rule for its folder. */
function embedded(environment: Environment): string {
	return `sqlite:${join(environment.N8N_USER_FOLDER || homedir(), '.n8n', EMBEDDED_FILE)}`;
}

function text(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}
