import { badRequest } from '../odata/gateway-error';

/** One request inside a batch. */
export interface PartRequest {
	method: string;
	path: string;
	headers: Record<string, string>;
	body: string;
	contentId: string | undefined;
}

/** A batch: single reads, and change sets. */
export type BatchPart = { kind: 'single'; request: PartRequest } | { kind: 'changeSet'; requests: PartRequest[] };

export interface PartAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
	contentId?: string;
}

export function readBatch(contentType: string, body: string): BatchPart[] {
	return parts(contentType, body).map(({ headers, rest }) => {
		const type = headers['content-type'] ?? '';
		if (type.startsWith('multipart/mixed')) {
			const requests = parts(type, rest).map((part) => readRequest(part.headers, part.rest));
			if (requests.some((request) => request.method === 'GET')) throw badRequest('A change set holds no reads');
			return { kind: 'changeSet', requests };
		}
		const request = readRequest(headers, rest);
		if (request.method !== 'GET') throw badRequest('A write belongs into a change set');
		return { kind: 'single', request };
	});
}

function parts(contentType: string, body: string): Array<{ headers: Record<string, string>; rest: string }> {
	const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
	if (!boundary) throw badRequest('The batch has no boundary');
	if (!body.includes('\r\n')) throw badRequest('Lines of a batch end in CRLF');
	const pieces = body.split(`--${boundary}`);
	if (pieces.at(-1)?.trim() !== '--') throw badRequest('The batch has no end');
	return pieces.slice(1, -1).map((piece) => head(piece.replace(/^\r\n/, '')));
}

function head(text: string): { headers: Record<string, string>; rest: string } {
	const end = text.indexOf('\r\n\r\n');
	const headers: Record<string, string> = {};
	for (const line of (end < 0 ? text : text.slice(0, end)).split('\r\n')) {
		const at = line.indexOf(':');
		if (at > 0) headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
	}
	return { headers, rest: end < 0 ? '' : text.slice(end + 4) };
}

function readRequest(outer: Record<string, string>, text: string): PartRequest {
	const [line = '', ...rest] = text.split('\r\n');
	const found = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(line);
	if (!found) throw badRequest(`No request line: ${line.slice(0, 60)}`);
	const { headers, rest: body } = head(rest.join('\r\n'));
	const length = Number(headers['content-length'] ?? NaN);
	const bytes = Buffer.from(body, 'utf8');
	const cut = Number.isNaN(length) ? body : bytes.subarray(0, length).toString('utf8');
	return { method: found[1] ?? '', path: found[2] ?? '', headers, body: cut.trim(), contentId: outer['content-id'] };
}

const BOUNDARY = '7F6A1C';

/** @param groups one list of answers for each part; a change set's come in an envelope of their own unless it failed */
export function writeBatch(groups: Array<{ changeSet: boolean; answers: PartAnswer[] }>): {
	contentType: string;
	body: string;
} {
	const written = groups.map(({ changeSet, answers }, at) => {
		const inner = `${BOUNDARY}_${at}`;
		if (!changeSet) return answers.map((answer) => `--${BOUNDARY}\r\n${writeAnswer(answer)}`).join('');
		return (
			`--${BOUNDARY}\r\nContent-Type: multipart/mixed; boundary=${inner}\r\n\r\n` +
			answers.map((answer) => `--${inner}\r\n${writeAnswer(answer)}`).join('') +
			`--${inner}--\r\n\r\n`
		);
	});
	return { contentType: `multipart/mixed; boundary=${BOUNDARY}`, body: `${written.join('')}--${BOUNDARY}--\r\n` };
}

function writeAnswer({ status, headers, body, contentId }: PartAnswer): string {
	const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)) }).map(
		([name, value]) => `${name}: ${value}\r\n`,
	);
	return (
		'Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n' +
		(contentId === undefined ? '' : `content-id: ${contentId}\r\n`) +
		`\r\nHTTP/1.1 ${status} ${status < 400 ? 'OK' : 'Error'}\r\n${lines.join('')}\r\n${body}\r\n`
	);
}
