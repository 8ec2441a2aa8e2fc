import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
	MAX_VARIABLE_FILE_BYTES,
	readConnectionValues,
	readEncryptionKey,
	readMode,
	readStoreUrl,
	readVariable,
	variableName,
} from '../../../lib/tenants/environment';
import { everythingIn, rejection } from './rejection';

const CANARY = 'canary-7Hq2-secret';
let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'crosslink-environment-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

test.each([
	['hubspot', 'accessToken', 'CROSSLINK_HUBSPOT_ACCESS_TOKEN'],
	['hubspot', 'baseUrl', 'CROSSLINK_HUBSPOT_BASE_URL'],
	['hubspot', 'appId', 'CROSSLINK_HUBSPOT_APP_ID'],
	['sap', 'mode', 'CROSSLINK_SAP_MODE'],
	['oracle-ebs', 'serviceURL', 'CROSSLINK_ORACLE_EBS_SERVICE_URL'],
	['erp', 'useTLSVersion', 'CROSSLINK_ERP_USE_TLS_VERSION'],
	['erp', 'oauth2Token', 'CROSSLINK_ERP_OAUTH2_TOKEN'],
])('%s and %s are read from %s', (integration, field, expected) => {
	expect(variableName(integration, field)).toBe(expected);
});

test.each([
	['unset', {}, undefined],
	['empty', { X: '' }, undefined],
	['only spaces', { X: '  ' }, undefined],
	['set', { X: 'a' }, 'a'],
	['file variable empty', { X: 'a', X_FILE: '' }, 'a'],
])('a variable that is %s', async (_name, environment, expected) => {
	expect(await readVariable(environment, 'X')).toBe(expected);
});

test.each([
	['no newline', 'token', 'token'],
	['one newline', 'token\n', 'token'],
	['a Windows newline', 'token\r\n', 'token'],
	['a byte order mark', '\ufefftoken\n', 'token'],
	['inner newlines', '-----BEGIN\nabc\n-----END\n', '-----BEGIN\nabc\n-----END'],
])('a file with %s gives its value', async (name, content, expected) => {
	expect(await readVariable({ X_FILE: file(name, content) }, 'X')).toBe(expected);
});

test('a file behind a symbolic link is read: that is how mounted secrets look', async () => {
	const link = join(folder, 'link');
	symlinkSync(file('target', 'token\n'), link);
	expect(await readVariable({ X_FILE: link }, 'X')).toBe('token');
});

test('a file of exactly the limit is read whole', async () => {
	const content = 'k'.repeat(MAX_VARIABLE_FILE_BYTES);
	expect(await readVariable({ X_FILE: file('limit', content) }, 'X')).toBe(content);
});

describe('a file that cannot be used is one error that names variable and path', () => {
	test.each<[string, () => string, RegExp]>([
		['missing', () => join(folder, 'none'), /does not exist/],
		['a folder', () => folder, /not a regular file/],
		['too large', () => file('large', CANARY.padEnd(MAX_VARIABLE_FILE_BYTES + 1, 'x')), /larger than 65536 bytes/],
		['endless', () => '/dev/zero', /not a regular file/],
		['binary', () => file('binary', Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff, 0xfe])])), /not UTF-8/],
		['empty', () => file('empty', '\n'), /is empty/],
		['a pipe nobody writes to', pipe, /not a regular file/],
	])('%s', async (_name, path, reason) => {
		const error = await rejection(() => readVariable({ CROSSLINK_X_FILE: path() }, 'CROSSLINK_X'));
		expect(error).toMatchObject({ class: 'rejected', code: 'variable_file_unreadable' });
		expect(error.message).toMatch(reason);
		expect(error.message).toContain('CROSSLINK_X_FILE');
		expect(error.message).toContain(path());
		expect(error.remedy).toContain('CROSSLINK_X_FILE');
		expect(everythingIn(error)).not.toContain(CANARY);
	});

	function pipe(): string {
		const path = join(folder, 'pipe');
		try {
			execFileSync('mkfifo', [path], { stdio: 'ignore' });
		} catch {
			// Made by an earlier call.
		}
		return path;
	}
});

test('value and file at once are refused', async () => {
	const error = await rejection(() => readVariable({ X: CANARY, X_FILE: file('twice', CANARY) }, 'X'));
	expect(error.code).toBe('variable_set_twice');
	expect(everythingIn(error)).not.toContain(CANARY);
});

test('the mode is cloud, onprem, unset, or an error', async () => {
	expect(readMode({}, 'sap')).toBeUndefined();
	expect(readMode({ CROSSLINK_SAP_MODE: 'onprem' }, 'sap')).toBe('onprem');
	expect(readMode({ CROSSLINK_SAP_MODE: ' Cloud ' }, 'sap')).toBe('cloud');
	const error = await rejection(() => readMode({ CROSSLINK_SAP_MODE: CANARY }, 'sap'));
	expect(error).toMatchObject({ code: 'mode_unknown', remedy: expect.stringContaining('CROSSLINK_SAP_MODE') });
	expect(everythingIn(error)).not.toContain(CANARY);
});

test('connection values are those the environment sets, from values and files alike', async () => {
	const fields = ['accessToken', 'baseUrl', 'appId'].map((name) => ({
		name,
		displayName: name,
		secret: false,
		required: false,
		default: 'never read here',
	}));
	const environment = {
		CROSSLINK_HUBSPOT_ACCESS_TOKEN_FILE: file('access', 'token\n'),
		CROSSLINK_HUBSPOT_BASE_URL: 'http://127.0.0.1:1',
		CROSSLINK_HUBSPOT_OTHER: 'x',
	};
	expect(await readConnectionValues(environment, 'hubspot', fields)).toEqual({
		accessToken: 'token',
		baseUrl: 'http://127.0.0.1:1',
	});
	expect(await readConnectionValues({}, 'hubspot', fields)).toEqual({});
});

test('store and key have their variables and files', async () => {
	expect(await readStoreUrl({ CROSSLINK_STORE_URL_FILE: file('url', 'sqlite:/tmp/x\n') })).toBe('sqlite:/tmp/x');
	expect(await readStoreUrl({})).toBeUndefined();
	expect(await readEncryptionKey({ CROSSLINK_ENCRYPTION_KEY: 'k' })).toBe('k');
});
