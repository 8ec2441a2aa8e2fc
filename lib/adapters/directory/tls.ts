import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { DirectoryConnection } from './connection';

/**
 * What TLS is opened with. The certificate is always checked, against the name given or the host: nothing turns that off.
 * @throws CrosslinkError what `readTls` throws
 */
export async function tlsOptions({ host, tls, serverName }: DirectoryConnection): Promise<ConnectionOptions> {
	const { readTls } = await import('../../transport/tls/read-tls');
	return {
		...readTls(tls, 'directory'),
		// Named even where a socket is given: without it, the certificate would be checked against "localhost".
		host,
		...(serverName !== undefined ? { servername: serverName } : isIP(host) === 0 && { servername: host }),
		minVersion: 'TLSv1.2',
		rejectUnauthorized: true,
	};
}

/** What a person should know of the connection: which check is off, and what that means. */
export function tlsCaveats({ security, shown, serverName, host }: DirectoryConnection): string[] {
	if (security === 'none') {
		return [`TLS is off (security "none"): passwords and entries go to ${shown} unencrypted.`];
	}
	if (serverName === undefined || serverName === host) return [];
	return [`The certificate of ${shown} is checked against the name ${serverName}, not against the host.`];
}
