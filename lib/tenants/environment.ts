import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import type { ConnectionField, ConnectionValues, Mode } from '../adapters/adapter';
import { CrosslinkError } from '../errors';

/** The process environment, handed in by the caller; an empty value counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Largest file a `_FILE` variable may point to, in bytes. Keys and certificates are far smaller. */
export const MAX_VARIABLE_FILE_BYTES = 64 * 1024;

export const STORE_URL_VARIABLE = 'CROSSLINK_STORE_URL';
export const ENCRYPTION_KEY_VARIABLE = 'CROSSLINK_ENCRYPTION_KEY';

const upperSnake = (name: string): string =>
	name
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
		.replace(/[^A-Za-z0-9]+/g, '_')
		.toUpperCase();

/** `('hubspot', 'accessToken')` becomes `CROSSLINK_HUBSPOT_ACCESS_TOKEN`. */
export function variableName(integration: string, field: string): string {
	return `CROSSLINK_${upperSnake(integration)}_${upperSnake(field)}`;
}

/**
 * The value of a variable, or the content of the file that `<name>_FILE` points to; undefined when neither is set.
 * Throws `rejected` errors `variable_set_twice` and `variable_file_unreadable`, which name variable and path, never a value.
 */
export async function readVariable(environment: Environment, name: string): Promise<string | undefined> {
	const fileVariable = `${name}_FILE`;
	const value = present(environment[name]);
	const path = present(environment[fileVariable]);
	if (value !== undefined && path !== undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'variable_set_twice',
			message: `The environment sets both ${name} and ${fileVariable}.`,
			remedy: `Keep one of them: ${name} for the value itself, ${fileVariable} for the path of a file that holds it.`,
		});
	}
	return path === undefined ? value : await readValueFile(fileVariable, path);
}

/** `CROSSLINK_<INTEGRATION>_MODE`. Throws `mode_unknown` for anything but `cloud` or `onprem`. */
export function readMode(environment: Environment, integration: string): Mode | undefined {
	const name = variableName(integration, 'mode');
	const value = present(environment[name])?.trim().toLowerCase();
	if (value === undefined) return undefined;
	if (value === 'cloud' || value === 'onprem') return value;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'mode_unknown',
		message: `The environment variable ${name} is set to something other than cloud or onprem.`,
		remedy: `Set ${name} to cloud or onprem, or unset it.`,
	});
}

/** Every connection field that the environment sets. Defaults are not filled in; none set = an empty object. */
export async function readConnectionValues(
	environment: Environment,
	integration: string,
	fields: readonly ConnectionField[],
): Promise<ConnectionValues> {
	const values: ConnectionValues = {};
	for (const field of fields) {
		const name = variableName(integration, field.name);
		const value = await (field.file === 'binary' ? readPathOr(environment, name) : readVariable(environment, name));
		if (value !== undefined) values[field.name] = value;
	}
	return values;
}

/** As {@link readVariable}, for what is no text: the file's path comes back, and is read where the value is used. */
async function readPathOr(environment: Environment, name: string): Promise<string | undefined> {
	const path = present(environment[`${name}_FILE`]);
	return path === undefined || present(environment[name]) !== undefined ? await readVariable(environment, name) : path;
}

/** `CROSSLINK_STORE_URL` (or its file); undefined = the embedded store. */
export async function readStoreUrl(environment: Environment): Promise<string | undefined> {
	return (await readVariable(environment, STORE_URL_VARIABLE))?.trim();
}

/** `CROSSLINK_ENCRYPTION_KEY` (or its file), as written; `parseKeyRing` understands it. */
export async function readEncryptionKey(environment: Environment): Promise<string | undefined> {
	return await readVariable(environment, ENCRYPTION_KEY_VARIABLE);
}

function present(value: string | undefined): string | undefined {
	return value === undefined || value.trim() === '' ? undefined : value;
}

async function readValueFile(variable: string, path: string): Promise<string> {
	const bytes = await readBounded(path).catch((thrown: unknown) => {
		throw unreadable(variable, path, reasonOf(thrown));
	});
	if (bytes.length > MAX_VARIABLE_FILE_BYTES) {
		throw unreadable(variable, path, `is larger than ${MAX_VARIABLE_FILE_BYTES} bytes`);
	}
	const text = decode(bytes);
	if (text === undefined) throw unreadable(variable, path, 'is not UTF-8 text');
	const value = text.replace(/\r?\n$/, '');
	if (value.trim() === '') throw unreadable(variable, path, 'is empty');
	return value;
}

/** At most one byte more than the limit: enough to tell that a file is too large without reading it. */
async function readBounded(path: string): Promise<Buffer> {
	// Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
	const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		if (!(await file.stat()).isFile()) throw new Error('is not a regular file');
		const buffer = Buffer.alloc(MAX_VARIABLE_FILE_BYTES + 1);
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

function decode(bytes: Buffer): string | undefined {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

function reasonOf(thrown: unknown): string {
	const { code, message } = thrown as NodeJS.ErrnoException;
	if (code === undefined) return message;
	if (code === 'ENOENT') return 'does not exist';
	if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this process';
	return `cannot be read (${code})`;
}

function unreadable(variable: string, path: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'variable_file_unreadable',
		message: `The file ${path} that the environment variable ${variable} points to ${reason}.`,
		remedy: `Mount a readable text file there that holds only the value, or unset ${variable}.`,
	});
}
