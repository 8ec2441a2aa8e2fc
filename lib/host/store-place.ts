import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { CrosslinkError } from '../errors';
import { readStoreUrl, type Environment } from '../tenants/environment';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/i;
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
	if (credential !== undefined) {
		const place = placeOfCredential(credential, environment);
		await refuseOtherFiles(place, environment);
		return place;
	}
	return (await readStoreUrl(environment)) ?? embedded(environment);
}

function placeOfCredential(credential: ICredentialDataDecryptedObject, environment: Environment): string {
	if (credential.type === 'embedded') {
		const file = text(credential.file);
		return file === '' ? embedded(environment) : `sqlite:${file}`;
	}
	return credential.address === 'url' ? text(credential.url) : postgresUrl(credential);
}

/** What a person should know who has just tried the credential. */
export function storeCaveats(credential: ICredentialDataDecryptedObject): string[] {
	const place = placeOfCredential(credential, {});
	if (!URL.canParse(place) || place.startsWith('sqlite:')) return [];
	const { searchParams, hostname } = new URL(place);
	const mode = searchParams.get('sslmode') ?? searchParams.get('ssl') ?? 'disable';
	// As libpq means it, on request of the URL; the driver itself checks with all modes but no-verify.
	const unchecked = searchParams.get('uselibpqcompat') === 'true' && !searchParams.get('sslrootcert');
	if (mode === 'no-verify' || (unchecked && (mode === 'require' || mode === 'prefer'))) {
		return ['The server’s certificate is not checked: whoever stands in between can read and change everything'];
	}
	const off = mode === 'disable' || mode === 'false' || mode === '0';
	return off && !LOOPBACK.test(hostname) ? ['TLS is off: password and data go unencrypted'] : [];
}

/** The driver reads the files that a URL names; a credential may name those only that connections may name. */
async function refuseOtherFiles(place: string, environment: Environment): Promise<void> {
	if (!/^postgres(ql)?:/i.test(place) || !URL.canParse(place)) return;
	const { searchParams } = new URL(place);
	for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
		for (const path of searchParams.getAll(name)) {
			const { fileForCredential, CERTIFICATE_FOLDER_VARIABLE } = await import('../tenants/value-files');
			if (path === '' || (await fileForCredential(path, environment)) !== undefined) continue;
			throw new CrosslinkError({
				class: 'auth',
				code: 'value_file_refused',
				message: `"${name}" in the URL of the Crosslink Store credential names a file that is not in the folder that ${CERTIFICATE_FOLDER_VARIABLE} names.`,
				remedy: `Have whoever runs n8n set ${CERTIFICATE_FOLDER_VARIABLE} and put the file there, or name the store with CROSSLINK_STORE_URL.`,
			});
		}
	}
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
