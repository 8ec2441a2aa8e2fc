import type { StartN8nOptions } from './n8n-process';

/** A database's URL as n8n's own settings and credentials name its parts. */
export function databaseAt(url: string): StartN8nOptions['database'] {
	const { hostname, port, username, password, pathname } = new URL(url);
	return { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) };
}
