import { randomUUID } from 'node:crypto';
import { CrosslinkError } from '../errors';

/** One write inside a change set. */
export interface BatchWrite {
	method: 'POST' | 'PATCH' | 'MERGE' | 'DELETE' | 'PUT';
	/** Relative to the service's root: `A_SalesOrder('1')`. */
	path: string;
	headers?: Record<string, string>;
	body?: unknown;
}

/** One answer inside a batch answer. */
export interface BatchAnswer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	body: string;
	/** Position of the write it answers, as our Content-ID had it; undefined for the one error of a failed change set. */
	index: number | undefined;
}

/** A change set: all of it is done or nothing. */
export function buildChangeSet(writes: readonly BatchWrite[]): { contentType: string; body: string } {
	const batch = `batch_${randomUUID()}`;
	const changeSet = `changeset_${randomUUID()}`;
	const parts = writes.map((write, index) => part(write, changeSet, index));
	const body = [
		`--${batch}`,
		`Content-Type: multipart/mixed; boundary=${changeSet}`,
		'',
		...parts,
		`--${changeSet}--`,
		`--${batch}--`,
		'',
	].join('\r\n');
	return { contentType: `multipart/mixed; boundary=${batch}`, body };
}

function part({ method, path, headers, body }: BatchWrite, boundary: string, index: number): string {
	const text = body === undefined ? '' : JSON.stringify(body);
	const lines = Object.entries({
		'Content-Type': 'application/json',
		Accept: 'application/json',
		'Content-Length': String(Buffer.byteLength(text)),
		...headers,
	}).map(([name, value]) => `${name}: ${value}`);
	return [
		`--${boundary}`,
		'Content-Type: application/http',
		'Content-Transfer-Encoding: binary',
		`Content-ID: ${index}`,
		'',
		`${method} ${path} HTTP/1.1`,
		...lines,
		'',
		text,
	].join('\r\n');
}

const MAX_PARTS = 2_000;

/**
 * The answers of a batch answer, change sets opened. A failed change set has ONE answer in its place, without Content-ID.
 * @throws CrosslinkError `rejected`, `batch_unreadable`
 */
export function parseBatch(contentType: string | undefined, body: string): BatchAnswer[] {
	const boundary = boundaryOf(contentType);
	if (!boundary) throw unreadable('it has no boundary');
	return split(body, boundary).flatMap((one) => {
		const { headers, rest } = head(one);
		const type = headers['content-type'];
		if (type?.toLowerCase().startsWith('multipart/mixed')) return parseBatch(type, rest);
		return [answerIn(rest, headers)];
	});
}

function answerIn(text: string, outer: Record<string, string>): BatchAnswer {
	const [line = '', ...rest] = text.replace(/^\s+/, '').split(/\r?\n/);
	const status = /^HTTP\/\d\.\d (\d{3})/.exec(line)?.[1];
	if (status === undefined) throw unreadable('a part has no status line');
	const inner = head(rest.join('\r\n'));
	const id = outer['content-id'] ?? inner.headers['content-id'];
	const index = id !== undefined && /^\d{1,6}$/.test(id) ? Number(id) : undefined;
	return { status: Number(status), headers: inner.headers, body: inner.rest.trim(), index };
}

function head(text: string): { headers: Record<string, string>; rest: string } {
	const lines = text.split(/\r?\n/);
	const end = lines.indexOf('');
	const headers: Record<string, string> = {};
	for (const line of end === -1 ? lines : lines.slice(0, end)) {
		const at = line.indexOf(':');
		if (at > 0) headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
	}
	return { headers, rest: end === -1 ? '' : lines.slice(end + 1).join('\r\n') };
}

function boundaryOf(contentType: string | undefined): string | undefined {
	const found = /boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType ?? '');
	return found?.[1] ?? found?.[2];
}

/** A boundary counts only at the start of a line: a text inside may hold it elsewhere. */
function split(body: string, boundary: string): string[] {
	const parts: string[] = [];
	let current: string[] | undefined;
	for (const line of body.split(/\r?\n/)) {
		if (line === `--${boundary}` || line === `--${boundary}--`) {
			if (current) parts.push(current.join('\r\n'));
			if (parts.length > MAX_PARTS) throw unreadable('it has too many parts');
			current = line.endsWith('--') && line.length === boundary.length + 4 ? undefined : [];
			continue;
		}
		current?.push(line);
	}
	if (current) throw unreadable('it ends in the middle of a part');
	return parts;
}

function unreadable(reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'batch_unreadable',
		message: `A batch answer cannot be read: ${reason}.`,
		remedy: 'Look up what was done on the other side; check whether a proxy shortens answers.',
	});
}
