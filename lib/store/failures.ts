import { CrosslinkError, type ErrorClass } from '../errors';

interface Failure {
	class: ErrorClass;
	code: string;
	/** Follows "The Crosslink store <location>". */
	what: string;
	remedy: string;
}

/** Everything that can be wrong with a store as a whole, with what to do about it. */
const FAILURES = {
	unreachable: {
		class: 'transient',
		code: 'store_unreachable',
		what: 'cannot be reached',
		remedy: 'Check that the database is running and that host, port and network of CROSSLINK_STORE_URL are right.',
	},
	lost: {
		class: 'transient',
		code: 'store_connection_lost',
		what: 'closed the connection; nothing was written',
		remedy: 'Run it again; if it stays, look for restarts or memory trouble in the log of the database.',
	},
	commitUnknown: {
		class: 'unknown',
		code: 'store_commit_unknown',
		what: 'closed the connection while it was saving, so what was being saved may or may not be there',
		remedy: 'Run it again: the next run compares both sides and goes on from what is stored.',
	},
	login: {
		class: 'auth',
		code: 'store_login_refused',
		what: 'refused the login',
		remedy: 'Check user and password of CROSSLINK_STORE_URL (percent-encode special characters) and pg_hba.conf.',
	},
	databaseMissing: {
		class: 'auth',
		code: 'store_database_missing',
		what: 'has no database of this name',
		remedy: 'Create the database, or correct the name at the end of CROSSLINK_STORE_URL.',
	},
	permission: {
		class: 'auth',
		code: 'store_not_permitted',
		what: 'does not let this user do what Crosslink needs',
		remedy:
			'Let the user create the schema (GRANT CREATE ON DATABASE ...), or create the schema "crosslink" yourself and ' +
			'make the user its owner.',
	},
	tls: {
		class: 'auth',
		code: 'store_tls_failed',
		what: 'could not be reached over TLS',
		remedy: 'Set sslmode and the certificate authority (sslrootcert) in CROSSLINK_STORE_URL as the server needs them.',
	},
	crowded: {
		class: 'transient',
		code: 'store_crowded',
		what: 'has no connection free',
		remedy: 'Raise max_connections, or let fewer n8n processes use it: each opens up to 4 connections.',
	},
	busy: {
		class: 'transient',
		code: 'store_busy',
		what: 'stayed locked by other work',
		remedy: 'Run it again; if it happens often, use PostgreSQL as the store (CROSSLINK_STORE_URL).',
	},
	slow: {
		class: 'transient',
		code: 'store_slow',
		what: 'did not answer in time',
		remedy: 'Look at the load of the database; run it again with fewer records at once.',
	},
	readOnly: {
		class: 'transient',
		code: 'store_read_only',
		what: 'can be read but not written',
		remedy:
			'PostgreSQL: point CROSSLINK_STORE_URL at the primary, not at a standby. Embedded: let the user n8n runs as write ' +
			'the file and its folder.',
	},
	full: {
		class: 'transient',
		code: 'store_full',
		what: 'has no room left on its disk',
		remedy: 'Free space on the disk of the database (or enlarge it) and run it again; nothing was half written.',
	},
	corrupt: {
		class: 'rejected',
		code: 'store_corrupt',
		what: 'is damaged',
		remedy:
			'Stop n8n, restore the file from a backup, and check the disk; Crosslink will not write to a damaged store.',
	},
	notADatabase: {
		class: 'rejected',
		code: 'store_not_a_database',
		what: 'is a file of another kind, not a database',
		remedy: 'Point CROSSLINK_STORE_URL at another path; Crosslink leaves the file as it is.',
	},
	folder: {
		class: 'rejected',
		code: 'store_folder_unusable',
		what: 'cannot be opened in its folder',
		remedy: 'Let the user n8n runs as create and write files in that folder, or choose another path.',
	},
	disk: {
		class: 'transient',
		code: 'store_disk_failed',
		what: 'could not be read or written by the operating system',
		remedy: 'Check the disk or network drive that holds the file.',
	},
	newer: {
		class: 'rejected',
		code: 'store_schema_newer',
		what: 'was made by a newer version of Crosslink',
		remedy:
			'Update n8n-nodes-crosslink on this n8n, to the version that every other n8n on this store has. To go back to an ' +
			'older version, restore the backup of the store from before the update: a schema is never taken back.',
	},
	tableMissing: {
		class: 'rejected',
		code: 'store_table_missing',
		what: 'lacks a table or column Crosslink needs',
		remedy:
			'Restore the schema "crosslink" from a backup, or use an empty database: Crosslink creates its tables itself.',
	},
	embeddedUnavailable: {
		class: 'rejected',
		code: 'store_embedded_unavailable',
		what: 'needs the SQLite that is built into Node.js 24',
		remedy: 'Run n8n on Node.js 24 or newer, or set CROSSLINK_STORE_URL to a PostgreSQL database.',
	},
	embeddedInQueueMode: {
		class: 'rejected',
		code: 'store_embedded_in_queue_mode',
		what: 'is embedded, and n8n runs in queue mode, where its processes may be on different machines',
		remedy: 'Set CROSSLINK_STORE_URL to a PostgreSQL database that main, webhook and worker processes all reach.',
	},
	valueRefused: {
		class: 'rejected',
		code: 'store_value_refused',
		what: 'refused a value',
		remedy: 'Look at the record the run stopped at: a text or number in it cannot be stored.',
	},
} as const satisfies Record<string, Failure>;

export type FailureKind = keyof typeof FAILURES;

/**
 * @param location without password
 * @param detail the database's own words, added to the message
 */
export function storeFailure(kind: FailureKind, location: string, detail?: string, cause?: unknown): CrosslinkError {
	const failure: Failure = FAILURES[kind];
	return new CrosslinkError({
		class: failure.class,
		code: failure.code,
		message: `The Crosslink store ${location} ${failure.what}${detail ? ` (${detail})` : ''}.`,
		remedy: failure.remedy,
		cause,
	});
}

/** What no list foresees: a bug on our side, in the database's own words. */
export function unforeseenFailure(location: string, detail: string, cause: unknown): CrosslinkError {
	return new CrosslinkError({
		class: 'bug',
		code: 'store_statement_failed',
		message: `The Crosslink store ${location} refused a statement: ${detail}`,
		remedy: 'Run it again; if it stays, report it with this text and the version of Crosslink.',
		cause,
	});
}

/** The driver's own error inside what TypeORM throws around it (with all parameters, which may hold secrets). */
export function driverErrorOf(thrown: unknown): { code?: string; errcode?: number; message: string; cause: unknown } {
	const wrapped = (thrown as { driverError?: unknown } | null)?.driverError;
	const error = (wrapped ?? thrown) as { code?: unknown; errcode?: unknown; message?: unknown } | null;
	return {
		code: typeof error?.code === 'string' ? error.code : undefined,
		errcode: typeof error?.errcode === 'number' ? error.errcode : undefined,
		message: typeof error?.message === 'string' ? error.message : String(thrown),
		cause: error,
	};
}
