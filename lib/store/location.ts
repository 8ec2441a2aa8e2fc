import { isAbsolute, resolve } from 'node:path';
import { CrosslinkError } from '../errors';

/** Where a store is, taken apart. `shown` carries no password and may go into messages and logs. */
export type StoreLocation =
	| { kind: 'postgres'; url: string; host: string; port: number; shown: string }
	| { kind: 'sqlite'; file: string; shown: string };

/**
 * Reads `postgres://user:pw@host:port/db?sslmode=require`, `postgresql://…` or `sqlite:/absolute/path/to/file`.
 * @throws CrosslinkError `store_location_invalid`; the message never repeats what may hold a password
 */
export function parseStoreLocation(location: string): StoreLocation {
	const trimmed = location.trim();
	if (/^postgres(ql)?:\/\//i.test(trimmed)) return parsePostgres(trimmed);
	if (/^sqlite:/i.test(trimmed)) return parseSqlite(trimmed);
	throw invalid('it starts with neither postgres:// nor sqlite:');
}

function parsePostgres(url: string): StoreLocation {
	let parsed: URL;
	try {
		parsed = new URL(url);
	} catch {
		// The caught error is dropped on purpose: its `input` is the whole URL with the password.
		throw invalid('it is not a valid URL; special characters in the password must be percent-encoded');
	}
	const database = parsed.pathname.replace(/^\//, '');
	if (database === '') throw invalid('it names no database');
	const user = parsed.username === '' ? '' : `${parsed.username}@`;
	// As the driver: a host or port among the parameters wins.
	const host = parsed.searchParams.get('host') || decodeURIComponent(parsed.hostname) || 'localhost';
	const port = Number(parsed.searchParams.get('port') || parsed.port || 5432);
	return { kind: 'postgres', url, host, port, shown: `postgres://${user}${parsed.host}/${database}` };
}

function parseSqlite(location: string): StoreLocation {
	const path = location.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
	if (path === '') throw invalid('it names no file');
	if (!isAbsolute(path)) throw invalid('the path of the file is not absolute');
	const file = resolve(path);
	return { kind: 'sqlite', file, shown: `sqlite:${file}` };
}

function invalid(reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'store_location_invalid',
		message: `The location of the Crosslink store cannot be used: ${reason}.`,
		remedy:
			'Set CROSSLINK_STORE_URL (or the store credential) to postgres://user:password@host/database or to ' +
			'sqlite:/absolute/path/to/file.',
	});
}
