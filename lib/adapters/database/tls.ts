import type { ConnectionOptions } from 'node:tls';
import type { DatabaseConnection } from './connection';

/**
 * What the driver gets for each mode; `false` = no TLS. Only `require` without a CA looks at no certificate, as in libpq,
 * where a CA turns `require` into `verify-ca`.
 * @throws CrosslinkError what `readTls` throws
 */
export async function tlsOptions({ sslMode, tls }: DatabaseConnection): Promise<ConnectionOptions | false> {
	if (sslMode === 'disable') return false;
	const { readTls } = await import('../../transport/tls/read-tls');
	const material = readTls(tls, 'database') ?? {};
	if (sslMode === 'verify-full') return { ...material, rejectUnauthorized: true };
	if (sslMode === 'verify-ca' || material.ca !== undefined) {
		return { ...material, rejectUnauthorized: true, checkServerIdentity: () => undefined };
	}
	return { ...material, rejectUnauthorized: false };
}

/** What a person should know of the mode: which check is off, and what that means. */
export function tlsCaveats({ sslMode, tls, shown }: DatabaseConnection): string[] {
	if (sslMode === 'disable') {
		return [`TLS is off (SSL mode "disable"): password and rows go to ${shown} unencrypted.`];
	}
	if (sslMode === 'require' && !tls.ca) {
		return [
			`The certificate of ${shown} is not checked (SSL mode "require"): whoever stands in between can read and change everything. ` +
				'"verify-full" checks it.',
		];
	}
	if (sslMode !== 'verify-full') {
		return [`The authority of ${shown} is checked, its name is not: any server with a certificate of it is taken.`];
	}
	return [];
}
