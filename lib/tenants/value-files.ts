import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';
import type { AdapterModule, ConnectionField, ConnectionValues } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import type { ConnectionSource } from './connected';
import type { Environment } from './environment';

type Pack = Pick<AdapterModule, 'displayName' | 'connectionFields'>;

/** Largest file of certificates, in bytes; all authorities of Mozilla's list have 220 kB. */
export const MAX_VALUE_FILE_BYTES = 512 * 1024;

/** The folder that credentials may name files of. */
export const CERTIFICATE_FOLDER_VARIABLE = 'CROSSLINK_CERTIFICATE_FOLDER';

/** Whether a value names a file: PEM begins with dashes, and a PFX in base64 always with M. */
export function namesFile(field: ConnectionField, value: string | undefined): boolean {
	return field.file !== undefined && value !== undefined && isAbsolute(value);
}

/**
 * Puts the content of files in the place of their paths, so that adapters read no files. Who may name which files:
 * - the environment any, because it is the site's own;
 * - a credential those in the folder that CROSSLINK_CERTIFICATE_FOLDER names, because not everybody who may make credentials
 *   runs the server: a key of the server could otherwise be used, and files be found out;
 * - a tenant's stored configuration none.
 * Read anew for every connection, so that a renewed certificate counts from the next run on.
 * @throws CrosslinkError `auth`: `value_file_refused`, `value_file_unreadable`
 */
export async function readValueFiles(
	pack: Pack,
	values: ConnectionValues,
	source: ConnectionSource,
	environment: Environment,
): Promise<ConnectionValues> {
	const read = { ...values };
	for (const field of pack.connectionFields) {
		const path = values[field.name];
		if (path === undefined || !namesFile(field, path)) continue;
		const bytes = await readAllowed(pack, field, path, source, environment);
		const content = bytes.toString(field.file === 'binary' ? 'base64' : 'utf8').trim();
		if (content === '') throw unreadable(pack, field, path, 'is empty');
		read[field.name] = content;
	}
	return read;
}

/** A path in a tenant's configuration; refused when it is stored, too. */
export function pathOfTenant(pack: Pack, field: ConnectionField): CrosslinkError {
	return refused(
		pack,
		field,
		'files are not read for a connection that a tenant has stored',
		`Store the content instead: ${contentOf(field)}.`,
	);
}

async function readAllowed(
	pack: Pack,
	field: ConnectionField,
	path: string,
	source: ConnectionSource,
	environment: Environment,
): Promise<Buffer> {
	if (source === 'tenant') throw pathOfTenant(pack, field);
	const outside = refused(
		pack,
		field,
		`a credential may only name files in the folder that ${CERTIFICATE_FOLDER_VARIABLE} names`,
		`Put the content into the credential: ${contentOf(field)}. Or have whoever runs n8n set ${CERTIFICATE_FOLDER_VARIABLE} and put the file there.`,
	);
	// Of a path outside the folder nobody is told whether it exists.
	const inside = source === 'environment' ? path : await fileForCredential(path, environment);
	if (inside === undefined) throw outside;
	const bytes = await readBounded(inside).catch((thrown: unknown) => {
		throw unreadable(pack, field, path, reasonOf(thrown));
	});
	if (bytes.length > MAX_VALUE_FILE_BYTES) {
		throw unreadable(pack, field, path, `is larger than ${MAX_VALUE_FILE_BYTES / 1024} kB`);
	}
	return bytes;
}

/** The real path of a file that a credential may name, links followed; undefined = it may not, or there is none. */
export async function fileForCredential(path: string, environment: Environment): Promise<string | undefined> {
	const folder = environment[CERTIFICATE_FOLDER_VARIABLE]?.trim();
	if (!folder) return undefined;
	try {
		const [root, real] = await Promise.all([realpath(folder), realpath(path)]);
		return real.startsWith(root.endsWith(sep) ? root : root + sep) ? real : undefined;
	} catch {
		return undefined;
	}
}

/** At most one byte more than the limit: enough to tell that a file is too large without reading it. */
async function readBounded(path: string): Promise<Buffer> {
	// Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
	const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		if (!(await file.stat()).isFile()) throw new Error('is not a regular file');
		const buffer = Buffer.alloc(MAX_VALUE_FILE_BYTES + 1);
		let length = 0;
		while (length < buffer.length) {
			const { bytesRead } = await file.read(buffer, length, buffer.length - length);
			if (bytesRead === 0) break;
			length += bytesRead;
		}
		return buffer.subarray(0, length);
	} finally {
		await file.close();
	}
}

function reasonOf(thrown: unknown): string {
	const { code, message } = thrown as NodeJS.ErrnoException;
	if (code === undefined) return message;
	if (code === 'ENOENT') return 'does not exist';
	if (code === 'EACCES' || code === 'EPERM') return 'may not be read by n8n';
	return `cannot be read (${code})`;
}

const contentOf = (field: ConnectionField): string =>
	field.file === 'binary'
		? 'the file in base64 (base64 -w0 client.pfx)'
		: 'the PEM text, which begins with "-----BEGIN"';

function refused({ displayName }: Pack, field: ConnectionField, reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'value_file_refused',
		message: `"${field.displayName}" of the ${displayName} connection names a file, but ${reason}.`,
		remedy,
	});
}

function unreadable({ displayName }: Pack, field: ConnectionField, path: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'value_file_unreadable',
		message: `The file ${path}, given as "${field.displayName}" of the ${displayName} connection, ${reason}.`,
		remedy: 'Mount the file where n8n can read it, or give its content instead of the path.',
	});
}
